"""What can be copied of an assistant, and how it gets to the clipboard."""

import os
import shlex
from collections.abc import Collection
from enum import Enum, auto
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.json_text import on_one_line
from assistant_tui.core.labels import shown_id
from assistant_tui.core.redaction import HIDDEN, redact
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import (
    has_controls,
    json_line,
    many_lines,
    one_line,
    without_controls,
)
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.terminal.clipboard import Clipboard, ClipboardError
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start


def copy_id(context: MainContext) -> None:
    """Copy the id of the highlighted assistant."""
    _copy_part(context, Part.ID)


def copy_name(context: MainContext) -> None:
    """Copy its name."""
    _copy_part(context, Part.NAME)


def copy_json(context: MainContext) -> None:
    """Copy the object as the server sent it."""
    _copy_part(context, Part.JSON)


def copy_curl(context: MainContext) -> None:
    """Copy a command that reads the assistant."""
    _copy_part(context, Part.CURL)


def _copy_part(context: MainContext, part: "Part") -> None:
    if (row := context.list_model.highlighted) is not None:
        start_copy(context, *part_of(row, part, context.profile))


def start_copy(context: MainContext, text: str, name: str, lines: bool = True) -> None:
    """Copy a text in the background; `name` is what the status line calls it."""
    copying = partial(copy, context.reporter, context.clipboard, text, name, lines)
    start(context.screen, copying, "copy")


async def copy(
    reporter: Reporter, clipboard: Clipboard, text: str, name: str, lines: bool = True
) -> None:
    """Copy a text and say how; where there is no clipboard, say that Y shows the id.

    A text with control characters is copied only after a question, since a paste of it may run what
    nobody typed. With `lines`, its line feeds and tabs are meant.
    """
    if has_controls(text, lines=lines):
        answer = await reporter.ask(_question(text, name, lines))
        if answer not in (_ESCAPED, _EXACT):
            reporter.say(f"{one_line(name)} was not copied", Tone.WARNING)
            return
        text = without_controls(text, lines=lines) if answer == _ESCAPED else text
    try:
        how = await clipboard.copy(text)
    except ClipboardError as error:
        reporter.say(f"{name} was not copied: {error} · Y shows the id", Tone.ERROR)
        return
    hint = " · Y shows it" if "OSC 52" in how and name == shown_id(text) else ""
    reporter.say(f"{one_line(name)} {how}{hint}")


_ESCAPED, _EXACT = "escaped", "exact"
_MOST_LINES = 8
_SHOWN = 400
"""Characters of a text that the question shows, of its beginning and of its end."""


def _question(text: str, name: str, lines: bool) -> QuestionDialog:
    shown = without_controls(text, lines=lines)
    if len(shown) > 2 * _SHOWN:
        left = len(shown) - 2 * _SHOWN
        shown = f"{shown[:_SHOWN]} … {left:,} more characters … {shown[-_SHOWN:]}"
    return QuestionDialog(
        "Copy control characters?",
        (
            f"There are some in {one_line(name)}: a paste may run something, or look different.",
            "",
            *many_lines(shown).split("\n")[:_MOST_LINES],
        ),
        (
            ButtonSpec("cancel", "Cancel"),
            ButtonSpec(_ESCAPED, "Copy with escapes"),
            ButtonSpec(_EXACT, "Copy as it is", dangerous=True),
        ),
    )


class Part(Enum):
    """What can be copied of an assistant."""

    ID = auto()
    NAME = auto()
    JSON = auto()
    CURL = auto()


class Copied(NamedTuple):
    """What goes to the clipboard."""

    text: str
    name: str
    """What the status line calls it."""
    lines: bool = False
    """Whether it may be of several lines."""


def part_of(row: ResourceRow, part: Part, profile: Profile) -> Copied:
    """What is copied of an assistant for one of its parts."""
    return {
        Part.ID: lambda: Copied(row.id, shown_id(row.id)),
        Part.NAME: lambda: Copied(row.name, "the name"),
        Part.JSON: lambda: Copied(_json(row.text), "the JSON", lines=True),
        Part.CURL: lambda: Copied(curl(profile, row), "the curl command"),
    }[part]()


def _json(text: str) -> str:
    """JSON as it was sent, or the same in one line with escapes for control characters."""
    return json_line(on_one_line(text)) if has_controls(text, lines=True) else text


def curl(profile: Profile, row: ResourceRow) -> str:
    """A command that reads the assistant; the key stays the name of a variable, and the place of
    each other secret is marked."""
    headers = {
        "OpenAI-Beta": "assistants=v2",
        "OpenAI-Organization": profile.organization,
        "OpenAI-Project": profile.project,
        **profile.headers,
    }
    hidden = profile.secrets
    parts = ["curl", shlex.quote(redact(_url(profile, row), hidden))]
    for name, value in headers.items():
        if value:
            scheme, space, bare = value.rpartition(" ")
            shown = f"{scheme}{space}{HIDDEN}" if bare in hidden else value
            parts.append("-H " + shlex.quote(redact(f"{name}: {shown}", hidden)))
    if variable := _variable(profile):
        header = (
            f"{profile.api_key_header}: " if profile.api_key_header else "Authorization: Bearer "
        )
        parts.append(f'-H "{header}${variable}"')
    return " ".join(parts)


def _url(profile: Profile, row: ResourceRow) -> str:
    """The assistant's address as the client makes it, but without a name and password."""
    parts = urlsplit(profile.base_url if profile.source is Source.REMOTE else _LOCAL)
    part = quote(row.id, safe="", errors="surrogatepass").replace(".", "%2E")
    query = urlencode(profile.query, errors="surrogatepass", quote_via=quote)
    pairs = [each for text in (parts.query, query) for each in text.split("&") if each]
    return parts._replace(
        netloc=parts.netloc.rpartition("@")[2],
        path=f"{parts.path.rstrip('/')}/assistants/{part}",
        query="&".join(_without_secret(each, profile.secrets) for each in pairs),
    ).geturl()


def _without_secret(pair: str, hidden: Collection[str]) -> str:
    """A pair of a query whose value, if it is a secret, is marked, however short it is."""
    name, sign, value = pair.partition("=")
    secret = value in hidden or unquote_plus(value) in hidden
    return f"{name}{sign}{HIDDEN}" if secret and value else pair


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
