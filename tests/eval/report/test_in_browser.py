"""The page of a run in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.report.html import run_html
from eval.runs import Run
from tests.eval.report.browser import CHROMIUM, Browser
from tests.eval.report.runs import HOSTILE, compared_page, hostile, made, result_of


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    with Browser() as opened:
        yield opened


def _listed(browser: Browser) -> list[str]:
    script = "[...document.querySelectorAll('#list .id')].map(e => e.textContent)"
    listed: list[str] = browser.run(script)
    return listed


def _choose(browser: Browser, script: str) -> None:
    """Change the controls as a person does, and wait until the list has followed."""
    browser.run(
        f"(() => {{ const form = document.querySelector('form'); {script};"
        " form.dispatchEvent(new Event('input')); })()"
    )
    browser.run("new Promise(done => setTimeout(done, 250))")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "page.html"
    path.write_text(compared_page(), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("script", "listed"),
    [
        ("", ["q1", "q2", "q3", "q4"]),
        ("form.querySelector('[value=wrong]').click()", ["q2"]),
        ("form.querySelector('[name=changed]').click()", ["q1"]),
        ("form.elements.tag.value = 'even'", ["q2", "q4"]),
        ("form.elements.search.value = 'COMET 3'", ["q3"]),
        ("form.elements.search.value = 'no such'", []),
        ("form.elements.sort.value = 'confidence-low'", ["q4", "q3", "q2", "q1"]),
        ("form.elements.sort.value = 'f1-high'", ["q4", "q3", "q2", "q1"]),
        ("form.elements.sort.value = 'outcome'", ["q1", "q4", "q2", "q3"]),
        ("form.elements.sort.value = 'changed'; form.elements.tag.value = 'odd'", ["q1", "q3"]),
    ],
)
def test_questions_can_be_filtered_searched_and_sorted(
    browser: Browser, compared: Path, script: str, listed: list[str]
) -> None:
    browser.open(compared)
    _choose(browser, script)
    assert _listed(browser) == listed
    said = browser.run("document.getElementById('count').textContent")
    assert said == (f"{len(listed)} of 4 questions shown" if listed else "No question matches.")
    _choose(browser, "form.reset()")
    assert _listed(browser) == ["q1", "q2", "q3", "q4"]


def test_a_question_opens_to_its_marks(browser: Browser, compared: Path) -> None:
    browser.open(compared)
    browser.run("document.getElementById('expand').click()")
    opened = browser.run("[...document.querySelectorAll('#list details')].every(d => d.open)")
    first = browser.run("document.querySelector('#list .body').textContent")
    marks = browser.run(
        "Array.from(document.querySelectorAll('#list > :first-child mark'), m => m.textContent)"
    )
    assert opened
    assert marks == ["comet", "The comet came in 1910.", "It was bright.", "comet", "Not"]
    for said in (
        "Why 1 is so.",
        "✓ at a gold place",
        "✗ not at a gold place",
        "Wrong",
        "It came in the year",
    ):
        assert said in first
    browser.run("document.getElementById('collapse').click()")
    assert browser.run("document.querySelectorAll('#list details[open]').length") == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_stay_texts_in_a_browser(browser: Browser, tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(run_html(hostile(text), None), encoding="utf-8")
    browser.console.clear()
    browser.requested.clear()
    browser.open(path)
    browser.run("document.getElementById('expand').click()")
    assert browser.run("document.title") != "owned"
    assert browser.run("document.querySelector('.asked').textContent") == text
    assert browser.run("document.querySelectorAll('main img, main script').length") == 0
    assert browser.console == []
    assert {url.split(":")[0] for url in browser.requested} <= {"file", "data"}


@pytest.mark.parametrize("width", [360, 768, 1920])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_the_page(browser: Browser, compared: Path, width: int, dark: bool) -> None:
    browser.open(compared, width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_of_thousands_of_questions_only_what_is_found_stays_in_the_list(
    browser: Browser, tmp_path: Path
) -> None:
    """What is hidden and stays in the list is laid out again with every letter that is typed."""
    path = tmp_path / "page.html"
    many = made(*(replace(result_of(1), case=replace(result_of(1).case, id=f"q{n}")) for n in range(6000)))
    path.write_text(run_html(_without_figures(many), None), encoding="utf-8")
    browser.open(path)
    browser.run("document.querySelector('[name=search]').value = 'q599'; show()")
    assert len(_listed(browser)) == browser.run("document.getElementById('list').children.length") == 11


def _without_figures(run: Run) -> Run:
    """Bootstrapping thousands of cases takes minutes, and is not what is looked at."""
    return replace(
        run, results=tuple(replace(r, scores={}, case=replace(r.case, tags=())) for r in run.results)
    )
