"""What takes several steps: ask, do, tell. One file each."""
