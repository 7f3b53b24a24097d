"""The page where people ask, in a browser, against a real server."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.conftest import CHENGDU, ROOT
from tests.end_to_end.browser import (
    MOON,
    answered,
    ask,
    chromium,
    compressed,
    small_index,
    violations,
    words,
)
from tests.serving import serving

TELESCOPE = "When was the telescope of Tokyo built?"
DAM = "When was the Oroville Dam completed?"
UNKNOWN = "Who won the chess game in Reykjavik in 1972?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(small_index(tmp_path_factory.mktemp("page"))) as url:
        yield url


@pytest.fixture(scope="module")
def seeds(seeds_dir: Path) -> Iterator[str]:
    with serving(seeds_dir) as url:
        yield url


@pytest.fixture
def page(browser: Browser, small: str) -> Iterator[Page]:
    """The page on the small index; nothing of it may be refused or fail."""
    with ExitStack() as stack:
        context = browser.new_context()
        stack.callback(context.close)
        context.set_default_timeout(10_000)
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(small)
        yield opened
        assert errors == []


def told(url: str, question: str, **more: Any) -> dict[str, Any]:
    response = httpx.post(f"{url}/v1/answers", json={"question": question, **more}, timeout=60)
    response.raise_for_status()
    body: dict[str, Any] = response.json()
    return body


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


def test_seeds_citation_opens_exactly_the_cited_text(browser: Browser, seeds: str) -> None:
    page = browser.new_page()
    page.goto(seeds)
    ask(page, CHENGDU)
    expected = told(seeds, CHENGDU)
    turn = answered(page)
    expect(turn.locator(".short")).to_contain_text(expected["short_answer"])
    for at, source in enumerate(s for c in expected["citations"] for s in c["sources"]):
        turn.locator(".mark").nth(at).click()
        expect(page.locator("mark")).to_have_text(source["cited_text"], use_inner_text=False)
        expect(page.locator("mark")).to_be_in_viewport()
        page.keyboard.press("Escape")
    page.close()


def test_emoji_and_cjk_before_the_quote_do_not_shift_it(page: Page, small: str) -> None:
    ask(page, TELESCOPE)
    source = told(small, TELESCOPE)["citations"][0]["sources"][0]
    answered(page).locator(".mark").first.click()
    mark = page.locator("mark")
    mark.wait_for()
    assert mark.evaluate("e => e.textContent") == source["cited_text"]
    text = page.locator(".content").evaluate("e => e.textContent")
    assert text == httpx.get(f"{small}/v1/documents/moon.md/text").text


def test_focused_mark_shows_the_quote_with_its_title(page: Page) -> None:
    ask(page, TELESCOPE)
    answered(page)
    page.keyboard.press("Shift+Tab")
    while not page.locator(".mark:focus").count():
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("tooltip")).to_contain_text(MOON)
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".mark").first).to_be_focused()


def test_answer_stands_without_its_bare_marks(page: Page, small: str) -> None:
    ask(page, DAM)
    body = answered(page).locator(".cited").first.inner_text()
    assert words(body) == words(told(small, DAM)["citations"][0]["text"])


def test_finished_answer_is_announced(page: Page, small: str) -> None:
    ask(page, DAM)
    expect(page.locator("[aria-live=polite]")).to_contain_text(told(small, DAM)["answer"])


def test_follow_up_shows_how_it_was_understood_and_takes_a_correction(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    ask(page, "How high is it?")
    turn = answered(page)
    expect(turn.locator(".understood")).to_contain_text("Oroville Dam")
    expect(turn.locator(".answer")).to_contain_text("235 metres")
    turn.locator(".understood button").click()
    turn.get_by_role("textbox").fill("When was the Oroville Dam completed?")
    turn.get_by_role("textbox").press("Enter")
    expect(answered(page).locator(".answer")).to_contain_text("1968")
    expect(page.locator(".turn")).to_have_count(2)


def test_editing_an_earlier_question_keeps_what_followed(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    ask(page, "How high is it?")
    answered(page)
    page.locator(".turn").first.get_by_role("button", name="Edit the question").click()
    page.locator(".turn").first.get_by_role("textbox").press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".sidebar .opens")).to_have_count(2)


def test_abstention_gives_reason_and_passages_that_open(page: Page) -> None:
    ask(page, UNKNOWN)
    turn = answered(page)
    expect(turn).to_contain_text("The documents do not answer this")
    expect(turn).to_contain_text("Searched: default")
    turn.locator(".passage").first.click()
    expect(page.locator("mark")).to_be_visible()


def test_filter_that_leaves_nothing_can_be_removed(page: Page) -> None:
    page.get_by_text("Filters").click()
    page.get_by_role("combobox", name="Source").fill("Nobody")
    ask(page, DAM)
    turn = answered(page)
    expect(turn).to_contain_text("Source: Nobody")
    turn.get_by_role("button", name="Remove filters and ask again").click()
    expect(answered(page).locator(".answer")).to_contain_text("1968")


def test_documents_that_differ_stand_side_by_side(page: Page, small: str) -> None:
    question = "How wide is the Halden comet?"
    sides = told(small, question)["conflicts"][0]["sides"]
    ask(page, question)
    shown = answered(page).locator(".side")
    expect(shown.locator(".figure")).to_have_text([side["figure"] for side in sides])
    expect(shown.locator("blockquote")).to_have_text([side["source"]["cited_text"] for side in sides])


def test_text_of_documents_is_never_markup(page: Page) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    ask(page, "When was the Kestrel bridge opened?")
    answered(page).locator(".mark").first.click()
    expect(page.locator(".content")).to_contain_text("onerror=")
    page.locator(".mark").first.hover()
    assert page.locator("citewise-chat img, citewise-chat script").count() == 0
    assert [url for url in requests if "/v1/" not in url and "/static/" not in url] == []


def test_page_allows_nothing_from_elsewhere(small: str) -> None:
    policy = httpx.get(small).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_modules_are_revalidated_and_may_be_embedded(small: str) -> None:
    first = httpx.get(f"{small}/static/element.js")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    again = httpx.get(f"{small}/static/element.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_first_load_is_below_100_kilobytes() -> None:
    assert compressed(ROOT / "service" / "web") < 100_000


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


def test_page_of_a_busy_service_looks_again(page: Page) -> None:
    refusals: list[dict[str, Any]] = [{"status": 503, "headers": {"Retry-After": "1"}, "body": "{}"}]
    page.route(
        "**/v1/collections", lambda route: route.fulfill(**refusals.pop()) if refusals else route.continue_()
    )
    page.reload()
    expect(page.locator(".notices")).to_contain_text("The service is busy")
    expect(page.locator(".suggestion").first).to_be_visible()
    expect(page.locator(".notices")).to_be_empty()


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


def test_deleted_document_under_an_open_citation_is_said(page: Page) -> None:
    ask(page, DAM)
    turn = answered(page)
    page.route("**/text?*", lambda route: route.fulfill(status=410, body="{}"))
    turn.locator(".mark").first.click()
    expect(page.locator(".source")).to_contain_text("This document has been deleted")


def test_what_is_typed_outlives_a_reload(page: Page) -> None:
    page.get_by_role("textbox", name="Your question").fill("half a que")
    page.reload()
    expect(page.get_by_role("textbox", name="Your question")).to_have_value("half a que")


def test_conversation_is_kept_renamed_exported_and_deleted(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    page.reload()
    page.get_by_role("button", name=DAM, exact=True).click()
    expect(page.locator(".turn .answer")).to_contain_text("1968")
    page.get_by_role("button", name="Rename").click()
    page.keyboard.type("Dams")
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export “Dams”").click()
    exported = Path(download.value.path()).read_text()
    assert exported.startswith("# Dams\n\n## When was")
    assert "[^1-1]: The dam" in exported
    page.get_by_role("button", name="Delete “Dams”").click()
    expect(page.locator(".sidebar .opens")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sidebar .opens")).to_have_count(1)


def test_answer_is_copied_with_its_sources(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, DAM)
    answered(page).get_by_role("button", name="Copy with sources").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("The Oroville Dam was completed in 1968.[^1]\n\n[^1]: The dam: “")


@pytest.mark.parametrize("remembered", [True, False])
def test_thumbs_with_a_comment_are_kept(page: Page, small: str, remembered: bool) -> None:
    if not remembered:
        page.route("**/v1/answers/*/feedback", lambda route: route.fulfill(status=404, body="{}"))
    comment = f"Good, remembered: {remembered}"
    ask(page, DAM)
    answered(page).get_by_role("button", name="Helpful", exact=True).click()
    page.keyboard.type(comment)
    page.keyboard.press("Enter")
    expect(page.locator(".feedback")).to_contain_text("Thank you")
    kept = httpx.get(f"{small}/v1/feedback").json()["feedback"]
    assert [(f["rating"], f["question"]) for f in kept if f["comment"] == comment] == [("up", DAM)]


def test_suggestion_is_made_from_a_title_and_asks(page: Page) -> None:
    page.get_by_role("button", name="The dam").click()
    expect(answered(page).locator(".question")).to_contain_text("The dam")


def test_german_is_spoken_to_who_reads_it(browser: Browser, small: str) -> None:
    page = browser.new_page(locale="de-AT")
    page.goto(small)
    expect(page.get_by_role("textbox", name="Ihre Frage")).to_be_visible()
    page.close()


def test_every_language_has_every_text(page: Page) -> None:
    missing = page.evaluate(
        "import('/static/texts.js').then(({TEXTS: {en, de}}) =>"
        " [...Object.keys(en).filter(k => !(k in de)), ...Object.keys(de).filter(k => !(k in en))])"
    )
    assert missing == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_axe_finds_nothing(browser: Browser, small: str, scheme: Any, width: int) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(small)
    page.locator(".suggestion").first.wait_for()
    assert violations(page) == []
    ask(page, UNKNOWN)
    answered(page)
    ask(page, TELESCOPE)
    answered(page)
    assert violations(page) == []
    page.locator(".turn").last.locator(".mark").first.click()
    page.locator("mark").wait_for()
    assert violations(page) == []
    page.close()


def test_events_survive_any_chunk_boundary(page: Page) -> None:
    """Also within a character, and between the two of a line's end."""
    got = page.evaluate("""async () => {
      const { events } = await import('/static/sse.js');
      const text = ': hello\\r\\n\\r\\nevent: delta\\r\\ndata: {"text": "月🌕"}\\r\\n\\r\\n' +
        'event: done\\ndata: {}\\n\\nevent: delta\\ndata: {"cut';
      const bytes = new TextEncoder().encode(text);
      const all = new Set();
      for (const size of [1, 2, 3, 5, 1000]) {
        const body = new ReadableStream({ start(c) {
          for (let at = 0; at < bytes.length; at += size) c.enqueue(bytes.slice(at, at + size));
          c.close();
        }});
        const seen = [];
        for await (const event of events(body)) seen.push(event);
        all.add(JSON.stringify(seen));
      }
      return [...all];
    }""")
    assert [json.loads(seen) for seen in got] == [
        [{"name": "delta", "data": {"text": "月🌕"}}, {"name": "done", "data": {}}]
    ]


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
