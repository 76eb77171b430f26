"""Threads as files: one format that is read again exactly, and formats for other programs."""
