"""Random keys, bursts and answers: nothing ends the program, and nothing gets stuck."""
