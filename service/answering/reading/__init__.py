"""Passages read by a model, and what that says of their sentences."""
