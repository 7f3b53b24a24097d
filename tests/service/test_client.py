"""The Python client: against what OpenAPI says, a server with a script, and its imports."""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, get_origin, get_type_hints

import anyio
import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from service.client import AsyncClient, Client, ProblemError, calls
from service.client.calls import Call
from service.client.problems import pause
from service.http.app import create_app
from service.schemas.answers import AnswerResponse, CitationOut, DeltaOut, SourceOut, Turn
from service.schemas.feedback import CitedIn, EvidenceIn, FeedbackIn
from service.wiring import App

ANSWER = AnswerResponse(
    id="a",
    question="When?",
    standalone_question="When?",
    answerable=True,
    abstention=None,
    confidence=0.9,
    short_answer="1910",
    answer="In\u2028 1910.",
    citations=[],
    passages=[],
    conflicts=[],
    index_version=1,
    composer="extractive",
    models={},
    timings_ms={},
)
CITATION = CitationOut(
    id="1",
    start=0,
    end=1,
    text="I",
    sources=[
        SourceOut(
            document_id="a",
            revision="r",
            title=None,
            start_char_index=0,
            end_char_index=1,
            cited_text="I",
            page=None,
            published_at=None,
            url="/",
            verified=True,
            support=0.9,
        )
    ],
)
PROBLEM = {"type": "x/problems/y", "title": "Y", "detail": "Why. What to do.", "instance": "/z"}

# A call of each method, with everything that it can send.
CALLS: list[Call[Any]] = [
    calls.answer(
        "When?",
        collection="c",
        filters={"source": ["A", "B"], "published_at": {"gte": "2024-01-01"}},
        history=[Turn(role="user", content="Who?"), Turn(role="assistant", content="They.")],
        top_k=3,
        max_sentences=2,
        composer="extractive",
    ),
    calls.streamed(calls.answer("When?")),
    calls.search("When?", collection="c", filters={"year": 1910}, top_k=3),
    calls.put_document("a/b?", "Text.", metadata={"title": "T"}, media_type="text/markdown", collection="c"),
    calls.upload("a.txt", b"Text.", document_id="a", metadata={"title": "T"}, collection="c"),
    calls.documents_page(filters=["source=A"], collection="c", cursor="a", limit=5),
    calls.document("a/b?", collection="c"),
    calls.text("a/b?", revision="r", start=1, end=2, collection="c"),
    calls.delete_document("a/b?", collection="c"),
    calls.verify_citations([CITATION, *CITATION.sources], collection="c"),
    calls.feedback(
        "a", "down", comment="No.", correction="1911", evidence=[EvidenceIn(document_id="a", quote="1911")]
    ),
    calls.submit_feedback(
        FeedbackIn(
            answer="a",
            question="When?",
            rating="down",
            comment="No.",
            correction="In 1911.",
            evidence=[EvidenceIn(document_id="a", quote="1911")],
            cited=[CitedIn(document_id="a", revision="r", start=0, end=1)],
        )
    ),
    calls.feedback_page(rating="down", collection="c", cursor="1", limit=5),
    calls.delete_feedback("f"),
    calls.collections(),
    calls.delete_collection("a/b?"),
    calls.live(),
    calls.ready(),
]
# OpenAI's own clients speak to these; the last is Prometheus's.
ELSEWHERE = {
    ("post", "/v1/chat/completions"),
    ("get", "/v1/models"),
    ("get", "/v1/models/{model}"),
    ("get", "/metrics"),
}


@pytest.fixture
def described(app: App) -> dict[str, Any]:
    return create_app(app).openapi()


def _template(described: dict[str, Any], call: Call[Any]) -> str:
    """The path of the API that a call asks for: the one with the most fixed parts."""
    parts = call.path.split("/")
    fitting: list[str] = [
        path
        for path in described["paths"]
        if len(path.split("/")) == len(parts)
        and all(a == b or a.startswith("{") for a, b in zip(path.split("/"), parts, strict=True))
        and call.method.lower() in described["paths"][path]
    ]
    return min(fitting, key=lambda path: path.count("{"))


def test_every_operation_of_the_api_has_a_call(described: dict[str, Any]) -> None:
    operations = {(method, path) for path, methods in described["paths"].items() for method in methods}
    called = {(call.method.lower(), _template(described, call)) for call in CALLS}
    assert operations - ELSEWHERE == called


def test_both_clients_have_every_call() -> None:
    built = {
        name
        for name, value in vars(calls).items()
        if inspect.isfunction(value) and get_origin(get_type_hints(value).get("return")) is Call
    }
    methods = built - {"streamed"} | {"stream", "documents", "close"}
    for client in (Client, AsyncClient):
        assert {name for name in vars(client) if not name.startswith("_")} == methods


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_what_a_call_sends_is_what_the_api_takes(described: dict[str, Any], call: Call[Any]) -> None:
    operation = described["paths"][_template(described, call)][call.method.lower()]
    known = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
    assert call.more.get("params", {}).keys() <= known
    content = operation.get("requestBody", {}).get("content", {})
    if "files" in call.more:
        properties = content["multipart/form-data"]["schema"]["properties"]
        assert call.more["files"].keys() | call.more["data"].keys() == properties.keys()
    else:
        assert ("json" in call.more) == bool(content)
    if "json" in call.more:
        schema = {**content["application/json"]["schema"], "components": described["components"]}
        sent = json.loads(httpx.Client().build_request("POST", "http://x", json=call.more["json"]).content)
        Draft202012Validator(schema).validate(sent)


def test_the_client_loads_no_model_and_no_index() -> None:
    code = (
        "import sys, service.client\n"
        "heavy = {'torch', 'faiss', 'onnxruntime', 'transformers', 'tokenizers', 'fastapi'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@dataclass
class Script:
    """What a server answers, one response a request, and what it was sent."""

    responses: list[tuple[int, dict[str, str], bytes]]
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)


@contextmanager
def _scripted(*responses: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, Script]]:
    script = Script(list(responses))

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.requests.append((self.command, self.path, self.headers["Authorization"]))
            status, headers, body = script.responses.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _problem(status: int, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({**PROBLEM, "status": status}).encode()
    return status, {"Content-Type": "application/problem+json", **headers}, body


def _events(*events: tuple[str, str]) -> tuple[int, dict[str, str], bytes]:
    body = "".join(f"event: {name}\ndata: {data}\n\n: keep-alive\n\n" for name, data in events)
    return 200, {"Content-Type": "text/event-stream; charset=utf-8"}, body.encode()


def _refused(url: str, call: Callable[[Client], object], **settings: Any) -> ProblemError:
    with Client(url, **settings) as client, pytest.raises(ProblemError) as raised:
        call(client)
    return raised.value


WHOLE = (200, {"Content-Type": "application/json"}, ANSWER.model_dump_json().encode())
DELTA = ("delta", '{"text": "In\u2028 1910."}')


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    later = {"Retry-After": formatdate(usegmt=True)}
    busy = _problem(503, **{"Retry-After": "0"}), _problem(429, **later)
    with _scripted(*busy, WHOLE) as (url, script), Client(url, api_key="cw_key") as client:
        assert client.answer("When?") == ANSWER
    assert script.requests == [("POST", "/v1/answers", "Bearer cw_key")] * 3


def test_who_were_refused_together_do_not_come_back_together() -> None:
    for told, longest in (2, 4), (50, 60):
        busy = httpx.Response(503, headers={"Retry-After": str(told)})
        pauses = {pause(busy, 0) for _ in range(50)}
        assert len(pauses) == 50
        assert all(seconds is not None and told <= seconds <= longest for seconds in pauses)


def test_a_server_that_stays_busy_is_given_up() -> None:
    busy = _problem(503, **{"Retry-After": "0"})
    with _scripted(busy, busy) as (url, script):
        raised = _refused(url, lambda client: client.collections(), retries=1)
    assert (raised.status, raised.retry_after) == (503, 0)
    assert script.responses == []


def test_nobody_waits_an_hour() -> None:
    with _scripted(_problem(429, **{"Retry-After": "3600"})) as (url, _):
        assert _refused(url, lambda client: client.collections()).retry_after == 3600


def test_an_asynchronous_client_asks_again_too() -> None:
    async def ask(url: str) -> AnswerResponse:
        async with AsyncClient(url) as client:
            return await client.answer("When?")

    with _scripted(_problem(503, **{"Retry-After": "0"}), WHOLE) as (url, _):
        assert anyio.run(ask, url) == ANSWER


def test_a_proxy_error_is_a_problem_as_well() -> None:
    with _scripted((502, {"Content-Type": "text/html"}, b"<h1>Bad</h1>")) as (url, _):
        raised = _refused(url, lambda client: client.ready())
    assert (raised.status, raised.type, raised.detail) == (502, "about:blank", "<h1>Bad</h1>")


def test_a_stream_tells_its_events_and_skips_what_it_does_not_know() -> None:
    events = _events(DELTA, ("later", "{}"), ("answer", ANSWER.model_dump_json()), ("done", "{}"))
    with _scripted(events) as (url, _), Client(url) as client:
        assert list(client.stream("When?")) == [DeltaOut(text="In\u2028 1910."), ANSWER]


def test_a_stream_that_fails_raises_after_what_it_told() -> None:
    events = _events(DELTA, ("error", json.dumps({**PROBLEM, "status": 500})))
    with _scripted(events) as (url, _), Client(url) as client:
        stream = client.stream("When?")
        assert isinstance(next(stream), DeltaOut)
        with pytest.raises(ProblemError, match=PROBLEM["detail"]):
            next(stream)


def test_a_stream_that_is_cut_off_raises() -> None:
    async def ask(url: str) -> None:
        async with AsyncClient(url) as client:
            async for _ in client.stream("When?"):
                pass

    with _scripted(_events(DELTA), _events(DELTA)) as (url, _):
        with Client(url) as client, pytest.raises(httpx.RemoteProtocolError):
            list(client.stream("When?"))
        with pytest.raises(httpx.RemoteProtocolError):
            anyio.run(ask, url)
