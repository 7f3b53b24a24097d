"""How much a request may send, and how slowly."""

import asyncio

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuses a body that is longer than a limit, announced or not, before it is kept anywhere.

    Args:
        app: The application inside.
        limit: In bytes.
        patience: Seconds to wait for the next part of a body that has begun.
    """

    def __init__(self, app: ASGIApp, limit: int, patience: float = 30) -> None:
        self._app = app
        self._limit = limit
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it brings."""
        received, more = 0, True

        async def counted() -> Message:
            nonlocal received, more
            try:
                # What comes after the body is the end of the connection, perhaps much later.
                async with asyncio.timeout(self._patience if more else None):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(
                    408, f"Nothing came for {self._patience:g} s of a request that was not whole."
                ) from None
            more = more and message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(
                    413,
                    f"The request has more than {self._limit:,} bytes. Split it, or raise limit_megabytes.",
                )
            return message

        await self._app(scope, counted, send)
