"""What is sent to the terminal, held against what Textual would have sent."""
