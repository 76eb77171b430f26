"""The embedded server: the Assistants API as an ASGI application, over one SQLite file."""
