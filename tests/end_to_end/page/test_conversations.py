"""Conversations on the page, and what is being typed."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.page.browser import DAM, added, answered, ask


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


def test_link_to_an_answer_asks_again_and_says_whether_anything_changed(page: Page, small: str) -> None:
    page.get_by_text("Filters").click()
    page.get_by_label("Published from").fill("2020-01-01")
    ask(page, DAM)
    answered(page).get_by_role("button", name="Remove filters").click()
    answered(page).get_by_role("button", name="Copy link to the answer").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    box = page.get_by_role("textbox", name="Your question")
    box.press("ControlOrMeta+V")
    address = box.input_value()
    page.goto(address)
    expect(answered(page)).to_contain_text("The index has not changed")
    assert page.url == f"{small}/"
    with added(small, "other.txt", "Of other things."):
        page.goto(address)
        expect(answered(page)).to_contain_text("The index has changed since")


def test_link_to_an_answer_carries_its_filters(page: Page) -> None:
    page.get_by_text("Filters").click()
    page.get_by_role("combobox", name="Source").fill("Nobody")
    ask(page, DAM)
    answered(page).get_by_role("button", name="Copy link to the answer").click()
    box = page.get_by_role("textbox", name="Your question")
    box.press("ControlOrMeta+V")
    page.goto(box.input_value())
    expect(answered(page)).to_contain_text("Source: Nobody")


@pytest.mark.parametrize(
    "filters", ['{"published_at":null}', '{"published_at":{"lt":"garbage"},"a":1}', "null", "1"]
)
def test_link_with_filters_of_no_use_asks_without_them(page: Page, small: str, filters: str) -> None:
    page.goto(f"{small}/?{urlencode({'q': DAM, 'version': 1, 'filters': filters})}")
    expect(answered(page)).to_contain_text("1968")
    expect(page.locator(".turn .note", has_text="Published")).to_have_count(0)


def test_link_to_a_day_that_is_none_is_asked_and_opens_again(page: Page, small: str) -> None:
    filters = '{"published_at":{"lt":"2024-99-99"}}'
    page.goto(f"{small}/?{urlencode({'q': DAM, 'version': 1, 'filters': filters})}")
    expect(page.locator('[data-state="failed"]')).to_contain_text("Published until: 2024-99-99")
    page.reload()
    page.get_by_role("button", name=DAM, exact=True).click()
    expect(page.locator(".turn")).to_contain_text("Published until: 2024-99-99")


def test_link_to_a_question_puts_its_filters_in_once(page: Page, small: str) -> None:
    filters = '{"source":"Nobody","published_at":{"gte":"2020-01-01","lt":"2021-01-01"}}'
    page.goto(f"{small}/?{urlencode({'q': DAM, 'filters': filters})}")
    page.get_by_text("Filters (on)").click()
    expect(page.get_by_role("combobox", name="Source")).to_have_value("Nobody")
    expect(page.get_by_label("Published from")).to_have_value("2020-01-01")
    expect(page.get_by_label("Published until")).to_have_value("2020-12-31")
    box = page.get_by_role("textbox", name="Your question")
    box.fill("half a que")
    page.reload()
    expect(box).to_have_value("half a que")


def test_conversations_kept_by_address_alone_are_taken_over(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    page.evaluate("""() => {
      const [key] = Object.keys(localStorage);
      const former = `citewise:conversation:${location.origin}:${key.split(":").at(-1)}`;
      localStorage.setItem(former, localStorage.getItem(key));
      localStorage.removeItem(key);
    }""")
    page.reload()
    page.get_by_role("button", name="Delete").click()
    assert page.evaluate("localStorage.length") == 0
