"""Breaks text into lines of a given width, fast enough for 256,000 characters in one line."""

from rich.cells import cell_len, chop_cells


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells, between words where there are any.

    Line breaks of the text are kept; a word longer than a line is broken inside.
    """
    width = max(width, 2)
    return [line for part in text.split("\n") for line in _wrap_line(part, width)]


def _wrap_line(text: str, width: int) -> list[str]:
    if not text.isascii() and cell_len(text) != len(text):
        return _wrap_by_cells(text, width)
    lines, start = [], 0
    while len(text) - start > width:
        end = text.rfind(" ", start, start + width + 1)
        if end <= start:
            end = start + width
        lines.append(text[start:end])
        start = end + (text[end : end + 1] == " ")
    return [*lines, text[start:]]


def _wrap_by_cells(text: str, width: int) -> list[str]:
    """As `_wrap_line`, where a character may take two cells or none."""
    lines, used = [""], -1
    for word in text.split(" "):
        cells = cell_len(word)
        if used + 1 + cells <= width:
            lines[-1] += f" {word}" if used >= 0 else word
            used += 1 + cells
            continue
        pieces = chop_cells(word, width) or [""]
        lines[-1 if used < 0 else len(lines) :] = pieces
        used = cell_len(pieces[-1])
    return lines


def fit(text: str, width: int) -> str:
    """Cut or fill text to exactly `width` cells; a cut is shown by an ellipsis."""
    if width < 1:
        return ""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
    missing = width - cell_len(text)
    if missing >= 0:
        return text + " " * missing
    cut = (chop_cells(text, width - 1)[0] if width > 1 else "") + "…"
    return cut + " " * (width - cell_len(cut))
