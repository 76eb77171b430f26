"""The playground: what is shown of a thread, and what is done with it."""
