"""What can go wrong with the journal."""


class JournalError(Exception):
    """The journal cannot be opened, read or written.

    The text is one sentence for the person at the screen. The call that raised it has written
    nothing, so that the caller has the only copy. The next call tries again.
    """
