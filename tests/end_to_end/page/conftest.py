"""A browser, and the page on a small index and on the seeds."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.page.browser import opened, small_index
from tests.serving import serving


@pytest.fixture(scope="package")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The browser that ``--browser`` names."""
    with opened(request.config.getoption("--browser")) as running:
        yield running


@pytest.fixture
def chromium_only(browser: Browser) -> None:
    """For what Playwright cannot drive or see in Firefox."""
    if browser.browser_type.name != "chromium":
        pytest.skip("Playwright cannot do this in Firefox")


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of a small index; what a test adds it takes away."""
    with serving(small_index(tmp_path_factory.mktemp("page"))) as url:
        # The first file that is read starts the process that reads: seconds, of which no test is.
        first = httpx.post(f"{url}/v1/documents", files={"file": ("first.md", b"# First")}, timeout=60)
        first.raise_for_status()
        httpx.delete(f"{url}/v1/documents/first.md", timeout=60).raise_for_status()
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
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


@pytest.fixture
def page(tab: Page, small: str) -> Page:
    """The page on the small index."""
    tab.goto(small)
    return tab
