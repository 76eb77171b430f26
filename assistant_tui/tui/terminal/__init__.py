"""Between Textual and the terminal: what the terminal shows already is not sent again.

Textual draws a line anew from end to end where one of its cells changes, and on a scroll every
line. Here a picture of the screen is kept, and only cells that differ from it are written. This is
the one room that touches Textual's private parts, so `guard` knows which versions it was made for;
with another one, or with ASSISTANT_TUI_DISPLAY=textual, Textual writes for itself.
"""
