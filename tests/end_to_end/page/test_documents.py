"""The page of the documents."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.end_to_end.page.browser import added, cleared, drop_files, violations


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
    expect(page.locator("[aria-live=polite]")).to_contain_text("Files: 2. Not added: 1.")
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
    names = ("shelf/one/same.txt", "shelf/two/same.txt")
    with cleared(small, *names):
        page.get_by_role("button", name="Documents", exact=True).click()
        page.locator("input[webkitdirectory]").set_input_files(tmp_path / "shelf")
        expect(page.locator(".uploads").get_by_text("Added", exact=True)).to_have_count(2)
        assert [_there(small, name) for name in names] == [True, True]


@pytest.mark.usefixtures("chromium_only")
def test_dropped_folder_is_added_with_what_is_in_its_folders(page: Page, small: str, tmp_path: Path) -> None:
    (tmp_path / "shelf" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "shelf" / "deep" / "er" / "leaf.txt").write_text("This leaf lies deep.")
    (tmp_path / "shelf" / ".hidden.txt").write_text("This is not for the index.")
    (tmp_path / "alone.txt").write_text("This lies in no folder.")
    names = ("shelf/deep/er/leaf.txt", "alone.txt")
    with cleared(small, *names):
        page.get_by_role("button", name="Documents", exact=True).click()
        expect(page.locator(".rows li")).to_have_count(5)
        drop_files(page, page.locator(".drop"), tmp_path / "shelf", tmp_path / "alone.txt")
        expect(page.locator(".uploads").get_by_text("Added", exact=True)).to_have_count(2)
        assert [_there(small, name) for name in names] == [True, True]


def test_document_is_replaced_under_its_name_and_keeps_its_source(page: Page, small: str) -> None:
    with added(small, "lamp.md", "# Lamps\n\nThe lamp is red.", title="Lamps", source="The Lamp Review"):
        page.get_by_role("button", name="Documents", exact=True).click()
        page.get_by_label("Replace “Lamps” from a file").last.set_input_files(
            FilePayload(name="other.md", mimeType="text/markdown", buffer=b"# Green lamps\n\nThey are new.")
        )
        expect(page.locator(".uploads")).to_contain_text("Replaced")
        metadata = httpx.get(f"{small}/v1/documents/lamp.md").json()["metadata"]
        assert (metadata["title"], metadata["source"]) == ("Green lamps", "The Lamp Review")
        assert "They are new." in httpx.get(f"{small}/v1/documents/lamp.md/text").text


def test_document_beyond_the_first_page_of_the_list_is_found(page: Page) -> None:
    page.route("**/v1/documents?*", _list)
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".rows li")).to_have_count(50)
    page.get_by_label("Find a document").fill("number 119")
    expect(page.locator(".rows .opens")).to_have_text(["Number 119"])
    page.get_by_label("Find a document").fill("number 1190")
    expect(page.locator(".rows")).to_contain_text("No document has that")


def test_list_read_by_two_ways_at_once_has_each_document_once(page: Page) -> None:
    page.route("**/v1/documents?*", _list)
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".rows li")).to_have_count(50)
    held: list[Route] = []
    page.route("**/v1/documents?*", lambda route: held.extend([route]))
    page.get_by_role("button", name="Show more").click()
    page.get_by_label("Find a document").fill("number 60")
    page.route("**/v1/documents?*", _list)
    for route in held:
        _list(route)
    expect(page.get_by_role("status").get_by_text("looked through")).to_have_count(0)
    expect(page.locator(".rows .opens")).to_have_text(["Number 60"])


def test_error_is_gone_once_trying_again_succeeds(page: Page) -> None:
    page.route("**/v1/documents?*", _list)
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".rows li")).to_have_count(50)
    page.route("**/v1/documents?*", lambda route: route.fulfill(status=500, json={}), times=1)
    page.get_by_role("button", name="Show more").click()
    page.get_by_role("alert").get_by_role("button", name="Try again").click()
    expect(page.locator(".rows li")).to_have_count(100)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_list_that_is_on_its_way_is_not_said_to_be_empty(page: Page) -> None:
    held: list[Route] = []
    page.route("**/v1/documents?limit=50*", lambda route: held.extend([route]))
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".documents")).to_contain_text("Loading…")
    expect(page.locator(".documents")).not_to_contain_text("No documents yet.")


def test_deletion_waits_in_its_own_collection_and_is_still_there_after_a_look_away(
    page: Page, small: str
) -> None:
    with added(small, "dam.md", "# Another dam\n\nThis one is small.", collection="other"):
        page.reload()
        page.get_by_role("button", name="Documents", exact=True).click()
        page.get_by_role("button", name="Delete “The dam”").click()
        page.get_by_role("button", name="Back to the conversation").click()
        page.get_by_role("button", name="Documents", exact=True).click()
        page.get_by_role("combobox", name="Collection").select_option("other")
        expect(page.get_by_role("button", name="Open “Another dam”")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("combobox", name="Collection").select_option("default")
        expect(page.get_by_role("button", name="Open “The dam”")).to_be_visible()


def test_rows_of_the_collection_before_are_gone_at_once(page: Page, small: str) -> None:
    held: list[Route] = []
    with added(small, "dam.md", "# Another dam\n\nThis one is small.", collection="other"):
        page.reload()
        page.get_by_role("button", name="Documents", exact=True).click()
        expect(page.get_by_role("button", name="Open “The dam”")).to_be_visible()
        page.route("**/v1/documents?limit=50*", lambda route: held.extend([route]))
        page.get_by_role("combobox", name="Collection").select_option("other")
        expect(page.locator(".rows .opens")).to_have_count(0)


def test_focus_stays_on_its_button_when_the_list_is_read_anew(page: Page) -> None:
    page.get_by_role("button", name="Documents", exact=True).click()
    remove = page.get_by_role("button", name="Delete “The dam”")
    remove.focus()
    page.evaluate("document.querySelector('citewise-chat').chat.documents.begin()")
    expect(remove).to_be_focused()


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ({"status": 503, "headers": {"Retry-After": "1"}, "json": {}}, "The service is busy"),
        ({"status": 200, "content_type": "text/html", "body": "<p>Hello"}, "Not added"),
    ],
)
def test_file_that_is_refused_once_does_not_stop_the_others(
    page: Page, small: str, refusal: dict[str, Any], said: str
) -> None:
    page.route("**/v1/documents?collection=default", lambda route: route.fulfill(**refusal), times=1)
    page.get_by_role("button", name="Documents", exact=True).click()
    first, second = (f"{name}-{refusal['status']}.txt" for name in ("first", "second"))
    with cleared(small, first, second):
        page.locator("input[multiple]").set_input_files([_file(first), _file(second)])
        expect(page.locator(".uploads")).to_contain_text(said)
        expect(page.locator(".uploads li", has_text=second)).to_contain_text("Added")
        assert _there(small, first) == (refusal["status"] == 503)


def test_key_that_is_missing_for_an_upload_is_asked_for(page: Page, small: str) -> None:
    page.route(
        "**/v1/documents?collection=default", lambda route: route.fulfill(status=401, json={}), times=1
    )
    with cleared(small, "keyed.txt"):
        page.get_by_role("button", name="Documents", exact=True).click()
        page.locator("input[multiple]").set_input_files(_file("keyed.txt"))
        page.get_by_label("API key").fill("any")
        page.get_by_role("button", name="Use key").click()
        expect(page.locator(".uploads")).to_contain_text("Added")


def test_entry_that_cannot_be_read_does_not_stop_the_others(page: Page) -> None:
    found = page.evaluate("""async () => {
      const { dropped } = await import('/static/folders.js');
      const bad = { isFile: true, fullPath: '/shelf/bad.txt', file: (_, refuse) => refuse(new Error()) };
      const good = { isFile: true, fullPath: '/shelf/good.txt', file: (give) => give(new File([], 'a')) };
      const parts = [[bad, good], []];
      const readEntries = (give) => give(parts.shift());
      const shelf = { isFile: false, fullPath: '/shelf', createReader: () => ({ readEntries }) };
      const all = await dropped({ items: [{ webkitGetAsEntry: () => shelf }], files: [] });
      return all.map(({ path, file }) => [path, file !== null]);
    }""")
    assert found == [["shelf/bad.txt", False], ["shelf/good.txt", True]]


@pytest.mark.usefixtures("chromium_only")
def test_folder_without_a_file_is_said_to_be_empty(page: Page, tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.locator(".rows li")).to_have_count(5)
    drop_files(page, page.locator(".drop"), tmp_path / "shelf")
    expect(page.locator(".uploads")).to_contain_text("There was no file in it")


@pytest.mark.parametrize(("what", "passed_on"), [("new File([], 'a')", False), ("'a', 'text/plain'", True)])
def test_file_dropped_beside_its_place_is_not_opened_by_the_browser(
    page: Page, what: str, passed_on: bool
) -> None:
    opened = page.get_by_role("textbox", name="Your question").evaluate(f"""(box) => {{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add({what});
      const how = {{ bubbles: true, composed: true, cancelable: true, dataTransfer }};
      return box.dispatchEvent(new DragEvent('drop', how));
    }}""")
    assert opened is passed_on


def test_document_whose_revision_expired_opens_as_it_is_now(page: Page) -> None:
    page.route("**/v1/documents/dam.md/text?revision=*", lambda route: route.fulfill(status=410, json={}))
    page.get_by_role("button", name="Documents", exact=True).click()
    page.get_by_role("button", name="Open “The dam”").click()
    page.get_by_role("button", name="Read it as it is now").click()
    expect(page.locator(".content")).to_contain_text("completed in 1968")


def _there(url: str, document_id: str) -> bool:
    return httpx.get(f"{url}/v1/documents/{document_id}").is_success


def _file(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=f"Words of {name}.".encode())


_PAGES = {"": (0, 50, "49"), "49": (50, 90, "89"), "89": (90, 120, None)}


def _list(route: Route) -> None:
    asked = parse_qs(urlsplit(route.request.url).query)
    first, end, cursor = _PAGES[asked.get("cursor", [""])[0]]
    route.fulfill(json={"documents": [_listed(n) for n in range(first, end)], "next_cursor": cursor})


def _listed(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:03}.txt",
        "title": f"Number {number}",
        "revision": "sha256:0",
        "metadata": {},
        "chunks": 1,
        "updated_at": "2024-01-01T00:00:00Z",
    }
