"""The local journal: what was changed and deleted here, and the drafts as one types."""
