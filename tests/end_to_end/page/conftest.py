"""A browser, and the page on a small index and on the seeds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.page.browser import chromium, small_index
from tests.serving import serving


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of a small index; what a test adds it takes away."""
    with serving(small_index(tmp_path_factory.mktemp("page"))) as url:
        yield url


@pytest.fixture(scope="package")
def seeds(seeds_dir: Path) -> Iterator[str]:
    """The address of a server of the seeds."""
    with serving(seeds_dir) as url:
        yield url


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty page of a fresh profile; no script in it may fail."""
    with browser.new_context() as context:
        context.set_default_timeout(10_000)
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        assert errors == []


@pytest.fixture
def page(tab: Page, small: str) -> Page:
    """The page on the small index."""
    tab.goto(small)
    return tab
