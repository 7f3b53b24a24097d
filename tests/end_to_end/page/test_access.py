"""The page for everyone: by keyboard and ear, in their language, on their screen."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.end_to_end.page.browser import DAM, TELESCOPE, UNKNOWN, answered, ask, told, violations


def test_finished_answer_is_announced(page: Page, small: str) -> None:
    ask(page, DAM)
    expect(page.locator("[aria-live=polite]")).to_contain_text(told(small, DAM)["answer"])


def test_german_is_spoken_to_who_reads_it(browser: Browser, small: str) -> None:
    with browser.new_page(locale="de-AT") as page:
        page.goto(small)
        expect(page.get_by_role("textbox", name="Ihre Frage")).to_be_visible()


def test_every_language_has_every_text(page: Page) -> None:
    missing = page.evaluate(
        "import('/static/texts.js').then(({TEXTS: {en, de}}) =>"
        " [...Object.keys(en).filter(k => !(k in de)), ...Object.keys(de).filter(k => !(k in en))])"
    )
    assert missing == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_axe_finds_nothing(browser: Browser, small: str, scheme: Any, width: int) -> None:
    with browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
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


@pytest.mark.usefixtures("chromium_only")
def test_nothing_moves_for_who_wants_no_motion(browser: Browser, small: str) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(small)
        held: list[Route] = []
        page.route("**/v1/answers", lambda route: held.extend([route]))
        ask(page, DAM)
        waiting = page.locator('[data-state="asking"] .state p')
        assert waiting.evaluate("e => getComputedStyle(e, '::before').animationName") == "none"
        page.get_by_role("button", name="Stop").click()


@pytest.mark.usefixtures("chromium_only")
def test_quote_stands_out_in_forced_colors(browser: Browser, small: str) -> None:
    with browser.new_context(forced_colors="active") as context:
        page = context.new_page()
        page.goto(small)
        ask(page, DAM)
        answered(page).locator(".mark").first.click()
        colors = page.locator("mark").evaluate(
            "e => [e, e.closest('.source')].map((part) => getComputedStyle(part).backgroundColor)"
        )
        assert colors[0] != colors[1]
        assert violations(page) == []


def test_page_is_read_from_the_right(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.documentElement.dir = 'rtl'")
    ask(page, DAM)
    answered(page).locator(".mark").first.click()
    page.locator("mark").wait_for()
    lefts = [
        page.locator(part).evaluate("e => e.getBoundingClientRect().left")
        for part in (".source", ".thread", ".sidebar")
    ]
    assert lefts == sorted(lefts)
    assert page.locator(".root").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_source_covers_a_phone_and_gives_it_back(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    ask(page, DAM)
    mark = answered(page).locator(".mark").first
    mark.click()
    expect(page.locator("mark")).to_be_in_viewport()
    assert page.locator(".source").evaluate("e => e.getBoundingClientRect().width") == 390
    assert page.locator(".thread").evaluate("e => e.inert")
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
