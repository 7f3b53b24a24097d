"""The widget inside pages that were not made for it, of another origin."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.page.browser import DAM, answered, ask, small_index, violations
from tests.serving import serving

RESET = """
  * { all: unset !important; font-size: 40px !important; color: red !important; }
  button, textarea, p, h2 { display: none !important; position: fixed !important; }
"""
SCRIPT = '<script {kind} src="{service}/widget.js"></script>'
CHAT = '<citewise-chat endpoint="{service}" collection="default"></citewise-chat>'


@contextmanager
def _site(pages: dict[str, tuple[str, str]]) -> Iterator[str]:
    """A site of its own: each path's policy and page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            policy, body = pages.get(self.path, ("", ""))
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that embeds the widget in several ways; the service lets it call."""
    pages: dict[str, tuple[str, str]] = {}
    with (
        _site(pages) as url,
        serving(
            small_index(tmp_path_factory.mktemp("widget")), CITEWISE_CORS_ORIGINS=f'["{url}"]'
        ) as service,
    ):
        # Browsers ask for a site's icon.
        strict = (
            f"default-src 'none'; img-src 'self'; style-src 'sha256-x';"
            f" script-src {service}; connect-src {service}"
        )
        head = '<!doctype html><html lang="en"><title>A site</title>'
        chat, classic = CHAT.format(service=service), SCRIPT.format(kind="", service=service)
        for name, kind in (("classic", ""), ("module", 'type="module"')):
            script = SCRIPT.format(kind=kind, service=service)
            pages[f"/{name}"] = ("", f"{head}{script}<main><h1>Site</h1>{chat}</main>")
            pages[f"/{name}-strict"] = (strict, pages[f"/{name}"][1])
        pages["/hostile"] = (
            "",
            f"{head}<style>{RESET}</style>{classic}{chat}",
        )
        pages["/two"] = (
            "",
            f"{head}{classic}<main><h1>Site</h1>{chat}{chat}</main>",
        )
        yield url


@pytest.mark.parametrize("embedding", ["classic", "module", "classic-strict", "module-strict"])
def test_one_tag_embeds_the_chat(tab: Page, site: str, embedding: str) -> None:
    tab.goto(f"{site}/{embedding}")
    ask(tab, DAM)
    answered(tab).locator(".mark").click()
    expect(tab.locator("mark")).to_have_text("The Oroville Dam was completed in 1968.")


def test_styles_of_the_host_do_not_reach_in(tab: Page, site: str) -> None:
    tab.goto(f"{site}/hostile")
    ask(tab, DAM)
    expect(answered(tab).locator(".sentences")).to_have_css("font-size", "18px")
    expect(tab.locator(".question")).not_to_have_css("color", "rgb(255, 0, 0)")
    expect(tab.locator("citewise-chat")).to_have_css("display", "block")


def test_styles_of_the_widget_do_not_leave_it(tab: Page, site: str) -> None:
    tab.goto(f"{site}/classic")
    expect(tab.get_by_role("textbox", name="Your question")).to_be_visible()
    assert tab.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 0


def test_two_widgets_keep_their_conversations_apart(tab: Page, site: str) -> None:
    tab.goto(f"{site}/two")
    first, second = tab.locator("citewise-chat").nth(0), tab.locator("citewise-chat").nth(1)
    ask(first, DAM)
    ask(second, "How high is the Oroville Dam?")
    expect(answered(first)).to_contain_text("1968")
    expect(answered(second)).to_contain_text("235 metres")
    expect(first.locator(".turn")).to_have_count(1)


def test_two_widgets_keep_what_is_typed_apart_over_a_reload(tab: Page, site: str) -> None:
    tab.goto(f"{site}/two")
    boxes = tab.get_by_role("textbox", name="Your question")
    boxes.nth(0).fill("of the first")
    boxes.nth(1).fill("of the second")
    ask(tab.locator("citewise-chat").nth(1), DAM)
    answered(tab.locator("citewise-chat").nth(1))
    boxes.nth(1).fill("again of the second")
    tab.reload()
    expect(boxes.nth(0)).to_have_value("of the first")
    expect(boxes.nth(1)).to_have_value("again of the second")
    kept = [tab.locator("citewise-chat").nth(at).locator(".sidebar .opens") for at in (0, 1)]
    expect(kept[0]).to_have_count(0)
    expect(kept[1]).to_have_count(1)


def test_site_themes_the_widget_by_variables(tab: Page, site: str) -> None:
    tab.goto(f"{site}/classic")
    tab.evaluate("document.documentElement.style.setProperty('--citewise-accent', 'rgb(0, 90, 50)')")
    expect(tab.get_by_role("button", name="Ask", exact=True)).to_have_css(
        "background-color", "rgb(0, 90, 50)"
    )


def test_changed_language_is_spoken_and_read_from_the_right(tab: Page, site: str) -> None:
    tab.goto(f"{site}/classic")
    tab.evaluate("Object.assign(document.querySelector('citewise-chat'), {lang: 'de', dir: 'rtl'})")
    box = tab.get_by_role("textbox", name="Ihre Frage")
    button = tab.get_by_role("button", name="Fragen", exact=True)
    expect(box).to_be_visible()
    left, right = button.bounding_box(), box.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] < right["x"]


def test_axe_finds_nothing_in_a_site(tab: Page, site: str) -> None:
    tab.goto(f"{site}/two")
    ask(tab.locator("citewise-chat").first, DAM)
    answered(tab.locator("citewise-chat").first)
    assert violations(tab) == []
