"""The floor under start, memory and quit: the smallest Textual program that shows a text."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One Static and nothing else."""

    def compose(self) -> ComposeResult:
        """The text that the harness waits for."""
        yield Static("hello, terminal")


if __name__ == "__main__":
    Hello().run()
