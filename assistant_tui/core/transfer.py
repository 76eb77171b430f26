"""Takes an assistant to another server: what is sent there, and what cannot come along."""

from dataclasses import dataclass

from assistant_tui.core.copies import left_behind
from assistant_tui.core.document import Document, compose, compose_list
from assistant_tui.core.draft import Draft, anew
from assistant_tui.core.lenient import elements_in, members_in, text_in
from assistant_tui.core.resource import Resources


@dataclass(frozen=True)
class Offer:
    """What a server has that an assistant may name, as far as it lists it."""

    models: tuple[str, ...] = ()
    """Empty where it lists none."""
    files: Resources | None = None
    """None where it has no such list; so for the vector stores."""
    vector_stores: Resources | None = None


@dataclass(frozen=True)
class Transfer:
    """One assistant on its way to another server."""

    draft: Draft
    """What is created there; ids that are certainly unknown there are left out."""
    lost: tuple[str, ...]
    """What does not come along, or may not work there, in sentences. Not made safe for display."""


def transfer(document: Document, offer: Offer) -> Transfer:
    """Say what is to be created on a server that offers this.

    Raises:
        ValueError: the text is no object.
    """
    lost = [f"{name} cannot come along: no create takes it" for name in left_behind(document)]
    preset = dict(anew(document).preset)
    model = text_in(preset.get("model"))
    if offer.models and model and model not in offer.models:
        lost.append(f"model {model} is not among the models that are listed there")
    if "tool_resources" in preset:
        kept = _Resources(offer)
        resources = kept.sieved(preset.pop("tool_resources"))
        lost.extend(kept.lost)
        if resources != "{}":
            preset["tool_resources"] = resources
    return Transfer(Draft(preset=preset), tuple(lost))


class _Resources:
    """Leaves out what a server certainly does not have."""

    def __init__(self, offer: Offer) -> None:
        self._known = {"file_ids": offer.files, "vector_store_ids": offer.vector_stores}
        self.lost: list[str] = []

    def sieved(self, text: str) -> str:
        """The tool resources without the ids that are unknown there; what is odd stays."""
        parts = {}
        for tool, inside in members_in(text).items():
            kept = {kind: self._ids(tool, kind, ids) for kind, ids in members_in(inside).items()}
            kept = {kind: ids for kind, ids in kept.items() if ids != "[]"}
            if kept or not members_in(inside):
                parts[tool] = compose(kept) if kept else inside
        return compose(parts)

    def _ids(self, tool: str, kind: str, ids: str) -> str:
        wanted = elements_in(ids)
        if kind not in self._known or not wanted:
            return ids
        return compose_list(each for each in wanted if self._stays(tool, kind, each))

    def _stays(self, tool: str, kind: str, exact: str) -> bool:
        known, wanted = self._known[kind], text_in(exact)
        if known is not None and wanted in (each.id for each in known.found):
            return True
        where = f"tool_resources.{tool}.{kind}: {wanted}"
        if known is not None and known.complete:
            self.lost.append(f"{where} is not there and was left out")
            return False
        self.lost.append(f"{where} may not be there: the server does not list all it has")
        return True
