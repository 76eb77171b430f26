"""What an action works on: the list, the form, the server, the status line and dialogs."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App
from textual.screen import Screen

from assistant_tui.config.settings import Profile
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.resource import Capability
from assistant_tui.core.rows import ResourceRow
from assistant_tui.startup.profile_opening import ProfileOpener
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.assistants.connector import Connector
from assistant_tui.tui.assistants.filter_controller import FilterController
from assistant_tui.tui.assistants.form_controller import FormController
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.terminal.clipboard import Clipboard
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import Job

if TYPE_CHECKING:
    from assistant_tui.services.account_journal import AccountJournal
    from assistant_tui.services.assistants import AssistantService


class MainContext:
    """The parts of one main screen, as every action needs some of them."""

    def __init__(
        self,
        screen: Screen[None],
        profile: Profile,
        profiles: Mapping[str, Profile],
        list_model: ListModel,
        opener: ProfileOpener,
        clipboard: Clipboard,
        run_job: Callable[[Job], None],
        keymap: Mapping[str, str],
    ) -> None:
        """Make the status line's reporter, the connector, and what controls form and filter.

        Args:
            screen: the main screen.
            profile: the one that is shown.
            profiles: all that can be opened, by name.
            list_model: the state of the list.
            opener: opens the services and the journals of profiles.
            clipboard: where copies go.
            run_job: begins a job, if none runs.
            keymap: the keys of the person's own, by command.
        """
        self._screen = screen
        self.profile = profile
        self.profiles = profiles
        self.list_model = list_model
        self.reporter = Reporter(screen)
        self.connector = Connector(profile, opener, self.reporter)
        self.clipboard = clipboard
        self.run_job = run_job
        self.keymap = keymap
        self.keep_on_end: set[Callable[[], None]] = set()
        """What is called before the program ends, to put on disk what is typed elsewhere."""
        self.last_threads: dict[str, str] = {}
        """The thread in which a run was under way when the playground was left, by assistant."""
        self.say = self.reporter.say
        self.ask = self.reporter.ask
        self.form = FormController(
            screen, self.connector, self.reporter, self._form_closed, model=profile.model
        )
        self.filter = FilterController(screen, list_model)

    @property
    def app(self) -> App[object]:
        """The application, which shows dialogs, and whose terminal an editor needs."""
        return self._screen.app

    @property
    def screen(self) -> Screen[None]:
        """The main screen, in whose workers actions run."""
        return self._screen

    @property
    def browser(self) -> Browser:
        """List and detail."""
        return self._screen.query_one(Browser)

    @property
    def service(self) -> "AssistantService":
        """The open service; jobs are only begun when there is one."""
        assert self.connector.service is not None
        return self.connector.service

    @property
    def journal(self) -> "AccountJournal":
        """The journal of this server's account, connected or not."""
        return self.connector.journal

    @property
    def only_reads(self) -> bool:
        """No assistant can be edited: the profile says so, or the server turned out not to."""
        service = self.connector.service
        return self.profile.read_only or not (service is None or service.can(Capability.MODIFY))

    def report(self, error: ServiceError, doing: str = "") -> None:
        """Report a failure on the status line, and beside the field that it names."""
        said = f"{error.title}: {error}"
        self.say(f"{doing}: {said}" if doing else said, Tone.ERROR)
        self.form.refuse(error)

    def show_row(self, row: ResourceRow) -> None:
        """Put a row that the server answered into the listing and highlight it."""
        self.list_model.change(self.list_model.listing.with_row(row))
        self.list_model.highlight(row.id)

    async def open_form(self, draft: Draft, key: str = "", title: str = "") -> None:
        """Open the form on a draft.

        Args:
            draft: what is to be edited.
            key: where it is kept in the journal, if it is.
            title: takes the place of the form's own, and is shown as it is.
        """
        await self.filter.close()
        self._screen.add_class("-form")
        self.browser.close_off(True)
        await self.form.open(draft, key, title)

    def _form_closed(self) -> None:
        self._screen.remove_class("-form")
        self.browser.close_off(False)
        self.browser.show_list()
