"""The page of the documents."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.end_to_end.page.browser import violations


def test_document_is_uploaded_found_opened_and_deleted(page: Page, small: str) -> None:
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".documents")).to_contain_text("5 documents, version")
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
