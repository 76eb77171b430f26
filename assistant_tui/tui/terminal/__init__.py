"""Everything about the terminal: output, keyboard, clipboard, job control, the external editor.

Textual draws a line anew from end to end where one of its cells changes, and on a scroll every
line. `DiffingApp` keeps a buffer of the screen and writes only the cells that differ. This uses
private parts of Textual, so `diffing_app` names the versions that it was tested with; with
another one, or with ASSISTANT_TUI_DISPLAY=textual, Textual writes for itself. docs/display-layer.md
describes the layer, the parts that it uses and how to upgrade Textual.
"""
