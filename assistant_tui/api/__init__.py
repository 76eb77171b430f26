"""The Assistants API as a client: its requests, and JSON read into rows."""
