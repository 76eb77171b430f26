"""Why there is no text of a file."""


class NoText(Exception):
    """A file has no text that could be searched; the message is for the person who uploaded it."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is `unsupported_file`, `invalid_file` or `server_error`."""
        super().__init__(message)
        self.code = code
        self.message = message
