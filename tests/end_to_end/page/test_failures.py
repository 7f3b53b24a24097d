"""When things go wrong, the page says so and nothing typed is lost."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.end_to_end.page.browser import DAM, answered, ask


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
