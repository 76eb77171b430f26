"""Which rows of a list are on the screen, and where its cursor goes when the rows change."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Viewport:
    """A cursor over `count` rows, of which `height` are shown from `top` on."""

    count: int = 0
    height: int = 1
    cursor: int = 0
    top: int = 0

    stride: int = 1
    """Rows by which the list scrolls when the cursor leaves it by one."""

    def move_to(self, position: int) -> "Viewport":
        """Move the cursor to a row, as near as there is one, and scroll just enough to show it.

        A step over the edge brings a stride of rows into sight, if there are so many.
        """
        cursor = max(0, min(position, self.count - 1))
        more = min(self.stride, self.height) - 1 if abs(cursor - self.cursor) == 1 else 0
        top, lowest = self.top, cursor - self.height + 1
        if cursor < top:
            top = max(cursor - more, 0)
        elif lowest > top:
            top = min(lowest + more, self.count - self.height)
        return replace(self, cursor=cursor, top=top)

    def resized(self, height: int, stride: int = 1) -> "Viewport":
        """Show another number of rows."""
        return replace(self, height=max(height, 1), stride=stride).move_to(self.cursor)

    def with_rows(self, count: int, position: int) -> "Viewport":
        """Go on over another number of rows, with the cursor there."""
        return replace(self, count=count).move_to(position)
