"""The dialogs: modal screens that ask or show something, and answer once."""
