"""A real server on loopback."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.conftest import CHENGDU, QUESTIONS
from tests.serving import serving


@pytest.fixture(scope="module")
def server(seeds_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Its own copy: SQLite clears its log away only with the last connection of all processes.
    own = tmp_path_factory.mktemp("served") / "index"
    shutil.copytree(seeds_dir, own)
    with serving(own) as address:
        yield address
    assert not list(own.glob("*-wal"))


def test_server_answers_and_its_citation_opens(server: str) -> None:
    with httpx2.Client(base_url=server) as client:
        body = client.post("/v1/answers", json={"question": CHENGDU}).json()
        source = body["citations"][0]["sources"][0]
        assert client.get(source["url"]).text == source["cited_text"]
        assert client.get("/health/ready").status_code == 200
        assert client.get("/docs").status_code == 200


def test_citations_resolve_over_http(server: str) -> None:
    """Of every fourth gold question; the run of all of them in process verifies theirs."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()[::4]
    questions = [json.loads(line)["question"] for line in lines]
    texts: dict[str, str] = {}
    checked = 0
    with httpx2.Client(base_url=server, timeout=30) as client:
        for question in questions:
            body = client.post("/v1/answers", json={"question": question}).json()
            assert body["answerable"] == bool(body["citations"])
            for citation in body["citations"]:
                assert body["answer"][citation["start"] : citation["end"]] == citation["text"]
                for source in citation["sources"]:
                    document = source["document_id"]
                    texts.setdefault(document, client.get(f"/v1/documents/{document}/text").text)
                    cited = texts[document][source["start_char_index"] : source["end_char_index"]]
                    assert cited == source["cited_text"]
                    assert source["verified"] is True
                    checked += 1
    assert checked > 10


def _connected(address: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def _finish_once_stopping(connection: socket.socket, body: bytes, address: str) -> bytes:
    with suppress(ConnectionRefusedError):
        while True:
            _connected(address).close()
            time.sleep(0.05)
    with connection:
        connection.sendall(body)
        return connection.makefile("rb").readline()


def test_a_request_that_was_accepted_is_finished_before_the_server_stops(
    seeds_dir: Path, tmp_path: Path
) -> None:
    shutil.copytree(seeds_dir, tmp_path / "index")
    body = json.dumps({"question": CHENGDU}).encode()
    head = (
        "POST /v1/answers HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nexpect: 100-continue\r\n\r\n"
    )
    with ThreadPoolExecutor(1) as pool:
        with serving(tmp_path / "index") as address:
            connection = _connected(address)
            connection.sendall(head.encode())
            assert b"100" in connection.recv(100)
            finished = pool.submit(_finish_once_stopping, connection, body, address)
        assert b"200" in finished.result()


def test_a_connection_without_a_whole_request_is_closed(server: str) -> None:
    with _connected(server) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n")
        assert connection.recv(100) == b""


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"])
def test_what_is_no_http_is_answered_with_a_problem(server: str, sent: bytes) -> None:
    with _connected(server) as connection:
        connection.sendall(sent + b"\r\n\r\n")
        head, body = connection.makefile("rb").read().split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert json.loads(body)["status"] == 400


def test_a_server_on_a_new_index_has_its_default_collection_and_no_other(tmp_path: Path) -> None:
    with serving(tmp_path / "index") as address, httpx2.Client(base_url=address, timeout=30) as client:
        assert client.get("/v1/documents").json() == {"documents": [], "next_cursor": None}
        assert client.post("/v1/search", json={"question": CHENGDU}).json()["passages"] == []
        body = client.post("/v1/answers", json={"question": CHENGDU}).json()
        assert (body["answerable"], body["abstention"]["reason"]) == (False, "no_match")
        assert client.get("/v1/documents", params={"collection": "other"}).status_code == 404
