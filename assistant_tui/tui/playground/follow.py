"""Which lines of a growing text are in sight: the end is followed, any other place stands still."""

from dataclasses import dataclass, replace

_KEPT = 3
"""A page that is turned keeps one part in so many of what was in sight."""


@dataclass(frozen=True)
class FollowedView:
    """A window of `height` lines over `count`, of which the first in sight is `top`."""

    top: int = 0
    height: int = 0
    count: int = 0
    follows: bool = True
    """Whether the end stays in sight while lines are added."""
    seen: int = 0
    """The lines that there were when the end was last in sight."""

    @property
    def lowest(self) -> int:
        """The top line when the end is at the bottom."""
        return max(self.count - self.height, 0)

    @property
    def last_line(self) -> int:
        """The last line in sight."""
        return min(self.top + self.height, self.count) - 1

    @property
    def new_lines(self) -> int:
        """The lines that were added below since the end was left."""
        return 0 if self.follows else max(self.count - max(self.seen, self.top + self.height), 0)

    def resized(self, height: int, count: int) -> "FollowedView":
        """Show another number of lines, of a text that may be another; the end stays in sight."""
        view = replace(self, height=height, count=count)
        if view.follows:
            return replace(view, top=view.lowest, seen=count)
        return view.scrolled(0)

    def grown(self, count: int, *, by_pages: bool) -> "FollowedView":
        """Take a text that has grown, or shrunk.

        At the end it follows: line by line, or with `by_pages` by more lines at once, of which the
        last stay blank until they are written. A terminal cannot scroll one of two panes: each
        line would cost the whole pane.
        """
        view = replace(self, count=count)
        if not view.follows:
            return view
        view = replace(view, seen=count)
        if count <= self.top + self.height:
            return replace(view, top=min(self.top, max(count - 1, 0)))
        room = self.height - self.height // _KEPT if by_pages else 0
        return replace(view, top=max(min(view.lowest + room, count - 1), view.lowest))

    def grown_above(self, lines: int) -> "FollowedView":
        """Take lines that have come above; what is in sight stays there."""
        count, seen = self.count + lines, self.seen + lines
        return replace(self, top=self.top + lines, count=count, seen=seen)

    def moved(self, top: int) -> "FollowedView":
        """Show the lines from one on, since others above them came or went."""
        return replace(self, top=max(top, 0))

    def scrolled(self, lines: int) -> "FollowedView":
        """Scroll down by so many lines, or up; at the end it follows from then on."""
        top = max(0, min(self.top + lines, max(self.lowest, self.top if lines <= 0 else 0)))
        follows = top >= self.lowest
        seen = self.count if follows or self.follows else self.seen
        return replace(self, top=top, follows=follows, seen=seen)

    def at_end(self) -> "FollowedView":
        """Show the end, and follow it."""
        return replace(self, top=self.lowest, follows=True, seen=self.count)
