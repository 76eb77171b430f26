"""What the program knows and decides: no input or output, no screen, no network."""
