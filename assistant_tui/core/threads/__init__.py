"""Threads as a client knows them: objects, events of streams, and the transcript."""
