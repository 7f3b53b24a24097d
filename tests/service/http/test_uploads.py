"""Documents and collections over their life, over HTTP."""

import asyncio
import io
import json
import os
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from filelock import FileLock
from starlette.types import Receive, Scope, Send

from index.load.reading import Limits
from index.load.sandbox import Sandbox
from index.verify import verify
from service.http.app import create_app
from service.http.guard.body import BodyLimit
from service.wiring import App

COMET = "The comet returned in May 1910. Crowds watched it from the harbour."
DEEP = '{"a":' + "[" * 100 + "]" * 100 + "}"
MARKDOWN = b"# Comets\n\n" + COMET.encode()


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened


def _ask(client: TestClient, question: str = "When did the comet return?", **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = client.post("/v1/answers", json={"question": question, **more}).json()
    return body


def _put(client: TestClient, document_id: str, text: str, **more: Any) -> httpx2.Response:
    return client.put(f"/v1/documents/{document_id}", json={"text": text, **more})


def test_put_is_an_idempotent_upsert(client: TestClient) -> None:
    first = _put(client, "a/b.txt", COMET, metadata={"title": "Comets"})
    again = _put(client, "a/b.txt", COMET, metadata={"title": "Comets"})
    changed = _put(client, "a/b.txt", COMET + " It was bright.", metadata={"title": "Comets"})
    assert [r.status_code for r in (first, again, changed)] == [201, 200, 200]
    bodies = [r.json() for r in (first, again, changed)]
    assert [b["outcome"] for b in bodies] == ["added", "unchanged", "changed"]
    assert bodies[0]["revision"] == bodies[1]["revision"] != bodies[2]["revision"]
    assert bodies[0]["index_version"] == bodies[1]["index_version"] < bodies[2]["index_version"]
    assert bodies[2]["revisions"] == [bodies[0]["revision"], bodies[2]["revision"]]
    assert bodies[2]["metadata"] == {"title": "Comets", "language": "en"}


def test_a_server_drops_replaced_revisions_when_their_time_has_come(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.http.app._EXPIRING_SECONDS", 0.05)
    keeping = replace(app, settings=app.settings.model_copy(update={"keep_revisions_days": 0}))
    with TestClient(create_app(keeping)) as client:
        former = _put(client, "a", COMET).json()["revision"]
        _put(client, "a", "Nothing about the sky is in here any more.")
        address = f"/v1/documents/a/text?revision={former}"
        for _ in range(200):
            status = client.get(address).status_code
            if status != 200:
                break
            time.sleep(0.05)
        assert status == 410
        assert client.get("/v1/documents/a/text").text == "Nothing about the sky is in here any more."


def test_an_old_citation_opens_what_it_quoted_until_the_document_is_deleted(client: TestClient) -> None:
    _put(client, "a", COMET)
    source = _ask(client)["citations"][0]["sources"][0]
    _put(client, "a", "Nothing about the sky is in here any more.")
    assert client.get(source["url"]).text == source["cited_text"]
    gone = client.delete("/v1/documents/a").json()
    assert client.get(source["url"]).status_code == 410
    assert client.get("/v1/documents/a").status_code == 410
    assert client.delete("/v1/documents/a").status_code == 410
    assert client.delete("/v1/documents/never").status_code == 404
    after = _ask(client)
    assert after["index_version"] >= gone["index_version"]
    assert after["passages"] == []


def test_the_file_itself_or_a_form_can_be_sent(client: TestClient) -> None:
    raw = client.put(
        "/v1/documents/raw",
        content=MARKDOWN,
        headers={"content-type": "text/markdown"},
    )
    assert raw.status_code == 201, raw.text
    assert raw.json()["title"] == "Comets"
    form = client.post(
        "/v1/documents",
        files={"file": ("notes/comet.md", MARKDOWN, "application/octet-stream")},
        data={"metadata": json.dumps({"tags": ["sky"], "published_at": "1910-05-20"})},
    )
    assert form.status_code == 201, form.text
    (stored,) = form.json()["documents"]
    assert (stored["id"], stored["metadata"]["tags"], stored["title"]) == ("comet.md", ["sky"], "Comets")
    as_text = client.post("/v1/documents", json={"text": COMET}).json()["documents"][0]["id"]
    assert client.post("/v1/documents", json={"text": COMET}).json()["documents"][0]["id"] == as_text
    assert (
        client.post("/v1/documents", json={"text": COMET, "id": "mine"}).json()["documents"][0]["id"]
        == "mine"
    )


def test_a_part_of_a_form_may_name_its_charset(client: TestClient) -> None:
    form = client.post("/v1/documents", files={"file": ("comet", MARKDOWN, "text/markdown; charset=utf-8")})
    assert form.status_code == 201, form.text
    assert form.json()["documents"][0]["title"] == "Comets"


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "text/markdown"])
def test_a_declared_charset_holds(client: TestClient, media_type: str) -> None:
    said = "Привет, мир. Всё хорошо."
    for charset in ("koi8-r", "windows-1251", "utf-16", "utf-8"):
        typed = f"{media_type}; charset={charset}"
        text = f"<p>{said}</p>" if media_type == "text/html" else said
        raw = client.put(
            f"/v1/documents/{charset}", content=text.encode(charset), headers={"content-type": typed}
        )
        assert raw.status_code == 201, raw.text
        form = client.post("/v1/documents", files={"file": (f"f-{charset}", text.encode(charset), typed)})
        assert form.status_code == 201, form.text
        for document_id in (charset, f"f-{charset}"):
            assert client.get(f"/v1/documents/{document_id}/text").text == said


def test_a_guessed_type_of_a_file_of_another_format_does_not_count(client: TestClient) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("comet.txt", COMET)
    form = client.post(
        "/v1/documents", files={"file": ("a.zip", book.getvalue(), "text/plain; charset=utf-8")}
    )
    assert form.status_code == 201, form.text
    assert form.json()["documents"][0]["id"] == "a.zip/comet.txt"


@pytest.mark.parametrize(("charset", "data"), [("utf-8", b"caf\xe9"), ("klingon", b"a"), ("rot13", b"a")])
def test_a_charset_that_does_not_hold_is_refused(client: TestClient, charset: str, data: bytes) -> None:
    refused = client.put(
        "/v1/documents/a", content=data, headers={"content-type": f"text/plain; charset={charset}"}
    )
    assert refused.status_code == 422
    assert charset in refused.json()["detail"]
    assert refused.json()["errors"]


def test_a_page_sent_as_json_is_not_decoded_as_it_declares(client: TestClient) -> None:
    page = "<html><head><meta charset=iso-8859-1></head><body><p>Grüße aus Köln.</p></body></html>"
    _put(client, "a", page, media_type="text/html")
    assert client.get("/v1/documents/a/text").text == "Grüße aus Köln."


@pytest.mark.parametrize(("sent", "status"), [("cafe\u0301", 201), ("other", 422)])
def test_an_id_beside_the_address_has_to_be_the_same(client: TestClient, sent: str, status: int) -> None:
    as_json = _put(client, "caf%C3%A9", COMET, id=sent)
    as_form = client.put(
        "/v1/documents/caf%C3%A9", files={"file": ("a.txt", COMET.encode())}, data={"id": sent}
    )
    assert (as_json.status_code, as_form.status_code) == (status, 200 if status == 201 else status)


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        ({"content": b"\x89PNG", "headers": {"content-type": "image/png"}}, 415, "image/png"),
        ({"content": b"x"}, 415, "media type"),
        ({"json": {"text": " \n"}}, 422, "no text"),
        ({"json": {}}, 422, "text"),
        ({"json": {"text": "x", "surplus": 1}}, 422, "surplus"),
        ({"json": {"text": "x y", "metadata": {"published_at": "last year"}}}, 422, "published_at"),
        ({"json": {"text": "x y", "metadata": {"tags": "sky"}}}, 422, "list of strings"),
        ({"json": {"text": "x y", "metadata": {"title": 7}}}, 422, "title"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "JSON"),
        ({"files": {"other": b"x"}}, 422, "'other'"),
        ({"data": {"id": "x"}, "files": {"metadata": (None, "{}")}}, 422, "part `file`"),
        ({"files": {"file": ("a.exe", b"MZ")}}, 415, "a.exe"),
        ({"files": {"file": ("a.txt", b"x y")}, "data": {"metadata": "[1]"}}, 422, "JSON object"),
        ({"files": {"file": ("a.txt", b"x y")}, "data": {"metadata": "[" * 9999}}, 422, "not JSON"),
        ({"files": {"file": ("a.txt", b"x y")}, "data": {"metadata": DEEP}}, 422, "32 levels"),
        ({"json": {"text": "x y", "metadata": json.loads(DEEP)}}, 422, "32 levels"),
        ({"files": {"file": ("a.txt", b"x y")}, "data": {"colection": "c"}}, 422, "'colection'"),
        ({"files": [("file", ("a.txt", b"x y")), ("file", ("b.txt", b"x y"))]}, 422, "there twice"),
    ],
)
def test_what_cannot_be_stored_is_a_problem_and_leaves_nothing(
    client: TestClient, app: App, request_: dict[str, Any], status: int, said: str
) -> None:
    for response in (client.put("/v1/documents/a", **request_), client.post("/v1/documents", **request_)):
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert said in response.json()["detail"]
    assert app.index.store.version() == 0


def test_a_document_is_found_however_its_id_is_composed(client: TestClient) -> None:
    assert _put(client, "cafe%CC%81", COMET).json()["id"] == "café"
    for spelled in ("cafe%CC%81", "caf%C3%A9"):
        assert client.get(f"/v1/documents/{spelled}").status_code == 200
        assert client.get(f"/v1/documents/{spelled}/text").text == COMET
    assert client.delete("/v1/documents/cafe%CC%81").status_code == 200


@pytest.mark.parametrize("document_id", ["a%00b", "%ff", "x/text", "x%2Ftext", "a%09b", "a" * 1001])
def test_an_id_that_could_not_be_found_again_is_refused(
    client: TestClient, app: App, document_id: str
) -> None:
    refused = _put(client, document_id, COMET)
    assert refused.status_code == 422, refused.text
    assert app.index.store.version() == 0


def test_uploads_lie_in_the_data_directory_and_leave_nothing(client: TestClient, app: App) -> None:
    _put(client, "a", COMET)
    assert list(app.index.layout.uploads.iterdir()) == []
    left = app.index.layout.uploads / "left"
    left.mkdir()
    os.utime(left, (0, 0))
    app.builder.purge()
    assert list(app.index.layout.uploads.iterdir()) == []


def test_an_upload_that_cannot_be_kept_is_a_failure_of_storage(client: TestClient, app: App) -> None:
    app.index.layout.uploads.write_text("no folder")
    refused = _put(client, "a", COMET)
    assert refused.status_code == 503
    assert refused.json()["type"].endswith("/storage-failed")
    assert str(app.index.layout.root) not in refused.text


def test_a_problem_of_an_upload_names_the_document_and_no_path_of_the_server(app: App) -> None:
    with (
        Sandbox(Limits(bytes=10)) as small,
        TestClient(create_app(replace(app, sandbox=small)), raise_server_exceptions=False) as client,
    ):
        refused = _put(client, "a/b", COMET)
    assert refused.status_code == 413
    assert refused.json()["detail"].startswith("a/b has ")
    assert str(app.index.layout.root) not in refused.text


def test_waiting_uploads_leave_room_for_questions(client: TestClient, app: App) -> None:
    _put(client, "a", COMET)
    with ThreadPoolExecutor(12) as pool, FileLock(app.index.layout.write_lock):
        waiting = [pool.submit(_put, client, f"d{n}", f"{COMET} Number {n}.") for n in range(10)]
        answered = [_ask(client)["answerable"] for _ in range(3)]
        assert client.get("/health/live").status_code == 200
        assert not any(upload.done() for upload in waiting)
    assert answered == [True] * 3
    assert {upload.result().status_code for upload in waiting} == {201}


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused(app: App, announced: bool) -> None:
    small = app.settings.model_copy(update={"limit_megabytes": 1})
    with TestClient(create_app(replace(app, settings=small)), raise_server_exceptions=False) as client:
        body = b"x y " * 700_000
        content = body if announced else (body[i : i + 65536] for i in range(0, len(body), 65536))
        refused = client.put("/v1/documents/a", content=content, headers={"content-type": "text/plain"})
    assert refused.status_code == 413, refused.text
    assert "limit_megabytes" in refused.json()["detail"]


def test_a_body_that_does_not_go_on_is_refused() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.sleep(20)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    async def ask() -> None:
        limited = BodyLimit(app, 100, patience=0.01)
        transport = httpx2.ASGITransport(limited)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await client.post("/", content=body())

    with pytest.raises(HTTPException, match=r"0\.01 s"):
        asyncio.run(ask())


def test_filters_are_exact_in_lists_search_and_answers(client: TestClient) -> None:
    for year in range(1900, 1920):
        when = f"{year}-06-01T23:30:00-02:00"
        _put(
            client,
            f"d{year}",
            f"The comet was seen in {year}.",
            metadata={"published_at": when, "year": year},
        )
    within = {"published_at": {"gte": "1905-06-02", "lt": "1908-06-02"}}
    wanted = ["d1905", "d1906", "d1907"]
    found = client.post("/v1/search", json={"question": "comet", "filters": within, "top_k": 100}).json()
    assert sorted(p["document_id"] for p in found["passages"]) == wanted
    listed = client.get(
        "/v1/documents",
        params={"filter": ["published_at>=1905-06-02", "published_at<1908-06-02"]},
    ).json()
    assert [d["id"] for d in listed["documents"]] == wanted
    by_year = client.get("/v1/documents", params={"filter": "year=1907"}).json()
    assert [d["id"] for d in by_year["documents"]] == ["d1907"]
    answer = _ask(client, "When was the comet seen?", filters={"document_id": "d1911"})
    assert {p["document_id"] for p in answer["passages"]} == {"d1911"}


def test_collections_are_apart_listed_and_deleted_whole(client: TestClient, app: App) -> None:
    for name in ("sky", "sea"):
        client.put(f"/v1/documents/a?collection={name}", json={"text": f"{COMET} This is the {name}."})
    listed = client.get("/v1/collections").json()["collections"]
    assert [(c["name"], c["documents"]) for c in listed] == [("sea", 1), ("sky", 1)]
    source = _ask(client, collection="sky")["citations"][0]["sources"][0]
    gone = client.delete("/v1/collections/sky")
    assert gone.json() == {"name": "sky", "index_version": 3}
    assert client.delete("/v1/collections/sky").status_code == 404
    assert client.post("/v1/search", json={"question": "comet", "collection": "sky"}).status_code == 404
    assert client.get(source["url"]).status_code == 410
    assert [c["name"] for c in client.get("/v1/collections").json()["collections"]] == ["sea"]
    client.put("/v1/documents/b?collection=sky", json={"text": "The orchard bore pears."})
    found = client.post("/v1/search", json={"question": "comet", "collection": "sky"}).json()
    assert [p["document_id"] for p in found["passages"]] == ["b"]
    assert _ask(client, collection="sea")["answerable"]
    assert verify(app.index) == []


def test_an_archive_becomes_several_documents(client: TestClient) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("sky/comet.txt", COMET)
        archive.writestr("empty.txt", "")
    stored = client.post("/v1/documents", files={"file": ("all.zip", held.getvalue())})
    assert stored.status_code == 201, stored.text
    assert [d["id"] for d in stored.json()["documents"]] == ["all.zip/sky/comet.txt"]
    assert [f["document_id"] for f in stored.json()["failed"]] == ["all.zip/empty.txt"]
    refused = client.put("/v1/documents/x", files={"file": ("all.zip", held.getvalue())})
    assert refused.status_code == 422
    assert "POST" in refused.json()["detail"]
