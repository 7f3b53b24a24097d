"""Gold questions from files, one module a format; ``read_gold`` tells which it is."""
