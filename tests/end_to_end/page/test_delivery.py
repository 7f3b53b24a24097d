"""How the page comes to the browser, and what it may do there."""

import json
import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.end_to_end.page.browser import answered, ask, compressed

WEB = ROOT / "service" / "web"


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
    assert [again.headers[name] for name in ("vary", "etag")] == ["Accept-Encoding", first.headers["etag"]]


def test_first_load_is_below_100_kilobytes() -> None:
    assert compressed(WEB) < 100_000


@pytest.mark.parametrize("path", ["/", "/static/chat.js"])
def test_page_and_modules_come_compressed(small: str, path: str) -> None:
    assert httpx.get(f"{small}{path}").headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/", "/widget.js", "/static/chat.js"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_caches_are_told_of_both_forms(small: str, path: str, method: str, encoding: str) -> None:
    headers = httpx.request(method, f"{small}{path}", headers={"Accept-Encoding": encoding}).headers
    assert headers["vary"] == "Accept-Encoding"
    assert headers["etag"].startswith('W/"')


def test_every_module_of_the_first_load_is_announced() -> None:
    """Each that is not costs a round trip."""
    needed, found = ["page.js"], set()
    while needed:
        found.add(name := needed.pop())
        named = re.findall(r'^import .*"\./(.+\.js)";$', (WEB / name).read_text(), re.MULTILINE)
        needed += [module for module in named if module not in found]
    announced = re.findall(r'modulepreload" href="static/(.+)"', (WEB / "index.html").read_text())
    assert sorted(announced) == sorted(found - {"page.js"})


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


@pytest.mark.parametrize(
    ("text", "ranges", "expected"),
    [
        # The second sentence begins with a mark of its own.
        (
            "It rose. [1] [1] of all fell. [2]",
            [(1, 0, 8), (2, 13, 29)],
            ["It rose.:1", " :", "[1] of all fell.:2"],
        ),
        ("It rose. [1][2] Then fell.", [(1, 0, 8), (2, 0, 8)], ["It rose.:12", " Then fell.:"]),
        ("It rose. [2][1]", [(1, 0, 8), (2, 0, 8)], ["It rose.:12"]),
        ("Es 😀 stieg.", [(1, 0, 11)], ["Es 😀 stieg.:1"]),
        ("It rose.", [], ["It rose.:"]),
    ],
)
def test_marks_are_those_of_the_citation_before_them(
    page: Page, text: str, ranges: list[tuple[int, int, int]], expected: list[str]
) -> None:
    citations = [{"id": str(id_), "start": start, "end": end} for id_, start, end in ranges]
    found = page.evaluate(
        """async ([text, citations]) => {
          const { segments } = await import('/static/segments.js');
          const ids = (found) => found.map(({ id }) => id).join("");
          return segments(text, citations).map((part) => `${part.text}:${ids(part.citations)}`);
        }""",
        [text, citations],
    )
    assert found == expected
