"""Runs jobs in workers, and keeps the program running when an action or a job fails."""

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.widget import MountError, Widget
from textual.worker import Worker, WorkerFailed

from assistant_tui.core.errors import describe_fault
from assistant_tui.startup.diagnostics import write_crash_report
from assistant_tui.tui.terminal.diffing_app import DiffingApp


class FaultTolerantApp(DiffingApp):
    """Reports a fault and goes on; what is wrong while a frame is drawn still ends it."""

    def __init__(self, crash_folder: Path) -> None:
        super().__init__()
        self._crash_folder = crash_folder
        self.crash_report: Path | None = None

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """Overrides Textual's own, through which the action of every key goes."""
        if self._exit:
            return True
        try:
            return await super()._dispatch_action(namespace, action_name, params)
        except NoMatches as fault:
            # A key may come before a dialog has its widgets, or when they are going.
            if is_there(namespace):
                self.contain(fault)
        except Exception as fault:
            self.contain(fault)
        return True

    def _handle_exception(self, error: Exception) -> None:
        """Overrides Textual's own, which gets every exception that nobody has caught.

        Its own workers look for widgets that a key has taken away meanwhile; and whatever runs
        while the program ends may find its widgets gone.
        """
        worker = isinstance(error, WorkerFailed)
        fault = error.error if isinstance(error, WorkerFailed) else error
        gone = isinstance(fault, NoMatches) or (isinstance(fault, MountError) and self._exit)
        if gone and (worker or self._exit):
            return
        if worker and isinstance(fault, Exception):
            self.contain(fault)
        else:
            super()._handle_exception(error)

    def contain(self, fault: Exception) -> None:
        """Write the report of a fault, and say where it is.

        What fails once the program ends is none: its widgets are going.
        """
        if self._exit:
            return
        self.report(fault)
        where = f" · {self.crash_report} has the report" if self.crash_report else ""
        self.tell_of_fault(f"Not done: {describe_fault(fault)}{where}")

    def tell_of_fault(self, sentence: str) -> None:
        """Show a sentence where a person sees it."""
        raise NotImplementedError

    def report(self, fault: BaseException) -> None:
        """Write the report of a fault in the place of the last one."""
        self.crash_report = write_crash_report(self._crash_folder, fault)


def is_there(node: DOMNode) -> bool:
    """Whether a widget can take a result: it is mounted, and nothing around it is being removed."""
    if not node.is_attached or (isinstance(node, Widget) and not node.is_mounted):
        return False
    return not any(each._pruning or each._closing for each in node.ancestors_with_self)


Job = Callable[[], Coroutine[Any, Any, None]]


def start(node: DOMNode, job: Job, group: str) -> Worker[None]:
    """Run a job in a worker of a screen or the app; it ends when that one goes.

    A fault of the job is reported, and ends nothing else. The coroutine is made when the worker
    runs: one that never gets its turn leaves none behind, which Python would complain about on the
    person's terminal.
    """
    return node.run_worker(partial(_contained, node, job), group=group)


async def _contained(node: DOMNode, job: Job) -> None:
    app = node.app
    try:
        await job()
    except NoMatches as fault:
        # What the job wanted to show something on may have gone with its screen meanwhile.
        if is_there(node):
            _contain(app, fault)
    except Exception as fault:
        _contain(app, fault)


def _contain(app: object, fault: Exception) -> None:
    if not isinstance(app, FaultTolerantApp):
        raise fault
    app.contain(fault)
