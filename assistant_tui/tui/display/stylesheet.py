"""A stylesheet that is not read again while its colours stay the same."""

from textual.css.stylesheet import Stylesheet


class KeptStylesheet(Stylesheet):
    """Reads each source once; Textual's own reads all of them three times before the first frame.

    It does so for the sake of variables that may have changed. Where they have not, what was read
    is as good as new.
    """

    def set_variables(self, variables: dict[str, str]) -> None:
        """Forget what was read with other colours."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Read what has not been read with these colours."""
        self.parse()
