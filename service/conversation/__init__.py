"""A question in a conversation into one that stands alone."""
