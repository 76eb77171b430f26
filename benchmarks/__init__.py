"""Measures the program from outside, in a real terminal, against floors in the same run."""
