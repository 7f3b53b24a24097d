"""Measures, ids, logs and traces."""

import json
import logging
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from service import logs
from service.http.app import create_app
from service.settings import load_settings
from service.wiring import open_app
from tests.conftest import CHENGDU, ROOT, TEST_HOSTS
from tests.service.serving.making import ask, sample

DASHBOARD = ROOT / "docs" / "grafana-dashboard.json"


def test_metrics_count_answers_abstentions_and_requests(client: TestClient) -> None:
    ask(client)
    ask(client, "Who painted the bridge in Reykjavik?")
    client.get("/v1/documents/none")
    assert sample(client, "citewise_answers_total", composer="extractive") == 2
    assert sample(client, "citewise_abstentions_total") == 1
    assert sample(client, "citewise_stage_seconds_count", stage="rerank") == 2
    route = "/v1/documents/{document_id:path}"
    assert sample(client, "citewise_request_seconds_count", route=route, status="404") == 1


def test_dashboard_shows_only_metrics_that_there_are(client: TestClient) -> None:
    ask(client)
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
