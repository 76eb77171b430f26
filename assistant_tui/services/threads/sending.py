"""Sends each message and each run once: one without an answer is looked for before anything else.

Each carries a key in its metadata. Where a server does not keep metadata, what is new and says the
same is taken for it.
"""

import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from assistant_tui.api.run_answer import RunAnswer
from assistant_tui.api.thread_objects import value_of
from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import Invalid, NotServed, ServiceError
from assistant_tui.core.json_text import members, write_json
from assistant_tui.core.threads.objects import SEND_KEY, Json, Message, Run, read_message, read_run
from assistant_tui.core.threads.reading import texts_in
from assistant_tui.services.account_threads import AccountThreads
from assistant_tui.services.threads.open_thread import OpenThread

_Found = TypeVar("_Found")
_RECENT = 100
_ACTIVE_RUN = re.compile(r"active run|while a run|run .{0,80}is active", re.IGNORECASE)


def new_key() -> str:
    """A key that nothing else carries."""
    return secrets.token_hex(12)


def with_key(body: Mapping[str, str], key: str) -> dict[str, str]:
    """A body with a key in its metadata."""
    metadata = members(body.get("metadata", "{}"))
    metadata[SEND_KEY] = write_json(key)
    listed = ", ".join(f"{write_json(name)}: {value}" for name, value in metadata.items())
    return {**body, "metadata": f"{{{listed}}}"}


def is_refused_for_another_run(error: ServiceError) -> bool:
    """Whether a server refuses since a run of the thread is under way."""
    return isinstance(error, Invalid) and _ACTIVE_RUN.search(error.message) is not None


class OnceSender:
    """Sends the messages and runs of one thread."""

    def __init__(self, client: ThreadsClient, journal: AccountThreads, thread: OpenThread) -> None:
        self._client = client
        self._journal = journal
        self._thread = thread
        self._run_keys: dict[str, str] = {}
        """The keys of runs without an answer, by the digests of their bodies."""
        self._sending: tuple[str, str] | None = None
        """The key and the digest of the last message, until a run answers it: the journal may be
        out of order, and has room for one of all programs in the thread."""

        self._arrived: Message | None = None
        """That message, if the server is known to have taken it."""

        self._was_found = False
        """An earlier try has brought it: there may be a run that answers it."""

    async def send_message(
        self,
        body: Mapping[str, str],
        identity: Mapping[str, str],
        is_known: Callable[[str], bool],
    ) -> Message:
        """Send a message, unless an earlier try with the same body is found to have arrived.

        The key of the body stays in use until a run is known that answers the message.

        Args:
            body: names and the exact JSON texts of their values.
            identity: the same for each try; the ids of the files in the body are not.
            is_known: whether a message with an id was there before.

        Raises:
            ServiceError: it was not sent, or it is not known whether it has arrived.
        """
        digest = _digest(identity)
        if self._arrived is not None and self._sending and self._sending[1] == digest:
            return self._arrived
        self._arrived = await self._send_message(body, digest, is_known)
        return self._arrived

    async def _send_message(
        self, body: Mapping[str, str], digest: str, is_known: Callable[[str], bool]
    ) -> Message:
        earlier = self._sending or await self._journal.sending(self._thread.id)
        if earlier is not None and earlier[1] == digest:
            key, by_a_former_program = earlier[0], self._sending is None
            found = await self._find_message(body, key, is_known, or_last=by_a_former_program)
            if found is not None:
                self._was_found = True
                return found
        else:
            key = new_key()
            await self._journal.begin_sending(self._thread.id, key, digest)
        self._sending = key, digest
        try:
            row = await self._client.create_message(self._thread.id, with_key(body, key))
        except ServiceError as error:
            if not error.may_have_arrived:
                self._sending = None
                await self._journal.end_sending(self._thread.id)
                raise
            return await _look(error, self._find_message(body, key, is_known))
        return read_message(value_of(row))

    async def _find_message(
        self,
        body: Mapping[str, str],
        key: str,
        is_known: Callable[[str], bool],
        *,
        or_last: bool = False,
    ) -> Message | None:
        """Look for what was sent, by its key, or by what it says if it was not there before.

        `or_last` says that the last message of the thread may be it, too: one that was there when
        this program opened the thread.
        """
        listed = await self._client.list_messages(self._thread.id, _RECENT)
        messages = [read_message(value_of(row)) for row in reversed(listed.rows)]
        keyed = (each for each in messages if each.metadata.get(SEND_KEY) == key)
        sent = read_message({name: json.loads(text) for name, text in body.items()})
        alike = (
            each
            for at, each in enumerate(messages)
            if each.role == sent.role
            and _said(each) == _said(sent)
            and SEND_KEY not in each.metadata
            and (not is_known(each.id) or (or_last and at == 0))
        )
        return next(keyed, None) or next(alike, None)

    @asynccontextmanager
    async def start_run(
        self, body: Mapping[str, str], is_known: Callable[[str], bool]
    ) -> AsyncIterator[RunAnswer | Run]:
        """Start a run, unless an earlier try with the same body is found to have arrived.

        The key of the body stays in use until `acknowledge` says that the run is known.

        Args:
            body: names and the exact JSON texts of their values.
            is_known: whether a run with an id was there before.

        Yields:
            The answer; or the run alone, where its answer was lost, and it was found.

        Raises:
            ServiceError: it was not started, or it is not known whether it was.
        """
        digest = _digest(body)
        was_tried = digest in self._run_keys or self._was_found
        if was_tried and (run := await self.find_run(body, is_known)) is not None:
            yield run
            return
        key = self._run_keys.setdefault(digest, new_key())
        async with AsyncExitStack() as stack:
            opening = self._client.start_run(self._thread.id, with_key(body, key))
            started: RunAnswer | Run
            try:
                started = await stack.enter_async_context(opening)
            except ServiceError as error:
                if not error.may_have_arrived:
                    del self._run_keys[digest]
                    raise
                started = await _look(error, self.find_run(body, is_known))
            yield started

    def acknowledge(self, body: Mapping[str, str]) -> None:
        """The run of a body is known: the same body means another one from now on.

        The same holds of the message that it answers.
        """
        self._run_keys.pop(_digest(body), None)
        self._sending = self._arrived = None
        self._was_found = False

    async def find_run(
        self, body: Mapping[str, str], is_known: Callable[[str], bool]
    ) -> Run | None:
        """Look for the run that a body has started."""
        key = self._run_keys.get(_digest(body))
        try:
            listed = await self._client.list_runs(self._thread.id, _RECENT)
        except NotServed:
            return await self._find_answering_run(is_known)
        runs = [read_run(value_of(row)) for row in reversed(listed.rows)]
        keyed = (each for each in runs if _key_of(each.raw) == key)
        new = (each for each in runs if not _key_of(each.raw) and not is_known(each.id))
        return next(keyed, None) or next(new, None)

    async def _find_answering_run(self, is_known: Callable[[str], bool]) -> Run | None:
        """Look for a run by what it has written behind the last message."""
        if self._arrived is None:
            return None
        listed = await self._client.list_messages(self._thread.id, _RECENT)
        messages = [read_message(value_of(row)) for row in listed.rows]
        ids = [each.id for each in messages]
        behind = messages[ids.index(self._arrived.id) + 1 :] if self._arrived.id in ids else []
        wrote = [each.run_id for each in behind if each.run_id and not is_known(each.run_id)]
        if not wrote:
            return None
        return (await self._client.retrieve_run(self._thread.id, wrote[0])).run


async def _look(error: ServiceError, search: Awaitable[_Found | None]) -> _Found:
    """Look for what was sent and not answered; without it, the error stands and says so.

    Raises:
        ServiceError: it is not there, or cannot be looked for.
    """
    try:
        found = await search
    except ServiceError:
        error.message = f"it may have arrived all the same: {error.message}"
        raise error from None
    if found is None:
        error.message = f"it is not there, but may still arrive: {error.message}"
        raise error
    return found


def _said(message: Message) -> list[tuple[str, str]]:
    """What a message says, whatever the ids of its images are."""
    return [(part.kind, part.text if part.kind == "text" else "") for part in message.parts]


def _key_of(raw: Json) -> str:
    return texts_in(raw.get("metadata")).get(SEND_KEY, "")


def _digest(body: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(body.items())).encode()).hexdigest()
