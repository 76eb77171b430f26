"""The embedded server: the Assistants API over a store of its own."""
