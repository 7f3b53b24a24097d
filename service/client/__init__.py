"""A typed client of the HTTP API: ``Client`` and ``AsyncClient``. Loads no model and no index."""

from service.client.calls import Event
from service.client.client import AsyncClient, Client
from service.client.problems import ProblemError
from service.schemas.answers import AnswerResponse, CitationOut, DeltaOut, PassagesOut

__all__ = [
    "AnswerResponse",
    "AsyncClient",
    "CitationOut",
    "Client",
    "DeltaOut",
    "Event",
    "PassagesOut",
    "ProblemError",
]
