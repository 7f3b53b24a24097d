"""The Python client against a real server."""

from collections.abc import Iterator
from contextlib import aclosing
from io import BytesIO

import anyio
import pytest

from service.client import AsyncClient, Client, ProblemError
from service.schemas.answers import AnswerResponse, CitationOut, DeltaOut, PassagesOut
from service.schemas.feedback import FeedbackIn
from service.settings import load_settings
from service.wiring import open_app
from tests.serving import serving

COMET = "🌠 The comet returned in May 1910. Heber Curtis photographed it."
WHEN = "When did the comet return?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir = tmp_path_factory.mktemp("client") / "index"
    with open_app(load_settings(data_dir=data_dir), create=True):
        pass
    with serving(data_dir) as address, Client(address) as client:
        client.put_document("notes/comet", COMET, metadata={"title": "Comets"})
        yield address


@pytest.fixture
def client(server: str) -> Iterator[Client]:
    with Client(server) as opened:
        yield opened


def test_an_answer_is_typed_and_its_source_opens(client: Client) -> None:
    answer = client.answer(WHEN, top_k=1)
    source = answer.citations[0].sources[0]
    opened = client.text(
        source.document_id, revision=source.revision, start=source.start_char_index, end=source.end_char_index
    )
    assert (answer.short_answer, opened.text) == ("May 1910", source.cited_text)
    assert client.search(WHEN).passages[0].document_id == "notes/comet"


def test_a_document_comes_changes_and_goes(client: Client) -> None:
    name = "données/Ä b?.txt"
    assert client.put_document(name, "One.", collection="c").outcome == "added"
    assert client.put_document(name, "One.", collection="c").outcome == "unchanged"
    assert client.document(name, collection="c").characters == 4
    assert client.delete_document(name, collection="c").id == name
    with pytest.raises(ProblemError) as raised:
        client.text(name, collection="c")
    assert (raised.value.status, raised.value.type.rsplit("/", 1)[-1]) == (410, "document-deleted")
    client.delete_collection("c")
    assert [c.name for c in client.collections()] == ["default"]


@pytest.mark.parametrize("file", [b"# Dams\n\nThe dam is high.", BytesIO(b"# Dams\n\nThe dam is high.")])
def test_a_file_is_uploaded(client: Client, file: bytes | BytesIO) -> None:
    (document,) = client.upload("dam.md", file, metadata={"year": 1968}, collection="files").documents
    assert (document.id, document.title, document.metadata["year"]) == ("dam.md", "Dams", 1968)


def test_documents_are_listed_over_all_pages(client: Client) -> None:
    for number in range(103):
        client.put_document(f"{number:03}", f"Text {number}.", metadata={"n": number}, collection="many")
    assert [d.id for d in client.documents(collection="many")] == [f"{n:03}" for n in range(103)]
    assert [d.id for d in client.documents(filters=["n>=102"], collection="many")] == ["102"]


def test_what_is_said_of_an_answer_is_kept(client: Client) -> None:
    answer = client.answer(WHEN)
    kept = client.submit_feedback(FeedbackIn(answer=answer.id, question=WHEN, rating="up"))
    assert [f.id for f in client.feedback_page(rating="up").feedback] == [kept.id]
    client.delete_feedback(kept.id)
    assert client.feedback_page().feedback == []


def test_what_is_said_of_a_remembered_answer_is_kept_with_its_question(client: Client) -> None:
    kept = client.feedback(client.answer(WHEN).id, "down", correction="In 1911.")
    (found,) = client.feedback_page(rating="down").feedback
    assert (found.id, found.question, found.correction) == (kept.id, WHEN, "In 1911.")
    client.delete_feedback(kept.id)


def test_citations_verify_until_they_are_changed(client: Client) -> None:
    (citation,) = client.answer(WHEN).citations
    (source,) = citation.sources
    changed = source.model_copy(update={"cited_text": "The comet left."})
    verified = client.verify_citations([citation, source, changed]).citations
    assert [v.reason for v in verified] == [None, None, "text_differs"]


def test_a_stream_tells_the_answer_in_parts(client: Client) -> None:
    passages, *events, answer = client.stream(WHEN)
    assert isinstance(passages, PassagesOut)
    assert isinstance(answer, AnswerResponse)
    assert passages.passages == answer.passages
    assert "".join(e.text for e in events if isinstance(e, DeltaOut)) == answer.answer
    assert [e for e in events if isinstance(e, CitationOut)] == answer.citations


def test_a_stream_that_cannot_begin_raises(client: Client) -> None:
    with pytest.raises(ProblemError) as raised:
        list(client.stream(WHEN, collection="none"))
    assert raised.value.status == 404


def test_a_stream_that_is_left_leaves_the_client_usable(server: str) -> None:
    async def ask() -> None:
        async with AsyncClient(server) as own:
            async with aclosing(own.stream(WHEN)) as events:
                async for event in events:
                    assert isinstance(event, PassagesOut)
                    break
            assert (await own.ready()).status == "ready"

    anyio.run(ask)


def test_an_invalid_request_says_where(client: Client) -> None:
    with pytest.raises(ProblemError) as raised:
        client.answer(WHEN, top_k=0)
    assert raised.value.status == 422
    assert raised.value.errors[0]["loc"] == ["body", "top_k"]


def test_a_server_says_that_it_is_ready(client: Client) -> None:
    client.live()
    assert "default" in client.ready().collections


def test_the_asynchronous_client_does_the_same(server: str, client: Client) -> None:
    async def ask() -> None:
        async with AsyncClient(server) as own:
            answer = await own.answer(WHEN)
            assert answer.answer == client.answer(WHEN).answer
            uploaded = await own.upload("a.md", BytesIO(b"# A\n\nThe text."), collection="async")
            listed = [document async for document in own.documents(collection="async")]
            assert [d.id for d in listed] == [d.id for d in uploaded.documents]
            with pytest.raises(ProblemError, match="nothing"):
                await own.document("nothing")

    anyio.run(ask)
