"""What a person looks for among the rows, and in which order: decided without a screen."""
