"""Answers that a language model words, from the same evidence and behind the same check."""
