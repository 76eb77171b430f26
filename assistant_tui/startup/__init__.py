"""What happens before the first frame is drawn, and how the process ends."""
