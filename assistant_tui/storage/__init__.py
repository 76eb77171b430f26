"""Files and folders that are their owner's alone, whatever the umask."""
