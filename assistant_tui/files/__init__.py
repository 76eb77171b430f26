"""The files of a person: those that assistants are written to, and read from."""
