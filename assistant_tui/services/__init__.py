"""One server's assistants as the program knows them."""
