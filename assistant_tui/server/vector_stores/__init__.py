"""Vector stores: sets of files whose texts are cut into chunks, for text search.

"Vector store" is the API's word. What this server searches by is the words of the texts, by
SQLite's FTS5, and not their meaning.
"""
