"""The HTTP API: guard, parse, one call, shape."""
