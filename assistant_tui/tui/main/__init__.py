"""The main screen: where list, detail, form and status line meet."""
