"""The part of a long list that is on the screen, and the cursor in it; no screen needed."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Window:
    """A cursor over `count` rows, of which `height` are shown from `top` on."""

    count: int = 0
    height: int = 1
    cursor: int = 0
    top: int = 0

    def at(self, position: int) -> "Window":
        """Move the cursor to a row, as near as there is one, and scroll just enough to show it."""
        cursor = max(0, min(position, self.count - 1))
        lowest = max(cursor - self.height + 1, 0)
        return replace(self, cursor=cursor, top=max(min(self.top, cursor), lowest))

    def resized(self, height: int) -> "Window":
        """Show another number of rows."""
        return replace(self, height=max(height, 1)).at(self.cursor)

    def over(self, count: int, position: int) -> "Window":
        """Go on over another number of rows, with the cursor there."""
        return replace(self, count=count).at(position)
