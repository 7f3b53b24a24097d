"""Hits into cited answers, and the ways to ask for them: command line and HTTP."""
