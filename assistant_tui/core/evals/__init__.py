"""Cases that an assistant is tried on: their files, and what is checked of the answers."""
