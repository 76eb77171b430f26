"""The journal on this machine: what was created, changed and deleted, and drafts."""
