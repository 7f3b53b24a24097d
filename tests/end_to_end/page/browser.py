"""Debian's browsers on a page of a real server, for the tests of what people see."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from index.load.files import find_sources
from service.settings import load_settings
from service.wiring import open_app

PATHS = {"chromium": Path("/usr/bin/chromium"), "firefox": Path("/usr/bin/firefox-esr")}
# Stands for Firefox until Debian's understands all that Playwright says.
FIREFOX = Path(__file__).with_name("firefox.py")
AXE = Path(__file__).parents[2] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
DAM = "When was the Oroville Dam completed?"
TELESCOPE = "When was the telescope of Tokyo built?"
UNKNOWN = "Who won the chess game in Reykjavik in 1972?"
MOON = "The moon 🌕 over 東京"
TEXTS = {
    "moon.md": f"# {MOON}\n\n🌕🌖🌗 月が出た。𠮷野家 is far."
    " The telescope 🔭 of Tokyo was built in 1962. 👩‍🚀 Later it moved.\n",
    "evil.md": "# <img src=x onerror=alert(1)>\n\nThe Kestrel bridge <script>fetch('/leak')</script>"
    " was opened in 1931 <img src='/leak' onerror='fetch(\"/leak\")'>.\n",
    "dam.md": "# The dam\n\nThe Oroville Dam was completed in 1968. It is 235 metres high.\n",
    "comet-old.md": "# The comet, an old report\n\nThe Halden comet is 40 kilometres wide.\n",
    "comet-new.md": "# The comet, a new report\n\nThe Halden comet is 55 kilometres wide.\n",
}


@contextmanager
def opened(name: str) -> Iterator[Browser]:
    """Debian's `chromium` or `firefox`; the test is skipped where it is not installed."""
    if not PATHS[name].exists():
        pytest.skip(f"there is no {PATHS[name]}")
    with sync_playwright() as playwright:
        if name == "firefox":
            browser = playwright.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
        else:
            browser = playwright.chromium.launch(executable_path=PATHS[name], args=["--no-sandbox"])
        yield browser
        browser.close()


def small_index(folder: Path) -> Path:
    """An index of the texts above."""
    files, data_dir = folder / "files", folder / "index"
    files.mkdir()
    for name, text in TEXTS.items():
        (files / name).write_text(text)
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        app.ingest("default").add(find_sources([files]))
    return data_dir


def ask(chat: Page | Locator, question: str) -> None:
    """Type a question and send it."""
    box = chat.get_by_role("textbox", name="Your question")
    box.fill(question)
    box.press("Enter")


def answered(chat: Page | Locator) -> Locator:
    """The last question, answered."""
    turn = chat.locator(".turn").last
    turn.and_(chat.locator('[data-state="done"]')).wait_for()
    return turn


def told(url: str, question: str, **more: Any) -> dict[str, Any]:
    """What the API answers."""
    response = httpx.post(f"{url}/v1/answers", json={"question": question, **more}, timeout=60)
    response.raise_for_status()
    body: dict[str, Any] = response.json()
    return body


@contextmanager
def added(
    url: str, document_id: str, text: str, collection: str = "default", **metadata: str
) -> Iterator[None]:
    """A document that is there for the length of the block, and so is a collection that is new with it."""
    address = f"{url}/v1/documents/{document_id}?collection={collection}"
    body = {"text": text, "metadata": metadata}
    httpx.put(address, json=body, timeout=60).raise_for_status()
    try:
        yield
    finally:
        httpx.delete(address if collection == "default" else f"{url}/v1/collections/{collection}", timeout=60)


@contextmanager
def cleared(url: str, *document_ids: str) -> Iterator[None]:
    """A block that adds documents of these ids, which are gone after it."""
    try:
        yield
    finally:
        for document_id in document_ids:
            httpx.delete(f"{url}/v1/documents/{document_id}", timeout=60)


def drop_files(page: Page, target: Locator, *paths: Path) -> None:
    """Drop files and folders of the disk on an element, as a person does; in Chromium only."""
    box = target.bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": box["x"] + 9, "y": box["y"] + 9, "data": data}
        session.send("Input.dispatchDragEvent", event)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page, shadow roots included."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/clients")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


def compressed(folder: Path) -> int:
    """The bytes of all of a folder's files, each compressed by itself."""
    return sum(len(gzip.compress(file.read_bytes())) for file in folder.iterdir() if file.is_file())


def words(text: str) -> str:
    """A text with any run of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()
