"""A compositor that draws only those lines of widgets that are seen and have changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

_Columns = dict[int, set[int]]
"""For some lines, the columns where a piece begins that nothing is drawn on yet."""


class VisibleCompositor(Compositor):
    """Asks no widget for lines that have not changed, or that other widgets cover.

    Textual's own asks each widget that touches the changed region for all of its lines, the
    containers below the others too, and leaves out what is not needed. The result is the same.
    """

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """Draw the pieces of lines that a region has, from front to back."""
        cuts = self.cuts
        chops = [dict[int, Strip | None].fromkeys(each[:-1]) for each in cuts]
        missing: _Columns = {
            y: {x for x, end in pairwise(cuts[y]) if x < crop.right and end > crop.x}
            for y in crop.line_range
            if is_rendered_line(y)
        }
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            lines = _lines(missing, seen)
            if not lines:
                continue
            part = Region(seen.x, lines[0], seen.width, lines[-1] + 1 - lines[0])
            strips = widget.render_lines(part.translate(-region.offset))
            drawn = dict(zip(part.line_range, strips, strict=False))
            for y in lines:
                left = missing[y]
                for x, piece in _pieces(drawn[y], seen, cuts[y]):
                    if x in left:
                        chops[y][x] = piece
                        left.discard(x)
        return chops  # type: ignore[return-value]  # Textual says that none is None; see ChopsUpdate


def _lines(missing: _Columns, seen: Region) -> list[int]:
    """The lines on which a region has something that is not drawn yet, in order."""
    first, last = seen.column_span
    return [y for y in seen.line_range if any(first <= x < last for x in missing.get(y, ()))]


def _pieces(strip: Strip, seen: Region, cuts: Sequence[int]) -> Iterator[tuple[int, Strip]]:
    """A line of a widget, cut where others begin or end, each piece with its column."""
    first, last = seen.column_span
    columns = [x for x in cuts if first <= x <= last]
    return zip(columns, strip.divide([x - first for x in columns[1:]]), strict=False)
