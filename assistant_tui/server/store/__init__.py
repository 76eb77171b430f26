"""Where the server keeps objects: what it needs of a store, and two implementations."""
