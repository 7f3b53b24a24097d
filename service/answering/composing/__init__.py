"""Sentences into a cited answer."""
