"""What can be done with assistants: browse, find, edit, save, delete, copy, undo."""
