"""Asks a server what it has that an assistant may name."""

from contextlib import suppress

from assistant_tui.core.assistants.cloning import ServerInventory
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.errors import ServiceError
from assistant_tui.services.assistants import AssistantService


async def offer_of(service: AssistantService) -> ServerInventory:
    """What it lists; a list that fails counts as one that is not there."""
    models: tuple[str, ...] = ()
    files: ToolResourceList | None = None
    vector_stores: ToolResourceList | None = None
    with suppress(ServiceError):
        models = await service.models()
    with suppress(ServiceError):
        files = await service.files()
    with suppress(ServiceError):
        vector_stores = await service.vector_stores()
    return ServerInventory(models, files, vector_stores)
