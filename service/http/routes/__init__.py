"""The addresses, one module a subject: parse, one call, shape."""
