"""Text itself: its canonical form, its blocks and sentences, its searchable terms."""
