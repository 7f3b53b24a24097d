"""The page of the documents."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.end_to_end.page.browser import drop_files, violations


def test_document_is_uploaded_found_opened_and_deleted(page: Page, small: str) -> None:
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".documents")).to_contain_text("5 documents in 5 passages, version")
    files = [
        FilePayload(name="new.md", mimeType="text/markdown", buffer=b"# New words\n\nThe light is new."),
        FilePayload(name="bad.xyz", mimeType="application/octet-stream", buffer=b"\x00\x01"),
    ]
    page.locator("input[multiple]").set_input_files(files)
    expect(page.locator(".uploads")).to_contain_text("Added")
    expect(page.locator(".uploads")).to_contain_text("Not added")
    page.get_by_label("Find a document").fill("new w")
    expect(page.locator(".rows li")).to_have_count(1)
    page.get_by_role("button", name="Open “New words”").click()
    expect(page.locator(".content")).to_contain_text("The light is new.")
    page.keyboard.press("Escape")
    assert violations(page) == []
    page.get_by_role("button", name="Delete “New words”").click()
    page.get_by_role("button", name="Undo").click()
    assert httpx.get(f"{small}/v1/documents/new.md").status_code == 200
    with page.expect_response("**/v1/documents/new.md*", timeout=15_000) as deleted:
        page.get_by_role("button", name="Delete “New words”").click()
    assert deleted.value.status == 200
    assert httpx.get(f"{small}/v1/documents/new.md/text").status_code == 410


@pytest.mark.usefixtures("chromium_only")
def test_files_of_a_folder_are_named_by_their_paths(page: Page, small: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / "shelf" / name
        folder.mkdir(parents=True)
        (folder / "same.txt").write_text(f"This is of shelf {name}.")
    page.get_by_role("button", name="Documents", exact=True).click()
    page.locator("input[webkitdirectory]").set_input_files(tmp_path / "shelf")
    expect(page.locator(".uploads").get_by_text("Added", exact=True)).to_have_count(2)
    for name in ("one", "two"):
        assert httpx.get(f"{small}/v1/documents/shelf/{name}/same.txt").status_code == 200
        httpx.delete(f"{small}/v1/documents/shelf/{name}/same.txt")


@pytest.mark.usefixtures("chromium_only")
def test_dropped_folder_is_added_with_what_is_in_its_folders(page: Page, small: str, tmp_path: Path) -> None:
    (tmp_path / "shelf" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "shelf" / "deep" / "er" / "leaf.txt").write_text("This leaf lies deep.")
    (tmp_path / "shelf" / ".hidden.txt").write_text("This is not for the index.")
    (tmp_path / "alone.txt").write_text("This lies in no folder.")
    page.get_by_role("button", name="Documents", exact=True).click()
    drop_files(page, page.locator(".drop"), tmp_path / "shelf", tmp_path / "alone.txt")
    expect(page.locator(".uploads").get_by_text("Added", exact=True)).to_have_count(2)
    for name in ("shelf/deep/er/leaf.txt", "alone.txt"):
        assert httpx.delete(f"{small}/v1/documents/{name}").status_code == 200


def test_document_is_replaced_under_its_name_and_keeps_its_metadata(page: Page, small: str) -> None:
    body = {"text": "The lamp is red.", "metadata": {"title": "Lamps", "source": "The Lamp Review"}}
    httpx.put(f"{small}/v1/documents/lamp.txt", json=body)
    page.get_by_role("button", name="Documents", exact=True).click()
    page.get_by_label("Replace “Lamps” from a file").last.set_input_files(
        FilePayload(name="other.txt", mimeType="text/plain", buffer=b"The lamp is green.")
    )
    expect(page.locator(".uploads")).to_contain_text("Replaced")
    kept = httpx.get(f"{small}/v1/documents/lamp.txt").json()
    assert kept["metadata"]["source"] == "The Lamp Review"
    assert httpx.get(f"{small}/v1/documents/lamp.txt/text").text == "The lamp is green."
    httpx.delete(f"{small}/v1/documents/lamp.txt")


def test_document_beyond_the_first_page_of_the_list_is_found(page: Page) -> None:
    pages = {
        "": {"documents": [_listed(n) for n in range(50)], "next_cursor": "49"},
        "49": {"documents": [_listed(n) for n in range(50, 90)], "next_cursor": "89"},
        "89": {"documents": [_listed(n) for n in range(90, 120)], "next_cursor": None},
    }

    def handle(route: Route) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)
        route.fulfill(json=pages[asked.get("cursor", [""])[0]])

    page.route("**/v1/documents?*", handle)
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".rows li")).to_have_count(50)
    page.get_by_label("Find a document").fill("number 119")
    expect(page.locator(".rows .opens")).to_have_text(["Number 119"])
    page.get_by_label("Find a document").fill("number 1190")
    expect(page.locator(".rows")).to_contain_text("No document has that")


def _listed(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:03}.txt",
        "title": f"Number {number}",
        "revision": "sha256:0",
        "metadata": {},
        "chunks": 1,
        "updated_at": "2024-01-01T00:00:00Z",
    }
