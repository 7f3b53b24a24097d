"""How much a request may send, and how slowly."""

import asyncio

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.load.reading import MEGABYTE
from service.http.problems import response_to


class BodyLimit:
    """Refuses a body that is longer than a limit, announced or not, before it is kept anywhere.

    Args:
        app: The application inside.
        uploads: Most bytes of what may be a document.
        others: Most bytes of any other body, which is read into memory and parsed at once.
        patience: Seconds to wait for the next part of a body that has begun.
    """

    def __init__(self, app: ASGIApp, uploads: int, others: int = MEGABYTE, patience: float = 30) -> None:
        self._app = app
        self._uploads = uploads
        self._others = others
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it brings."""
        received, more = 0, True
        is_upload = scope["type"] == "http" and scope["path"].startswith("/v1/documents")
        limit = self._uploads if is_upload else self._others

        def require(length: int) -> None:
            if length > limit:
                hint = "Split it, or raise limit_megabytes." if is_upload else "Send less."
                raise HTTPException(413, f"The request has more than {limit:,} bytes. {hint}")

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
            require(received)
            return message

        announced = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if announced.isdecimal():
            # Refused before anything of it is waited for.
            try:
                require(int(announced))
            except HTTPException as error:
                await response_to(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, counted, send)
