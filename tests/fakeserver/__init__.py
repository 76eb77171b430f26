"""The servers that the tests run the program against."""
