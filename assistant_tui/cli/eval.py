"""The subcommand `eval`: tries an assistant on cases, and checks what it answers."""

import argparse
import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant_tui.cli.console import Console, fit
from assistant_tui.cli.conversing import Prompt, converse, stop_run, without_secrets
from assistant_tui.cli.function_calls import CallAnswerer, parse_functions
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.batch import Batch, Result, Status
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.evals.cases import Case, read_cases
from assistant_tui.core.evals.checks import UNANSWERED, failures
from assistant_tui.core.evals.verdicts import Verdict, case_as_json, summary
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import id_in_column, shown_id
from assistant_tui.core.list_spec import GAP
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.threads.turns import answer_of, turns_of
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.storage.user_files import FileError, decoded, read_input

_LARGEST_FILE = 20_000_000
_WIDEST_NAME, _COLUMN = 40, 30
"""Cells of the name of a case, and of a verdict."""
_BAR = 20
"""Cells of the bar that shows how many cases were tried."""


@dataclass(frozen=True)
class Candidate:
    """One of those who are tried."""

    name: str
    """Safe to show."""
    assistant_id: str
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """One case with one candidate."""

    case: Case
    candidate: Candidate
    id: str = ""
    """None of the server's: trials wait for no other."""

    @property
    def label(self) -> str:
        """What it is called."""
        return one_line(self.case.name)


def prepare_eval(options: argparse.Namespace, console: Console) -> Subcommand:
    """Read the cases, try all of them, and print what came of each."""
    functions = parse_functions(options.function)
    console.expect_input(options.cases)
    cases = _read_cases(options.cases)
    candidates = [Candidate(shown_id(options.id), options.id)]
    if options.against is not None:
        candidates.append(Candidate(shown_id(options.against), options.against))
    if options.model is not None:
        overrides = {"model": write_json(options.model)}
        candidates.append(Candidate(one_line(options.model), options.id, overrides))

    async def subcommand(session: Session) -> int:
        answerer = CallAnswerer({**session.settings.profile.functions, **functions})
        evaluation = Evaluation(session, answerer, keep=options.keep)
        verdicts = await evaluation.run(cases, candidates)
        if len(candidates) > 1 and not options.json:
            console.line(_titles(candidates))
        for case, row in zip(cases, verdicts, strict=True):
            if options.json:
                console.json(write_json(case_as_json(case, row)))
            else:
                _print_row(console, case, candidates, row)
        console.note(summary([each.name for each in candidates], verdicts))
        return 0 if all(row[0].passed for row in verdicts) else 1

    return subcommand


def _read_cases(name: str) -> list[Case]:
    """The cases in the file of `--cases`. Raises ConfigurationError."""
    try:
        text = decoded(read_input(name, _LARGEST_FILE))
        return read_cases(text, is_yaml=name.lower().endswith((".yaml", ".yml")))
    except (FileError, ValueError) as error:
        raise ConfigurationError(f"--cases {name}: {error}") from None


def _titles(candidates: Sequence[Candidate]) -> str:
    """The line above the verdicts of two who are compared."""
    names = [
        each.name if each.overrides else id_in_column(each.assistant_id, _COLUMN)
        for each in candidates
    ]
    return GAP.join([fit("Case", _WIDEST_NAME), *(fit(name, _COLUMN) for name in names)]).rstrip()


def _print_row(
    console: Console, case: Case, candidates: Sequence[Candidate], row: Sequence[Verdict]
) -> None:
    """The verdicts of a case in columns, and below them why it failed."""
    columns = [console.fit(verdict.words, _COLUMN) for verdict in row]
    console.line(GAP.join([console.fit(one_line(case.name), _WIDEST_NAME), *columns]).rstrip())
    for candidate, verdict in zip(candidates, row, strict=True):
        who = f"{candidate.name}: " if len(candidates) > 1 else ""
        for failure in verdict.failures:
            console.line(f"  {who}{one_line(failure)}")


class Evaluation:
    """Tries cases, a few at a time, each in a thread of its own that is deleted afterwards."""

    def __init__(self, session: Session, answerer: CallAnswerer, *, keep: bool) -> None:
        """`keep` leaves the threads where they are."""
        self._session = session
        self._answerer = answerer
        self._keep = keep
        self._open: list[Conversation] = []
        self._verdicts: dict[int, Verdict] = {}
        """By the `id` of the Trial object."""

    async def run(
        self, cases: Sequence[Case], candidates: Sequence[Candidate]
    ) -> list[list[Verdict]]:
        """Try each case with each candidate; the verdicts, case by case."""
        trials = [Trial(case, candidate) for case in cases for candidate in candidates]
        batch = Batch(trials, self._try)
        batch.on_result = lambda result: self._show(batch)
        self._show(batch)
        try:
            await batch.run()
        except asyncio.CancelledError:
            await self._leave()
            raise
        for conversation in [*self._open]:  # of what failed by a fault of this program
            await self._tidy_up(conversation)
        self._session.console.clear()
        verdicts = [self._verdict(result, batch.stopped) for result in batch.results]
        count = len(candidates)
        return [verdicts[at : at + count] for at in range(0, len(verdicts), count)]

    def _verdict(self, result: Result[Trial], stopped: str) -> Verdict:
        if result.status is Status.DONE:
            return self._verdicts[id(result.item)]
        return Verdict((result.why or f"not tried: {stopped}",))

    def _show(self, batch: Batch[Trial]) -> None:
        done = _BAR * batch.tried // max(len(batch), 1)
        failed = sum(not verdict.passed for verdict in self._verdicts.values()) + batch.failed
        bar = f"[{'#' * done}{'-' * (_BAR - done)}] {batch.tried} of {len(batch)}"
        self._session.console.state(f"{bar}, {failed} failed" if failed else bar)

    async def _try(self, trial: Trial) -> None:
        """Send the prompt, and judge the answer."""
        threads, candidate = self._session.service.threads, trial.candidate
        conversation = threads.begin(candidate.assistant_id)
        self._open.append(conversation)
        began = time.monotonic()
        try:
            prompt = Prompt(trial.case.prompt, overrides=candidate.overrides)
            outcome = await converse(conversation, prompt, self._answerer)
        except ServiceError:
            await self._tidy_up(conversation)
            raise
        seconds = time.monotonic() - began
        transcript = conversation.transcript
        answer = answer_of(turns_of(transcript.entries)[-1], transcript.runs)
        found = failures(trial.case.checks, answer)
        found = tuple(
            outcome.unanswered if each == UNANSWERED else without_secrets(each) for each in found
        )
        await self._tidy_up(conversation)
        kept = (conversation.thread_id or "") if self._keep else ""
        self._verdicts[id(trial)] = Verdict(found, answer, seconds, kept)

    async def _tidy_up(self, conversation: Conversation) -> None:
        """Stop what goes on in a thread, and delete it; note where that fails."""
        run, thread_id = conversation.transcript.run, conversation.thread_id
        goes_on = conversation.is_under_way or (run is not None and run.is_active)
        why = await stop_run(conversation) if goes_on else ""
        if thread_id is not None and not self._keep:
            try:
                await self._session.service.threads.delete(thread_id)
            except ServiceError as error:
                why = why or str(error)
        self._open.remove(conversation)  # only now: a signal may come before
        if why and thread_id is not None:
            self._session.console.note(f"{shown_id(thread_id)} was left behind: {why}")

    async def _leave(self) -> None:
        """Tidy up after a signal."""
        with self._session.write():
            await asyncio.gather(*(self._tidy_up(each) for each in [*self._open]))
