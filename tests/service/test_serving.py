"""What serving many adds: turns, a memory of answers, measures, ids, traces."""

import contextlib
import json
import logging
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from index.errors import Overloaded
from service import logs
from service.http.app import create_app
from service.serving.admission import Admission
from service.serving.memory import Memory
from service.settings import load_settings
from service.types import Answer, Ask
from service.wiring import App, open_app
from tests.conftest import CHENGDU, ROOT, TEST_HOSTS

DASHBOARD = ROOT / "docs" / "grafana-dashboard.json"


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        opened.put("/v1/documents/comet", json={"text": "The comet returned in May 1910."})
        yield opened


def _ask(client: TestClient, question: str = "When did the comet return?", **more: object) -> str:
    return str(client.post("/v1/answers", json={"question": question, **more}).json()["answer"])


def _answer(version: int, **changed: Any) -> Answer:
    whole = Answer(
        id="a", question="q", standalone_question="q", text="t", short_answer=None, abstention=None,
        confidence=1.0, citations=(), conflicts=(), hits=[], rerank={}, index_version=version,
        composer="generative", models={}, timings_ms={},
    )  # fmt: skip
    return replace(whole, **changed)


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({}, True),
        ({"complete": False}, False),
        ({"composer": "extractive"}, False),
        ({"index_version": 7}, False),
    ],
)
def test_memory_keeps_only_what_would_be_answered_again(
    app: App, changed: dict[str, Any], kept: bool
) -> None:
    memory, ask = Memory(app.index, 10), Ask("q", composer="generative")
    state, _ = memory.recall(ask)
    memory.keep(ask, _answer(state[1], **changed), state)
    assert (memory.recall(ask)[1] is not None) is kept
    assert memory.given("a") is not None


def test_memory_keeps_nothing_of_a_state_that_is_gone(app: App) -> None:
    memory, ask = Memory(app.index, 10), Ask("q", composer="generative")
    (generation, version), _ = memory.recall(ask)
    memory.keep(ask, _answer(version), (generation + "x", version))
    assert memory.recall(ask)[1] is None


def _sample(client: TestClient, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return 0.0


def test_admission_runs_some_lets_some_wait_and_refuses_the_rest() -> None:
    refused: list[str] = []
    release = threading.Event()

    async def main() -> list[str]:
        admission = Admission("questions", 2, 3, refused.append)
        outcomes = []

        async def one() -> None:
            try:
                await admission.run(release.wait)
                outcomes.append("done")
            except Overloaded as error:
                outcomes.append("refused" if error.retry_after >= 1 else "at once")

        async with anyio.create_task_group() as tasks:
            for _ in range(9):
                tasks.start_soon(one)
            while len(outcomes) < 4:
                await anyio.sleep(0.01)
            assert (admission.running, admission.waiting) == (2, 3)
            release.set()
        return outcomes

    assert anyio.run(main) == ["refused"] * 4 + ["done"] * 5
    assert refused == ["questions"] * 4


def test_admission_lets_nobody_wait_once_the_queue_has_been_too_short_for_a_second() -> None:
    release = threading.Event()

    async def main() -> list[int]:
        admission = Admission("questions", 1, 2, lambda _: None)
        waiting = []

        async def one() -> None:
            with contextlib.suppress(Overloaded):
                await admission.run(release.wait)

        async def come(tasks: TaskGroup, count: int) -> None:
            for _ in range(count):
                tasks.start_soon(one)
            await anyio.sleep(0.05)
            waiting.append(admission.waiting)

        async with anyio.create_task_group() as tasks:
            await come(tasks, 3)
            await anyio.sleep(1.1)  # a queue that is full and refuses nobody is no overload
            await come(tasks, 1)
            await anyio.sleep(0.6)
            await come(tasks, 1)
            await anyio.sleep(0.6)
            release.set()
        release.clear()
        async with anyio.create_task_group() as tasks:
            await come(tasks, 2)
            await anyio.sleep(1.1)  # nobody was refused for so long
            await come(tasks, 1)
            release.set()
        return waiting

    assert anyio.run(main) == [2, 2, 2, 0, 1]


def test_admission_forgets_who_leaves_the_queue() -> None:
    release = threading.Event()

    async def main() -> None:
        admission = Admission("questions", 1, 1, lambda _: None)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(admission.run, release.wait)
            await anyio.sleep(0.05)
            with anyio.move_on_after(0.05):
                await admission.run(release.wait)
            assert admission.waiting == 0
            release.set()

    anyio.run(main)


def test_an_answer_is_given_from_memory_until_anything_changes(client: TestClient) -> None:
    first = _ask(client)
    assert _ask(client) == first
    assert _sample(client, "citewise_cache_lookups_total", result="hit") == 1
    client.put("/v1/documents/comet", json={"text": "The comet returned in June 1911."})
    assert "1911" in _ask(client)
    client.delete("/v1/documents/comet")
    assert "19" not in _ask(client)
    assert _sample(client, "citewise_cache_lookups_total", result="hit") == 1


def test_memory_tells_apart_whatever_decides_an_answer(client: TestClient) -> None:
    history = [{"role": "user", "content": "Tell me of the comet."}]
    client.put("/v1/documents/comet?collection=other", json={"text": "The comet returned in 1986."})
    asked = ({"collection": "other"}, {"question": "Why did the comet return?"})
    for more in (
        *asked,
        {},
        {"top_k": 3},
        {"max_sentences": 1},
        {"filters": {"title": "x"}},
        {"history": history},
    ):
        _ask(client, **more)
    assert _sample(client, "citewise_cache_lookups_total", result="hit") == 0


def test_an_etag_spares_an_answer_that_is_still_so(client: TestClient) -> None:
    asked = {"question": "When did the comet return?"}
    tag = client.post("/v1/answers", json=asked).headers["etag"]
    again = client.post("/v1/answers", json=asked, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    client.put("/v1/documents/comet", json={"text": "The comet returned in June 1911."})
    assert client.post("/v1/answers", json=asked, headers={"If-None-Match": tag}).status_code == 200


def test_a_text_is_not_sent_twice_and_gone_once_deleted(client: TestClient) -> None:
    url = "/v1/documents/comet/text?start=4&end=9"
    tag = client.get(url).headers["etag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(url, headers={"If-None-Match": tag, "Accept": "application/json"}).status_code == 200
    client.delete("/v1/documents/comet")
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 410


def test_feedback_on_a_remembered_answer_keeps_what_it_cited(client: TestClient) -> None:
    asked = {"question": "When did the comet return?"}
    answer = client.post("/v1/answers", json=asked).json()
    given = client.post(f"/v1/answers/{answer['id']}/feedback", json={"rating": "down", "comment": "Hm."})
    assert given.status_code == 201
    (kept,) = client.get("/v1/feedback").json()["feedback"]
    source = answer["citations"][0]["sources"][0]
    assert (kept["question"], kept["rating"], kept["comment"]) == (asked["question"], "down", "Hm.")
    assert [(c["document_id"], c["start"], c["end"]) for c in kept["cited"]] == [
        (source["document_id"], source["start_char_index"], source["end_char_index"])
    ]
    unknown = client.post("/v1/answers/none/feedback", json={"rating": "up"})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Answer not found")


def test_metrics_count_answers_abstentions_and_requests(client: TestClient) -> None:
    _ask(client)
    _ask(client, "Who painted the bridge in Reykjavik?")
    client.get("/v1/documents/none")
    assert _sample(client, "citewise_answers_total", composer="extractive") == 2
    assert _sample(client, "citewise_abstentions_total") == 1
    assert _sample(client, "citewise_stage_seconds_count", stage="rerank") == 2
    route = "/v1/documents/{document_id:path}"
    assert _sample(client, "citewise_request_seconds_count", route=route, status="404") == 1


def test_dashboard_shows_only_metrics_that_there_are(client: TestClient) -> None:
    _ask(client)
    dashboard = json.loads(DASHBOARD.read_text())
    shown = {t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", ())}
    names = {name for expr in shown for name in re.findall(r"\b(?:citewise|process)_\w+", expr)}
    families = list(text_string_to_metric_families(client.get("/metrics").text))
    known = {f.name for f in families} | {s.name for f in families for s in f.samples}
    counters = {f"{f.name}_total" for f in families if f.type == "counter"}
    histograms = {
        f"{f.name}_{part}" for f in families if f.type == "histogram" for part in ("bucket", "count")
    }
    assert len(names) > 8
    assert names <= known | counters | histograms


def test_a_request_keeps_a_usable_id_and_is_given_one_otherwise(client: TestClient) -> None:
    def named(given: str) -> str:
        return str(client.get("/health/live", headers={"X-Request-ID": given}).headers["x-request-id"])

    assert named("my-id.1") == "my-id.1"
    assert re.fullmatch(r"[0-9a-f]{32}", named("a b"))
    assert re.fullmatch(r"[0-9a-f]{32}", named("x" * 101))


def test_a_client_writes_no_log_lines_and_no_measures_of_its_own(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "citewise.access"):
        client.request("FORGED", "/v1/documents/x%0aINFO forged%1b[31m")
    (line,) = (record.getMessage() for record in caplog.records if record.name == "citewise.access")
    assert "\n" not in line
    assert "\x1b" not in line
    assert "FORGED" not in client.get("/metrics").text


def test_json_log_lines_name_their_request(
    client: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    logs.configure("INFO", "json")
    client.get("/v1/documents/none?collection=x", headers={"X-Request-ID": "abc"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (line,) = (line for line in lines if line["logger"] == "citewise.access")
    assert (line["request_id"], line["method"], line["path"], line["status"]) == (
        "abc",
        "GET",
        "/v1/documents/none",
        404,
    )


def test_traces_are_sent_with_a_span_for_each_stage(seeds_dir: object) -> None:
    received: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}/v1/traces"
        settings = load_settings(data_dir=seeds_dir, telemetry_endpoint=endpoint, allowed_hosts=TEST_HOSTS)
        trace = "0af7651916cd43dd8448eb211c80319c"
        with open_app(settings) as app, TestClient(create_app(app)) as client:
            client.post(
                "/v1/answers",
                json={"question": CHENGDU},
                headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"},
            )
        server.shutdown()
    spans = [s for r in received for rs in r.resource_spans for ss in rs.scope_spans for s in ss.spans]
    assert {span.trace_id.hex() for span in spans} == {trace}
    (root,) = (span for span in spans if span.name == "POST /v1/answers")
    stages = {span.name: span for span in spans if span.parent_span_id == root.span_id}
    assert stages.keys() == {"retrieve", "rerank", "compose"}


def test_who_waits_to_write_keeps_nobody_from_asking(client: TestClient, app: App) -> None:
    said = {"answer": "a", "question": "q", "rating": "up"}
    with app.index.writing(), ThreadPoolExecutor(12) as many:
        waiting = [many.submit(client.post, "/v1/feedback", json=said) for _ in range(12)]
        assert "1910" in _ask(client)
        assert client.get("/health/ready").status_code == 200
        assert not any(w.done() and w.result().status_code == 201 for w in waiting)
    assert {w.result().status_code for w in waiting} <= {201, 503}
