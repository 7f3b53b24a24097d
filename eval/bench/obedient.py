"""A generator that does as it is told: a server that speaks the real protocol over a real socket."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Request:
    """What was sent to it; header names are in lower case."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """All messages, one after the other."""
        return "\n".join(message["content"] for message in self.body["messages"])


Reply = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request, with what a reply is made of."""

    request: Request
    handler: BaseHTTPRequestHandler
    gone: Event

    def status(self, status: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> None:
        """Answer at once; an underscore in a header's name is a hyphen."""
        self.handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Length", str(len(body.encode())))
        self.handler.end_headers()
        self.handler.wfile.write(body.encode())

    def open(self) -> None:
        """Begin a stream."""
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "text/event-stream")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        self.handler.close_connection = True

    def raw(self, line: str) -> None:
        """Send one event; ``gone`` is set once nobody reads any more."""
        try:
            self.handler.wfile.write(f"data: {line}\n\n".encode())
            self.handler.wfile.flush()
        except OSError:
            self.gone.set()

    def piece(self, text: str | None, finish: str | None = None) -> None:
        """Send a piece of text, or the reason for the end."""
        delta = {} if text is None else {"content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.raw(json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "fake",
                             "choices": [choice]}))  # fmt: skip

    def say(self, text: str, finish: str | None = "stop", size: int = 7) -> None:
        """Stream a whole text in pieces; without a reason for the end it was cut."""
        self.open()
        for at in range(0, len(text), size):
            self.piece(text[at : at + size])
        if finish:
            self.piece(None, finish)
            self.raw("[DONE]")


@dataclass
class Obedient:
    """A server that says what it is told, reply by reply; the last reply to every further request."""

    replies: Sequence[Reply]
    requests: list[Request] = field(default_factory=list)
    gone: Event = field(default_factory=Event)
    url: str = ""


@contextmanager
def obedient(*replies: Reply | str) -> Iterator[Obedient]:
    """Serve replies on loopback; a string is said and ended as it should be."""

    def saying(text: str) -> Reply:
        return lambda exchange: exchange.say(text)

    told = Obedient([saying(reply) if isinstance(reply, str) else reply for reply in replies])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = Request({k.lower(): v for k, v in self.headers.items()}, body)
            told.requests.append(request)
            reply = told.replies[min(len(told.requests), len(told.replies)) - 1]
            reply(Exchange(request, self, told.gone))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
