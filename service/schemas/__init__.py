"""The shapes of the contract: what HTTP sends and ``--json`` prints."""
