"""What can go wrong with the journal."""


class JournalError(Exception):
    """The journal cannot be opened, read or written.

    The text is one sentence for the person at the screen. Nothing was written by the call that
    raised it; what the caller holds in memory is then the only copy. The next call tries again.
    """
