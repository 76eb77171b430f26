"""One profile's objects as the program knows them: verified writes, listing, journal, cache."""
