"""The editors of the form, one for each kind of field."""
