"""The command line: its arguments, the composition of the program, and the subcommands."""
