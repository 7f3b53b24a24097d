"""One gold set under many settings."""
