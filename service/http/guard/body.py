"""How much a request may send."""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuses a body that is longer than a limit, announced or not, before it is kept anywhere.

    Args:
        app: The application inside.
        limit: In bytes.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it brings."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(
                    413,
                    f"The request has more than {self._limit:,} bytes. Split it, or raise limit_megabytes.",
                )
            return message

        await self._app(scope, counted, send)
