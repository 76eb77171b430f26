"""The assistants: their fields, their edits, and how they are shown, compared and checked."""
