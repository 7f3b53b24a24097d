"""The page for everyone: by keyboard and ear, in their language, on their screen."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.page.browser import DAM, TELESCOPE, UNKNOWN, answered, ask, told, violations


def test_finished_answer_is_announced(page: Page, small: str) -> None:
    ask(page, DAM)
    expect(page.locator("[aria-live=polite]")).to_contain_text(told(small, DAM)["answer"])


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
