"""Who may use the service over HTTP, and for what."""
