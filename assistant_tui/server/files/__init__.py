"""Files that clients upload: their objects, and their contents in a folder beside the store."""
