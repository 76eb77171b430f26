"""Opens the journal of a profile, which needs no connection to its server.

So what is typed before there is a connection is on disk, too.
"""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.config.folders import Folders
from assistant_tui.config.identity import identity_of
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.journal_access import Account

_MEGABYTE = 1_000_000


class ProfileJournal:
    """The journal of a profile's account, and the key that tells whose account it is."""

    def __init__(self, settings: Settings, profile: Profile, folders: Folders) -> None:
        """Touch nothing on disk yet; but a demo gets a folder for what is kept while it runs."""
        self.key = ApiKeySource(profile)
        self._asked = bool(profile.api_key_command or profile.api_key_keyring)
        self._resources = ExitStack()
        self._account = Account(identity_of(settings, profile, folders, self.key.current))
        journal = self._open(settings, profile, folders)
        self.of_account = AccountJournal(journal, self._account)
        """What was done and typed on the account."""

    def _open(self, settings: Settings, profile: Profile, folders: Folders) -> Journal:
        """The journal on disk; that of a demo goes with it."""
        path = folders.journal
        if profile.source is Source.DEMO:
            made = TemporaryDirectory(prefix="assistant-tui-")
            folder = Path(self._resources.enter_context(made))
            folder.chmod(0o700)  # where the umask would not even let the owner in
            path = folder / path.name
        journal = Journal(
            path, keep_days=settings.keep_days, keep_bytes=settings.keep_megabytes * _MEGABYTE
        )
        self._resources.callback(journal.close)
        return journal

    def identify_by(self, fetch_key: Callable[[], Awaitable[None]]) -> None:
        """Fetch the key before the journal is asked, where only the key tells whose account it is.

        `fetch_key` raises ServiceError where the key is not to be had.
        """
        if self._asked:
            self._account.fetch_key = fetch_key

    def close(self) -> None:
        """Close the file; drafts that were not forgotten are offered at the next start."""
        self._resources.close()
