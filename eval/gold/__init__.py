"""Making gold questions: writing, checking, and drafting them from feedback."""
