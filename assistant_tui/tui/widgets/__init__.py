"""The panes of the main screen, the form and its editors; they import no service."""
