"""From settings to endpoints: the server of a profile, and the backends of the embedded server."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.config.settings import BackendSettings, Profile
from assistant_tui.transport.endpoint import Endpoint

if TYPE_CHECKING:
    from assistant_tui.server.runs.backend import BackendOptions
    from assistant_tui.server.runs.backends import Backends


def remote_endpoint(profile: Profile, key: ApiKeySource | None = None) -> Endpoint:
    """The endpoint that a remote profile describes."""
    return Endpoint(
        base_url=profile.base_url,
        key=key,
        key_header=profile.api_key_header,
        headers=profile.headers,
        query=profile.query,
        organization=profile.organization,
        project=profile.project,
        timeout=profile.timeout,
        proxy=profile.proxy,
        ca_file=profile.ca_file,
        client_cert=profile.client_cert,
    )


def backends_of(settings: Sequence[BackendSettings]) -> "Backends":
    """The backends that are configured; without any, those that are found on this machine."""
    from assistant_tui.server.runs.backends import Backends  # no remote profile needs the server

    return Backends([_options(each) for each in settings])


def addresses_of(settings: Sequence[BackendSettings]) -> list[tuple[str, str]]:
    """The name of each backend, and its address without credentials."""
    return [(each.server.name, remote_endpoint(each.server).address) for each in settings]


def _options(settings: BackendSettings) -> "BackendOptions":
    from assistant_tui.server.runs.backend import BackendOptions

    endpoint = remote_endpoint(settings.server, ApiKeySource(settings.server))
    return BackendOptions(
        settings.server.name,
        replace(endpoint, openai_beta=""),
        settings.models,
        settings.concurrency,
        settings.timeout,
        settings.first_byte,
        settings.idle,
    )
