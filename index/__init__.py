"""Text in, ranked passages out: loading, chunking, embedding, storing, retrieving.

Nothing in this package knows HTTP, settings or how an answer is worded.
"""
