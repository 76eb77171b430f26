"""Assistants as files: some are read again to the letter, some are for who moves on."""
