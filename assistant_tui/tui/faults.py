"""Keeps the program running when one action or job of it fails in a way that nobody expected."""

from pathlib import Path
from typing import Any

from textual.dom import DOMNode

from assistant_tui.core.errors import fault_in_words
from assistant_tui.crash import write_report
from assistant_tui.tui.display.thrifty import ThriftyApp


class ContainingApp(ThriftyApp):
    """Reports a fault and goes on; what is wrong while a frame is drawn still ends it."""

    def __init__(self, crash_folder: Path) -> None:
        super().__init__()
        self._crash_folder = crash_folder
        self.crash_report: Path | None = None

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """Overrides Textual's own, through which the action of every key goes."""
        try:
            return await super()._dispatch_action(namespace, action_name, params)
        except Exception as fault:
            self.contain(fault)
            return True

    def contain(self, fault: Exception) -> None:
        """Write the report of a fault, and say where it is."""
        self.report(fault)
        where = f" · {self.crash_report} has the report" if self.crash_report else ""
        self.tell_of_fault(f"Not done: {fault_in_words(fault)}{where}")

    def tell_of_fault(self, sentence: str) -> None:
        """Show a sentence where a person sees it."""
        raise NotImplementedError

    def report(self, fault: BaseException) -> None:
        """Write the report of a fault in the place of the last one."""
        self.crash_report = write_report(self._crash_folder, fault)
