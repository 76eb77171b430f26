"""Assistants as files: formats that are read again exactly, and formats for other programs."""
