"""Conversations on the page, and what is being typed."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.page.browser import DAM, answered, ask


def test_editing_an_earlier_question_keeps_what_followed(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    ask(page, "How high is it?")
    answered(page)
    page.locator(".turn").first.get_by_role("button", name="Edit the question").click()
    page.locator(".turn").first.get_by_role("textbox").press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".sidebar .opens")).to_have_count(2)


def test_what_is_typed_outlives_a_reload(page: Page) -> None:
    page.get_by_role("textbox", name="Your question").fill("half a que")
    page.reload()
    expect(page.get_by_role("textbox", name="Your question")).to_have_value("half a que")


def test_conversation_is_kept_renamed_and_deleted(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    page.reload()
    page.get_by_role("button", name=DAM, exact=True).click()
    expect(page.locator(".turn .answer")).to_contain_text("1968")
    page.get_by_role("button", name="Rename").click()
    page.keyboard.type("Dams")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete “Dams”").click()
    expect(page.locator(".sidebar .opens")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sidebar .opens")).to_have_count(1)


@pytest.mark.usefixtures("chromium_only")
def test_conversation_is_exported_with_footnotes(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    exported = Path(download.value.path()).read_text()
    assert exported.startswith(f"# {DAM}\n\n## {DAM}")
    assert "[^1-1]: The dam" in exported
