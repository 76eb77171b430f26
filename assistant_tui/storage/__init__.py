"""SQLite databases with migrations and locks, private files, and the files that a person names."""
