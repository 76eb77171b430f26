"""Files and folders: those that are their owner's alone, and those that a person names."""
