"""What a server says when it does not do what it was asked, and when to ask again."""

import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from random import SystemRandom
from typing import Any, Self

import httpx
from pydantic import ValidationError

from service.schemas.problems import Problem

_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
# Nobody waits longer than this in a call; who can may catch the error and ask later.
_LONGEST_PAUSE = 60.0


class ProblemError(Exception):
    """The server answered with a problem (RFC 9457).

    Attributes:
        status: The HTTP status.
        type: A URL that names the kind of problem; its last part is stable.
        title: The kind in words.
        detail: What is wrong, and what to do about it.
        instance: The path that was asked for.
        errors: Of an invalid request, where it is wrong: each ``{"loc": …, "msg": …}``.
        retry_after: Seconds after which to ask again; None if the server did not say.
    """

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}")
        self.status = problem.status
        self.type = problem.type
        self.title = problem.title
        self.detail = problem.detail
        self.instance = problem.instance
        self.errors: Sequence[dict[str, Any]] = problem.errors or []
        self.retry_after = retry_after

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        """Read a response whose body is there."""
        try:
            problem = Problem.model_validate_json(response.content)
        except ValidationError:  # a proxy's
            problem = Problem(
                type="about:blank",
                title=response.reason_phrase,
                status=response.status_code,
                detail=response.text[:500],
                instance=response.request.url.path,
            )
        return cls(problem, _retry_after(response))


def pause(response: httpx.Response, attempt: int) -> float | None:
    """Seconds to wait before asking again; None if that would not help.

    As long as the server says, and at random up to as long again: who were refused together
    would otherwise come back together, and be refused again.

    Args:
        response: What the server answered.
        attempt: How often it was asked before, from 0.
    """
    if response.status_code not in _AGAIN:
        return None
    told = _retry_after(response)
    wait = 0.5 * 2**attempt if told is None else told
    if wait > _LONGEST_PAUSE:
        return None
    return SystemRandom().uniform(wait, min(2 * wait, _LONGEST_PAUSE))


def _retry_after(response: httpx.Response) -> float | None:
    given = response.headers.get("Retry-After", "")
    if given.isdecimal():
        return float(given)
    try:
        moment = parsedate_to_datetime(given).timestamp()
    except ValueError:
        return None
    return max(0.0, moment - time.time())
