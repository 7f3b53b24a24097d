"""The HTTP API: parse, one call, shape."""
