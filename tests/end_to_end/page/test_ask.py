"""Asking on the page, and checking every citation."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import CHENGDU
from tests.end_to_end.page.browser import DAM, MOON, TELESCOPE, UNKNOWN, added, answered, ask, told, words


def test_seeds_citation_opens_exactly_the_cited_text(tab: Page, seeds: str) -> None:
    tab.goto(seeds)
    ask(tab, CHENGDU)
    expected = told(seeds, CHENGDU)
    turn = answered(tab)
    expect(turn.locator(".short")).to_contain_text(expected["short_answer"])
    for at, source in enumerate(s for c in expected["citations"] for s in c["sources"]):
        turn.locator(".mark").nth(at).click()
        expect(tab.locator("mark")).to_have_text(source["cited_text"], use_inner_text=False)
        expect(tab.locator("mark")).to_be_in_viewport()
        tab.keyboard.press("Escape")


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


def test_courtesy_is_answered_in_kind_and_the_talk_goes_on(page: Page) -> None:
    ask(page, DAM)
    answered(page)
    ask(page, "Thanks!")
    expect(page.get_by_text("You are welcome.", exact=True)).to_be_visible()
    assert page.locator(".refusal").count() == 0
    ask(page, "How high is it?")
    expect(answered(page).locator(".answer")).to_contain_text("235 metres")


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


def test_abstention_gives_reason_and_passages_that_open(page: Page) -> None:
    ask(page, UNKNOWN)
    turn = answered(page)
    expect(turn).to_contain_text("No answer to this was found")
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


def test_suggestion_is_made_from_a_title_and_asks(page: Page) -> None:
    page.get_by_role("button", name="The dam").click()
    expect(answered(page).locator(".question")).to_contain_text("The dam")


def test_answer_is_copied_with_its_sources(page: Page) -> None:
    ask(page, DAM)
    answered(page).get_by_role("button", name="Copy with sources").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    box = page.get_by_role("textbox", name="Your question")
    box.press("ControlOrMeta+V")
    assert box.input_value().startswith(
        "The Oroville Dam was completed in 1968.[^1]\n\n[^1]: The dam: “The Oroville Dam was"
    )


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


def test_chosen_collection_is_the_one_asked(page: Page, small: str) -> None:
    with added(small, "dam.txt", "The Oroville Dam was completed in 1999.", collection="other"):
        page.reload()
        page.get_by_role("combobox", name="Collection").select_option("other")
        ask(page, DAM)
        expect(answered(page).locator(".answer")).to_contain_text("1999")


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [("Source", "The Old Review", "1911"), ("Published from", "2020-01-01", "1922")],
)
def test_filters_leave_out_other_documents(
    page: Page, small: str, label: str, value: str, expected: str
) -> None:
    old, new = "The Marlow windmill was built in 1911.", "The Marlow windmill was built in 1922."
    with (
        added(small, "1911.txt", old, source="The Old Review", published_at="2001-05-01"),
        added(small, "1922.txt", new, source="The New Review", published_at="2021-05-01"),
    ):
        page.get_by_text("Filters").click()
        page.locator(".fields").get_by_label(label, exact=True).fill(value)
        ask(page, "When was the Marlow windmill built?")
        shown = answered(page).locator(".sentences").inner_text()
    assert [built for built in ("1911", "1922") if built in shown] == [expected]


def test_long_document_opens_at_the_quote_without_all_of_it(page: Page) -> None:
    """Two million characters, of which emoji and CJK take several units and bytes each."""
    shown = page.evaluate("""async () => {
      const { SourcePanel } = await import('/static/source.js');
      const filler = '🌕 月が出た。 All is quiet. '.repeat(50_000);
      const quote = 'The lamp 🔦 was lit.';
      const start = [...filler].length;
      const api = { text: async () => filler + quote + filler };
      const panel = new SourcePanel(api, 'en', (key) => key, () => '', () => {}, false);
      document.body.append(panel.element);
      const end = start + [...quote].length;
      const place = { document_id: 'a', revision: 'r', start_char_index: start, end_char_index: end };
      await panel.open(place, '', document.body);
      const text = panel.element.textContent;
      const marked = panel.element.querySelector('mark').textContent;
      return [marked === quote, text.length < 100_000, text.isWellFormed()];
    }""")
    assert shown == [True, True, True]
