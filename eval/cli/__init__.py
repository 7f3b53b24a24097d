"""The ``citewise`` command as installed: the service's commands and ``citewise eval``."""

from eval.cli.app import main

__all__ = ["main"]
