"""What is derived from the store for speed, catches up with it, and can be thrown away."""
