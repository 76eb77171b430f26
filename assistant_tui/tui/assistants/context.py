"""What an action needs of the screen that it runs on."""

from collections.abc import Awaitable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from textual.app import App

from assistant_tui.config.settings import Profile
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.dialogs.dialog import Dialog, Result
from assistant_tui.tui.widgets.status_line import Tone

if TYPE_CHECKING:
    from assistant_tui.services.account_journal import AccountJournal
    from assistant_tui.services.assistants import AssistantService


class MainContext(Protocol):
    """The main screen, as the flows see it."""

    listing: Listing
    profile: Profile

    @property
    def app(self) -> App[object]:
        """The application, whose terminal an editor needs."""

    @property
    def service(self) -> "AssistantService":
        """The open service; flows are only started when there is one."""

    @property
    def journal(self) -> "AccountJournal | None":
        """What is kept of this server on this machine; None before there is a connection."""

    def connected(self) -> Awaitable["AssistantService"]:
        """The open service, once there is one; raises ServiceError if it cannot be opened."""

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line."""

    def say_passing(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how loading goes; an empty sentence takes back only such a one."""

    def report(self, error: ServiceError, doing: str = "") -> None:
        """Tell of a failure where it is seen."""

    def ask(self, dialog: Dialog[Result]) -> Awaitable[Result | None]:
        """Show a dialog and wait for its answer; only in a worker."""

    async def open_form(self, draft: Draft, key: str = "", title: str = "") -> None:
        """Open the form on a draft; `key` is where it is kept, if it is.

        `title` takes the place of the form's own, and is shown as it is.
        """

    @property
    def marked(self) -> tuple[ResourceRow, ...]:
        """The assistants that the person has marked, those of the list in its order first."""

    @property
    def targets(self) -> tuple[ResourceRow, ...]:
        """The marked assistants; where none is, the highlighted one."""

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """All that can be opened, by name."""

    def service_of(self, profile: Profile) -> Awaitable["AssistantService"]:
        """Open the service of any profile, to be closed by the caller; raises ServiceError."""

    def give_up_waits(self) -> None:
        """Let each request that waits to be sent again fail as it did before."""

    def unmark(self, assistant_ids: Iterable[str]) -> None:
        """Take the marks of some away."""

    def show_row(self, row: ResourceRow) -> None:
        """Put a row that the server answered into the listing and highlight it."""

    def reveal(self, assistant_id: str) -> None:
        """Highlight an assistant that is loaded, whatever filter would hide it."""
