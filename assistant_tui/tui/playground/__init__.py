"""The playground: talks to an assistant, and shows its threads."""
