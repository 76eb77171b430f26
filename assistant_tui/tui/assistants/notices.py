"""What a whole pane says instead of rows: empty, loading, failed, and which key helps."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from assistant_tui.config.settings import Profile
from assistant_tui.core.errors import Forbidden, NotServed, Offline, ServiceError, Unauthorized
from assistant_tui.core.list_state import ListState, Load
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.terms import META
from assistant_tui.tui.widgets.status_line import Tone

LOADING = "Loading…"
LARGEST_PAGE = 100
"""Rows of the largest page that the API allows."""
SWITCHED_OFF = "api.openai.com"
"""The host on which OpenAI ended the Assistants API on 2026-08-26."""

_AZURE, _AZURE_OPENAI = ".azure.com", ".openai.azure.com"


def progress(state: ListState, profile: Profile, notice: str) -> tuple[str, Tone]:
    """How loading goes, in a sentence; the `notice` on the server where there is nothing else."""
    listing = state.listing
    if state.failure is not None:
        error = state.failure.error
        said = f"{error.title}: {error} · r tries again" if listing.rows else ""
        return said, Tone.ERROR if said else Tone.PLAIN
    if state.activity is Load.WALK:
        return f"Loading all… {len(listing.loaded):,} so far", Tone.WORKING
    if state.activity is Load.RELOAD and listing.rows and not listing.remembered:
        return LOADING, Tone.WORKING
    if listing.single_page:
        notice = one_page(len(listing), profile.page_size)
    return notice, Tone.WARNING if notice else Tone.PLAIN


def instead_of_rows(state: ListState, profile: Profile) -> str:
    """The words for a list without rows: that it is loading, has failed or is empty."""
    if state.failure is not None:
        return failed(state.failure.error, profile)
    if state.activity is not None or not state.listing.exhausted:
        return LOADING
    return empty(writable=not profile.read_only)


def empty(*, writable: bool) -> str:
    """The words for a server that has no assistant."""
    if not writable:
        return "No assistants here.\n\nr looks again · P another profile · ? all keys"
    return (
        "No assistants yet.\n\n"
        "n creates one\na adds three samples to look around\nr looks again · ? all keys"
    )


def nothing_found(view: FilteredListing, qualifiers: Iterable[str]) -> str:
    """The words for a filter, which has these qualifiers, that lets no row through."""
    said = [f"Nothing matches /{one_line(view.query.text)}"]
    if view.scan_pending or not view.listing.complete:
        said[0] += " so far"
    if word := one_line(view.query.mistaken):
        allowed = " ".join(f"{each}:" for each in (*qualifiers, f"{META}KEY"))
        said.append(f"{word} is no qualifier, so it is a word. Qualifiers: {allowed}")
    return "\n\n".join([*said, "/ changes the filter\nEsc clears it"])


def failed(error: ServiceError, profile: Profile) -> str:
    """The words for a list that could not be loaded, with the cause and what to do."""
    return (
        f"{error.title}\n\n{error}\n\n{_advice(error, profile)}\nr tries again · P another profile"
    )


def one_page(rows: int, page_size: int) -> str:
    """The words for a list that cannot be gone on with; `rows` are there, and maybe all."""
    if rows == page_size < LARGEST_PAGE:
        return "This server gives one page only; a larger page_size may show more"
    return "This server gives one page only; there may be more"


def profile_line(profile: Profile, current: Profile) -> str:
    """One line of the list to switch in: the current profile is marked."""
    mark = "*" if profile.name == current.name else " "
    locked = " · READ-ONLY" if profile.read_only else ""
    return one_line(f"{mark} {profile.name} · {profile.host}{locked}")


def _advice(error: ServiceError, profile: Profile) -> str:
    if isinstance(error, Unauthorized):
        return f"Profile {profile.name}: {profile.key_help}.{_azure_key(profile)}"
    if isinstance(error, Forbidden):
        return f"The key of profile {profile.name} may not list assistants."
    if isinstance(error, NotServed):
        return _elsewhere(profile)
    if isinstance(error, Offline):
        return f"Profile {profile.name} reaches for {profile.host}."
    return f"Profile {profile.name} · {profile.host}"


def _elsewhere(profile: Profile) -> str:
    if urlsplit(profile.base_url).hostname == SWITCHED_OFF:
        return (
            "OpenAI switched its own Assistants API off on 2026-08-26.\n"
            "Point the profile at a gateway or server that still has it, or use the local store."
        )
    if missing := _missing_for_azure(profile):
        return f"Azure needs {' and '.join(missing)}."
    return (
        f"{_without_secrets(profile.base_url)} does not serve the Assistants API (any more).\n"
        "Check base_url: some servers want /v1 at its end, others must not have it."
    )


def _is_azure(profile: Profile) -> bool:
    return (urlsplit(profile.base_url).hostname or "").endswith(_AZURE)


def _azure_key(profile: Profile) -> str:
    """How Azure takes a key that is no token."""
    if not _is_azure(profile) or profile.api_key_header:
        return ""
    return '\nAzure takes a key, which is no Entra token, by api_key_header = "api-key".'


def _missing_for_azure(profile: Profile) -> list[str]:
    """What Azure answers 404 without, and the profile does not have."""
    if not _is_azure(profile):
        return []
    url, missing = urlsplit(profile.base_url), []
    is_openai = (url.hostname or "").endswith(_AZURE_OPENAI)
    if is_openai and not url.path.startswith("/openai"):
        missing.append("/openai at the end of base_url")
    if "api-version" not in profile.query and "api-version=" not in url.query:
        version = "2024-05-01-preview" if is_openai else "v1"
        missing.append(f'query = {{ "api-version" = "{version}" }}')
    return missing


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
