"""Filtering and sorting the rows of a list, without a screen."""
