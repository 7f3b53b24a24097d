"""How the shipped weights were made: reproducible commands over public data."""
