"""The questions and texts that are laid over a screen."""
