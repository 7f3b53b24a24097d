"""A typed client of the HTTP API: ``Client`` and ``AsyncClient``. Loads no model and no index."""

from service.client.calls import Event
from service.client.client import AsyncClient, Client
from service.client.problems import ProblemError

__all__ = ["AsyncClient", "Client", "Event", "ProblemError"]
