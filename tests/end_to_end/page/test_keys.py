"""A service that wants keys: they are asked for in place, and kept for the tab alone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from service.access.keyring import KeyRing
from service.access.rights import Right
from tests.end_to_end.page.browser import DAM, answered, ask, small_index
from tests.serving import serving


def test_key_is_asked_for_and_the_question_goes_on(tab: Page, tmp_path: Path) -> None:
    data_dir = small_index(tmp_path)
    _, token = KeyRing(data_dir).create("page", Right.READ)
    with serving(data_dir, CITEWISE_REQUIRE_KEYS="true") as service:
        tab.goto(service)
        expect(tab.get_by_text("This service needs a key")).to_be_visible()
        ask(tab, DAM)
        turn = tab.locator(".turn")
        turn.get_by_label("API key").fill("ключ")
        turn.get_by_role("button", name="Use key").click()
        expect(turn.get_by_text("letters without accents")).to_be_visible()
        turn.get_by_label("API key").fill("wrong")
        turn.get_by_role("button", name="Use key").click()
        expect(turn.get_by_text("did not accept")).to_be_visible()
        turn.get_by_label("API key").fill(token)
        turn.get_by_role("button", name="Use key").click()
        expect(answered(tab)).to_contain_text("1968")
        expect(tab.get_by_label("API key")).to_have_count(0)
        assert tab.evaluate("Object.values(localStorage).join().includes('wrong')") is False
