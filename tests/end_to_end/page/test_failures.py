"""When things go wrong, the page says so and nothing typed is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from index.load.files import find_sources
from index.types import Document
from service.access.keyring import KeyRing
from service.access.rights import Right
from service.settings import load_settings
from service.wiring import open_app
from tests.end_to_end.page.browser import DAM, answered, ask, small_index
from tests.serving import serving

LAMP = "When was the lamp of Elm Street lit?"
FILL = """() => {
  for (const storage of [localStorage, sessionStorage])
    for (let size = 1 << 22, n = 0; size >= 1; )
      try { storage.setItem(`full-${n++}`, "x".repeat(size)); } catch { size >>= 1; }
}"""


def fails(page: Page, status: int, times: int = 1, retry_after: str = "1") -> list[int]:
    """Let so many questions fail; gives the list that they are counted in."""
    seen: list[int] = []

    def handle(route: Route) -> None:
        seen.append(status)
        if len(seen) > times:
            route.continue_()
            return
        body = json.dumps({"status": status, "title": "No", "detail": "Not now."})
        route.fulfill(
            status=status,
            headers={"Retry-After": retry_after, "Content-Type": "application/problem+json"},
            body=body,
        )

    page.route("**/v1/answers", handle)
    return seen


@pytest.mark.parametrize("status", [429, 503])
def test_busy_service_is_asked_again_when_it_says(page: Page, status: int) -> None:
    seen = fails(page, status, retry_after="2")
    ask(page, DAM)
    expect(page.locator('[data-state="waiting"]')).to_contain_text("Asking again in")
    expect(answered(page)).to_contain_text("1968")
    assert len(seen) == 2


def test_service_that_stays_busy_leaves_the_question_to_retry(page: Page) -> None:
    fails(page, 503, times=4, retry_after="0")
    ask(page, DAM)
    for _ in range(3):
        page.get_by_role("button", name="Ask now").click()
    expect(page.locator('[data-state="failed"]')).to_contain_text("Nothing is lost")
    page.get_by_role("button", name="Try again").click()
    expect(answered(page)).to_contain_text("1968")


def test_page_of_a_busy_service_looks_again(tab: Page, small: str) -> None:
    refusals: list[dict[str, Any]] = [{"status": 503, "headers": {"Retry-After": "2"}, "body": "{}"}]
    tab.route(
        "**/v1/collections", lambda route: route.fulfill(**refusals.pop()) if refusals else route.continue_()
    )
    tab.goto(small, wait_until="commit")
    expect(tab.locator(".notices")).to_contain_text("The service is busy")
    expect(tab.locator(".suggestion").first).to_be_visible()
    expect(tab.locator(".notices")).to_be_empty()


def test_page_whose_list_breaks_off_says_so_and_is_looked_for_again(tab: Page, small: str) -> None:
    bodies = ['{"collections": [']
    tab.route(
        "**/v1/collections",
        lambda route: (
            route.fulfill(body=bodies.pop(), content_type="application/json") if bodies else route.continue_()
        ),
    )
    tab.goto(small)
    expect(tab.locator(".notices")).to_contain_text("cannot be reached")
    tab.locator(".notices").get_by_role("button").click()
    expect(tab.locator(".suggestion").first).to_be_visible()
    expect(tab.locator(".notices")).to_be_empty()


def test_server_away_keeps_the_question(page: Page) -> None:
    page.route("**/v1/answers", lambda route: route.abort())
    ask(page, DAM)
    expect(page.locator('[data-state="failed"]')).to_contain_text("cannot be reached")
    page.unroute("**/v1/answers")
    page.get_by_role("button", name="Try again").click()
    expect(answered(page)).to_contain_text("1968")


def test_cut_stream_keeps_what_came_and_says_so(page: Page) -> None:
    def cut(route: Route) -> None:
        body = 'event: delta\ndata: {"text": "The dam was"}\n\nevent: delta\ndata: {"te'
        route.fulfill(content_type="text/event-stream", body=body)

    page.route("**/v1/answers", cut)
    ask(page, DAM)
    turn = page.locator('[data-state="cut"]')
    expect(turn).to_contain_text("The dam was")
    expect(turn).to_contain_text("Incomplete")
    page.unroute("**/v1/answers")
    turn.get_by_role("button", name="Try again").click()
    expect(answered(page)).to_contain_text("1968")


def test_answer_stays_when_asking_again_fails(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    page.route("**/v1/answers", lambda route: route.abort())
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator('[data-state="failed"]')).to_contain_text("cannot be reached")
    expect(page.locator(".turn .answer")).to_contain_text("1968")


def test_stopped_answer_can_be_asked_again(page: Page) -> None:
    held: list[Route] = []
    page.route("**/v1/answers", lambda route: held.extend([route]))
    ask(page, DAM)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator('[data-state="stopped"]')).to_contain_text("Stopped")
    page.unroute("**/v1/answers")
    page.get_by_role("button", name="Try again").click()
    expect(answered(page)).to_contain_text("1968")


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[str]:
    """A server of one document, in the index `index` of the test's folder."""
    (tmp_path / "lamp.md").write_text("# The lamp\n\nThe lamp of Elm Street was lit in 1904.\n")
    data_dir = tmp_path / "index"
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        app.ingest("default").add(find_sources([tmp_path / "lamp.md"]))
    with serving(data_dir) as url:
        yield url


def test_deleted_document_under_a_citation_is_said(tab: Page, lamps: str) -> None:
    tab.goto(lamps)
    ask(tab, LAMP)
    turn = answered(tab)
    httpx.delete(f"{lamps}/v1/documents/lamp.md", timeout=60).raise_for_status()
    turn.locator(".mark").first.click()
    expect(tab.locator(".source")).to_contain_text("This document has been deleted")


def test_busy_service_does_not_make_a_document_deleted(page: Page) -> None:
    ask(page, DAM)
    turn = answered(page)
    page.route("**/v1/documents/dam.md/text?*", lambda route: route.fulfill(status=410, json={}))
    page.route("**/v1/documents/dam.md?*", lambda route: route.fulfill(status=503, json={}))
    turn.locator(".mark").first.click()
    expect(page.locator(".source").get_by_role("alert")).to_contain_text("The service is busy")


def test_part_of_the_page_that_does_not_come_is_said(page: Page) -> None:
    page.route("**/static/documents.js", lambda route: route.abort())
    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("load the page again")


@pytest.mark.parametrize(("line", "stands"), [("It was lit again.", True), ("It is dark.", False)])
def test_quote_of_a_dropped_revision_is_looked_for_in_the_present_one(
    tab: Page, lamps: str, tmp_path: Path, line: str, stands: bool
) -> None:
    quote = "The lamp of Elm Street was lit in 1904."
    tab.goto(lamps)
    ask(tab, LAMP)
    turn = answered(tab)
    text = f"New words 🔦. {quote} {line}" if stands else line
    httpx.put(f"{lamps}/v1/documents/lamp.md", json={"text": text}, timeout=60).raise_for_status()
    with open_app(load_settings(data_dir=tmp_path / "index")) as app:
        app.builder.expire(days=0)
    turn.locator(".mark").first.click()
    expect(tab.locator(".source")).to_contain_text("This document has been changed since")
    tab.get_by_role("button", name="Read it as it is now").click()
    expect(tab.locator(".content")).to_contain_text(line)
    expect(tab.locator("mark")).to_have_text([quote] if stands else [])


def test_key_without_the_right_is_told_so(tab: Page, tmp_path: Path) -> None:
    data_dir = small_index(tmp_path)
    _, token = KeyRing(data_dir).create("page", Right.READ)
    with serving(data_dir, CITEWISE_REQUIRE_KEYS="true") as service:
        tab.goto(service)
        tab.get_by_label("API key").fill(token)
        tab.get_by_role("button", name="Use key").click()
        tab.get_by_role("button", name="Documents", exact=True).click()
        file = FilePayload(name="new.txt", mimeType="text/plain", buffer=b"Words.")
        tab.locator("input[multiple]").set_input_files(file)
        expect(tab.locator(".uploads")).to_contain_text("Not added")
        tab.get_by_role("button", name="Delete “The dam”").click()
        expect(tab.get_by_role("alert")).to_contain_text("This key may not do that", timeout=15_000)
        expect(tab.locator(".rows")).to_contain_text("The dam")


def test_full_storage_loses_nothing_typed(page: Page) -> None:
    page.evaluate(FILL)
    ask(page, DAM)
    expect(answered(page)).to_contain_text("1968")
    expect(page.locator(".notices")).to_contain_text("The browser keeps no more")
    page.get_by_role("textbox", name="Your question").fill("half a que")
    page.get_by_role("button", name="Documents", exact=True).click()
    page.get_by_role("button", name="Back to the conversation").click()
    expect(page.get_by_role("textbox", name="Your question")).to_have_value("half a que")
    expect(page.locator(".sidebar .opens")).to_have_text([DAM])


def test_the_collection_that_the_service_means_is_asked(tab: Page, tmp_path: Path) -> None:
    data_dir = tmp_path / "index"
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        for collection, year in (("archive", 1890), ("default", 1904), ("reports", 1921)):
            app.builder.put(collection, Document("lamp", f"The lamp of Elm Street was lit in {year}."))
    with serving(data_dir, CITEWISE_COLLECTION="reports") as url:
        tab.goto(url)
        ask(tab, LAMP)
        expect(answered(tab)).to_contain_text("1921")
        ask(tab, "Who painted the ceiling of the chapel in Oslo?")
        refused = tab.locator(".turn").last
        expect(refused).to_contain_text("reports")
        refused.locator(".passage").first.click()
        expect(tab.locator(".source")).to_contain_text("1921")
