"""A run for people to read: in a terminal, as Markdown, as a page."""
