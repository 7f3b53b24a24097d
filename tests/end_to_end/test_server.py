"""A real server on loopback."""

import json
import shutil
from collections.abc import Iterator
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
