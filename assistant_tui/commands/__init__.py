"""What runs without a screen: one file per command."""
