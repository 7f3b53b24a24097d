"""A real server on loopback."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from tests.conftest import CHENGDU, QUESTIONS

COMMAND = Path(sys.executable).with_name("citewise")


@pytest.fixture(scope="module")
def server(seeds_dir: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--data-dir", str(seeds_dir)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"running on (http://\S+)", line):
            Thread(target=process.stderr.read, daemon=True).start()  # or its log fills the pipe
            yield found[1]
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert not list(seeds_dir.glob("*-wal"))


def test_server_answers_and_its_citation_opens(server: str) -> None:
    with httpx2.Client(base_url=server) as client:
        body = client.post("/v1/answers", json={"question": CHENGDU}).json()
        source = body["citations"][0]["sources"][0]
        assert client.get(source["url"]).text == source["cited_text"]
        assert client.get("/health/ready").status_code == 200
        assert client.get("/docs").status_code == 200


def test_every_citation_of_every_gold_question_resolves_over_http(server: str) -> None:
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
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
    assert checked > 40
