"""``HEAD``: what ``GET`` would say, without what it would send."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Lets every route that answers ``GET`` answer ``HEAD`` (RFC 9110, section 9.1 demands both).

    Args:
        app: The application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response without a body if only its head is wanted."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def headers_alone(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        # In place, since who stands outside reads from it which route there was.
        scope["method"] = "GET"
        try:
            await self._app(scope, receive, headers_alone)
        finally:
            scope["method"] = "HEAD"
