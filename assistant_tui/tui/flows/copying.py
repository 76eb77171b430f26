"""What can be copied of an assistant, and how it gets to the clipboard."""

import os
import shlex
from enum import Enum, auto
from urllib.parse import quote, urlencode, urlsplit

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.concealing import conceal
from assistant_tui.core.display import one_line
from assistant_tui.core.listing import Row
from assistant_tui.tui.clipboard import Clipboard, ClipboardError
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone


async def copy(desk: Desk, clipboard: Clipboard, text: str, name: str) -> None:
    """Copy a text and tell how; Y is the way out where there is no clipboard."""
    try:
        how = await clipboard.copy(text)
    except ClipboardError as error:
        desk.say(f"{name} was not copied: {error} · Y shows the id", Tone.ERROR)
        return
    hint = " · Y shows it" if "OSC 52" in how and text == name else ""
    desk.say(f"{one_line(name)} {how}{hint}")


class Part(Enum):
    """What can be copied of an assistant."""

    ID = auto()
    NAME = auto()
    JSON = auto()
    CURL = auto()


def part_of(row: Row, part: Part, profile: Profile) -> tuple[str, str]:
    """The text of a part, and what the status line calls it."""
    return {
        Part.ID: (row.id, row.id),
        Part.NAME: (row.name, "the name"),
        Part.JSON: (row.text, "the JSON"),
        Part.CURL: (curl(profile, row), "the curl command"),
    }[part]


def curl(profile: Profile, row: Row) -> str:
    """A command that reads the assistant; the key stays the name of a variable, and the place of
    each other secret is marked."""
    headers = {
        "OpenAI-Beta": "assistants=v2",
        "OpenAI-Organization": profile.organization,
        "OpenAI-Project": profile.project,
        **profile.headers,
    }
    hidden = profile.secrets
    parts = ["curl", shlex.quote(conceal(_url(profile, row), hidden))]
    for name, value in headers.items():
        if value:
            parts.append("-H " + shlex.quote(conceal(f"{name}: {value}", hidden)))
    if variable := _variable(profile):
        header = (
            f"{profile.api_key_header}: " if profile.api_key_header else "Authorization: Bearer "
        )
        parts.append(f'-H "{header}${variable}"')
    return " ".join(parts)


def _url(profile: Profile, row: Row) -> str:
    """The assistant's address as the client makes it, but without a name and password."""
    parts = urlsplit(profile.base_url if profile.source is Source.REMOTE else _LOCAL)
    part = quote(row.id, safe="", errors="surrogatepass").replace(".", "%2E")
    query = urlencode(profile.query, errors="surrogatepass", quote_via=quote)
    return parts._replace(
        netloc=parts.netloc.rpartition("@")[2],
        path=f"{parts.path.rstrip('/')}/assistants/{part}",
        query="&".join(each for each in (parts.query, query) if each),
    ).geturl()


_LOCAL = "http://127.0.0.1:8808/v1"
"""Where `assistant-tui serve` puts the local store."""


def _variable(profile: Profile) -> str:
    if profile.source is not Source.REMOTE:
        return ""
    names = profile.api_key_env.split()
    if names:
        return next((name for name in names if os.environ.get(name)), names[-1])
    stored = profile.api_key_command or profile.api_key_keyring or profile.api_key_file
    return "API_KEY" if stored else ""
