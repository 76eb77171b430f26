"""What one server can and cannot do, as learned from its answers."""

from assistant_tui.core.capability import Capability


class Capabilities:
    """Remembers what a server lacks, so that it is asked and said once; all is there at first."""

    def __init__(self) -> None:
        self._missing: set[Capability] = set()
        self._proven: set[Capability] = set()
        self.most_rows = 100
        """Assistants that are asked for at once at most; fewer where they are very long."""

    def learn_missing(self, capability: Capability) -> None:
        """Note that the server cannot do this."""
        self._missing.add(capability)

    def prove(self, capability: Capability) -> None:
        """Note that the server has done this: a later 404 is about the assistant, not the route."""
        self._proven.add(capability)

    def has_done(self, capability: Capability) -> bool:
        """Whether the server was seen to do this."""
        return capability in self._proven

    def can(self, capability: Capability) -> bool:
        """Whether the server can do this, as far as is known."""
        return capability not in self._missing
