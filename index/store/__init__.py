"""The truth: documents, revisions, passages and vectors in one transactional store."""
