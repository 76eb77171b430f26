"""What crosses panes; everything else is defined in the widget that posts it."""

from enum import Enum


class Tone(Enum):
    """How a sentence on the status line is meant; its mark is shown, not the colour alone."""

    PLAIN = ""
    WORKING = "… "
    WARNING = "! "
    ERROR = "✗ "
