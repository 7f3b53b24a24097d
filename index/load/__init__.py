"""Files into documents: finding them, naming them, reading them within limits."""
