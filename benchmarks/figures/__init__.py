"""One module for each group of figures; each has ``group(subject)``."""
