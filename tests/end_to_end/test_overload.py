"""A real server that is asked for more than it can do, and clients that leave."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from eval.bench.obedient import Exchange, obedient
from index.types import Document
from service.settings import load_settings
from service.wiring import open_app
from tests.conftest import CHENGDU
from tests.serving import serving


@pytest.fixture(scope="module")
def server(seeds_dir: Path) -> Iterator[str]:
    with serving(seeds_dir, CITEWISE_CONCURRENCY="1", CITEWISE_QUEUE="1") as address:
        yield address


def _samples(server: str) -> dict[str, float]:
    """The samples by name, with those of one name added up."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(httpx.get(f"{server}/metrics").text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def _ask(server: str, number: int) -> httpx.Response:
    question = f"Which countries took part in the meeting of {2000 + number}?"
    return httpx.post(f"{server}/v1/answers", json={"question": question}, timeout=60)


def _idle(server: str) -> bool:
    """Whether all work has ended within some seconds."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        samples = _samples(server)
        if samples["citewise_questions_running"] == samples["citewise_questions_waiting"] == 0:
            return True
        time.sleep(0.05)
    return False


def test_every_request_gets_an_answer_or_a_refusal_that_says_when_to_come_back(server: str) -> None:
    with ThreadPoolExecutor(16) as clients:
        responses = list(clients.map(lambda n: _ask(server, n), range(16)))
    refused = [r for r in responses if r.status_code == 503]
    assert {r.status_code for r in responses} == {200, 503}
    for response in refused:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"].endswith("/problems/overloaded")
        assert int(response.headers["retry-after"]) >= 1
    assert _samples(server)["citewise_refusals_total"] == len(refused)
    assert httpx.get(f"{server}/health/live").status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_frees_its_place(server: str, stream: bool) -> None:
    place = urlsplit(server)
    body = json.dumps({"question": f"{CHENGDU} {stream}", "stream": stream}).encode()
    head = (
        f"POST /v1/answers HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    for _ in range(5):
        with socket.create_connection((place.hostname, place.port)) as connection:
            connection.sendall(head.encode() + body)
    assert _idle(server)
    assert _ask(server, 900 + stream).status_code == 200


def _endless(exchange: Exchange) -> None:
    """Say one sentence, and go on without ending the next for as long as somebody reads."""
    exchange.open()
    exchange.piece("The comet returned in May 1910. [1] It")
    while not exchange.gone.wait(0.05):
        exchange.piece(" and")


def test_a_client_that_leaves_a_generator_ends_it_and_leaves_no_half_answer_behind(tmp_path: Path) -> None:
    data_dir, log = tmp_path / "index", list[str]()
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        app.builder.put("default", Document("c", "The comet returned in May 1910. It was seen in Orrin."))
    asked = {"question": "When did the comet return?", "composer": "generative"}
    whole = "The comet returned in May 1910. [1] It was seen in Orrin. [1]"
    with (
        obedient(_endless, whole) as generator,
        serving(
            data_dir,
            log,
            CITEWISE_GENERATOR="openai",
            CITEWISE_GENERATOR_URL=generator.url,
            CITEWISE_GENERATOR_MODEL="fake",
            CITEWISE_CONCURRENCY="1",
            CITEWISE_QUEUE="0",
        ) as server,
    ):
        with httpx.stream("POST", f"{server}/v1/answers", json={**asked, "stream": True}) as response:
            assert any("event: citation" in line for line in response.iter_lines())
        assert generator.gone.wait(20)
        assert _idle(server)
        answer = httpx.post(f"{server}/v1/answers", json=asked, timeout=60).json()
    assert answer["composer"] == "generative"
    assert answer["answer"] == whole.replace("Orrin. [1]", "Orrin. [2]")
    assert "Traceback" not in "".join(log)
