import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from eval.compare import compare
from eval.gate import slim
from eval.report.html import run_html
from eval.report.questions import answer_parts
from eval.runs import Run
from eval.types import Case, Citation, GoldEvidence, Outcome, Quote, Response, Result, Source
from index.types import Json
from service.types import Turn
from tests.conftest import ROOT
from tests.eval.browser import CHROMIUM, Browser

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<!-- <script> ]]> &lt;b&gt; \u2028\u2029",
    "{{ 7 * 7 }} {% raw %}",
    "\"quotes\" 'and' `ticks` \\u003c",
    "שלום \u202eעולם\u202c العربية",
    "🧭 emoji 👩‍👩‍👧 and \u0000 nothing",
)
TEXT = "The comet came in 1910. 🧭 It was bright."


def _result(n: int, outcome: Outcome = "right", confidence: float = 0.7, **changes: Any) -> Result:
    place = ("tale.txt", 4, 9)
    case = Case(
        f"q{n}",
        f"When did comet {n} come?",
        outcome not in ("refused", "invented"),
        ("1910", "in 1910"),
        "It came in the year 1910.",
        (GoldEvidence("tale.txt", start=4, end=9),),
        ("date", "even" if n % 2 == 0 else "odd"),
        (Turn("user", "Tell me of comets."),),
    )
    source = Source("tale.txt", "r", 4, 9, "comet", "A tale")
    elsewhere = Source("other.txt", "r", 0, 3, "Not", None)
    response = Response(
        TEXT,
        0.2 + n / 100,
        short_answer="1910",
        answerable=outcome not in ("refused", "missed"),
        confidence=confidence,
        abstention="low_support" if outcome in ("refused", "missed") else None,
        citations=(Citation(0, 23, (source,)), Citation(26, 40, (elsewhere,))),
        timings_ms={"retrieve": 10.0 + n},
    )
    scores = {
        "right": float(outcome == "right"),
        "f1": n / 10,
        "citation_precision": 0.5,
        "evidence_recall@1": 0.5,
        "evidence_recall@20": 1.0,
        "answered": 1.0,
        "confidence": confidence,
        "seconds": response.seconds,
        "ms_retrieve": 10.0 + n,
    }
    quotes = (Quote(*place, "The ", "comet", " came"),)
    result = Result(case, outcome, scores, (f"Why {n} is so.",), response, quotes, quotes)
    return replace(result, **changes)


def _run(*results: Result, **changes: Any) -> Run:
    fingerprint: dict[str, Json] = {
        "gold": "tales.jsonl",
        "gold_sha256": "d1ge57",
        "target": "in process",
        "index_version": 7,
        "models": {"embedder": "a-model@sha256:abc"},
        "collection": None,
        "citewise": "9.9.9",
        "machine": "a machine",
    }
    run = Run(fingerprint, {}, results, 12.5, "2026-11-22T15:00:00+00:00")
    return replace(run, **changes)


def _all(page: str, path: str) -> list[Any]:
    found: Any = html.fromstring(page).xpath(path)
    return list(found)


@cache
def _alone() -> str:
    return run_html(RUN, None)


@cache
def _compared() -> str:
    return run_html(RUN, compare(BEFORE, RUN))


def _data(page: str) -> Any:
    (embedded,) = _all(page, "//script[@id='data']/text()")
    return json.loads(embedded)


def _shown(page: str) -> str:
    """The text of the page without what its script will draw."""
    texts = _all(page, "//text()[not(parent::script or parent::style)]")
    return " ".join(" ".join(texts).split())


RUN = _run(_result(1), _result(2, "wrong", 0.3), _result(3, "missed", 0.1), _result(4, "refused", 0.05))
BEFORE = _run(
    _result(1, "wrong", 0.4),
    _result(2, "wrong", 0.3),
    _result(3, "missed", 0.2),
    _result(9),
    fingerprint={**RUN.fingerprint, "index_version": 6},
    started="2026-11-21T15:00:00+00:00",
)


def test_a_page_says_what_was_run_and_shows_every_figure() -> None:
    page = _alone()
    shown = _shown(page)
    for said in (
        "tales.jsonl",
        "d1ge57",
        "a-model@sha256:abc",
        "9.9.9",
        "a machine",
        "the default",
        "2026-11-22 15:00:00",
        "4 questions in 12.5 s",
        "Answers",
        "citation precision",
        "95 % interval",
        "0.250",
        "Right 1",
        "Rightly refused 1",
        "date",
        "odd",
        "Area under the curve (AURC)",
        "Expected calibration error (ECE)",
    ):
        assert said in shown
    assert "verdict" not in shown
    pictures = _all(page, "//figure[@class='plot']/svg")
    assert len(pictures) == 4
    assert all(picture.get("aria-label") and picture.get("role") == "img" for picture in pictures)


def test_a_page_holds_every_question_with_gold_answer_and_reasons() -> None:
    data = _data(_alone())
    first = data["questions"][0]
    assert [q["outcome"] for q in data["questions"]] == ["right", "wrong", "missed", "refused"]
    assert first["gold"] == [["tale.txt", 4, 9, "The ", "comet", " came…"]]
    assert [(s["citation"], s["gold"]) for s in first["sources"]] == [(1, True), (2, False)]
    assert first["sources"][1]["quote"] == ["other.txt", 0, 3, "", "Not", ""]
    assert first["why"] == ["Why 1 is so."]
    assert first["history"] == [["user", "Tell me of comets."]]
    assert (first["confidence"], first["f1"], first["short"]) == (0.7, 0.1, "1910")
    assert data["questions"][3]["answerable"] is False
    assert dict(zip(data["scores"], first["scores"], strict=True))["citation precision"] == 0.5


def test_a_comparison_shows_the_former_figures_and_what_changed() -> None:
    page = _compared()
    shown, questions = _shown(page), _data(page)["questions"]
    for said in ("verdict", "p (Holm)", "no difference shown", "not judged", "index version 6 7"):
        assert said in shown
    assert "1 question of this run and 1 question of the former run" in shown
    assert questions[0]["former"] == {"outcome": "wrong", "answer": TEXT, "changed": True}
    assert "former" not in questions[1]
    drawn = _all(page, "//figure[@class='plot']/svg[.//*[contains(@class, 'before')]]")
    assert len(drawn) == 4


def test_the_same_run_before_says_that_nothing_differs_and_a_slim_one_has_no_answers() -> None:
    former = slim(BEFORE)
    page = run_html(RUN, compare(replace(former, fingerprint=RUN.fingerprint), RUN))
    assert "of the very same" in _shown(page)
    assert _data(page)["questions"][0]["former"]["answer"] is None


def test_an_answer_that_changed_within_its_outcome_is_shown_too() -> None:
    now = _result(2, "wrong", 0.3)
    assert now.response
    other = replace(now, response=replace(now.response, text="It was late."))
    (row,) = _data(run_html(_run(other), compare(BEFORE, _run(other))))["questions"]
    assert row["former"] == {"outcome": "wrong", "answer": TEXT, "changed": False}


def test_offsets_of_citations_are_code_points() -> None:
    response = _result(1).response
    assert response
    assert answer_parts(response) == [
        ("The comet came in 1910.", [1]),
        (" 🧭 ", []),
        ("It was bright.", [2]),
    ]
    overlapping = replace(response, citations=(Citation(0, 9, ()), Citation(4, 99, ())))
    assert answer_parts(overlapping) == [("The ", [1]), ("comet", [1, 2]), (TEXT[9:], [2])]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_data(text: str) -> None:
    page = run_html(_hostile(text), compare(_hostile(text, "wrong"), _hostile(text)))
    assert len(_all(page, "//script")) == 2
    assert _all(page, "//img|//iframe|//b|//@*[starts-with(name(), 'on')]") == []
    row = _data(page)["questions"][0]
    held = json.dumps(row, ensure_ascii=False)
    assert held.count(json.dumps(text, ensure_ascii=False)[1:-1]) >= 12
    assert row["question"] == row["reference"] == row["former"]["answer"] == text


def _hostile(text: str, outcome: Outcome = "right") -> Run:
    quote = Quote(text, 0, 5, text, text, text)
    case = Case(
        "x", text, True, (text,), text, tags=(text,), history=(Turn("user", text),), relevance={text: 1}
    )
    source = Source(text, "r", 0, 5, text, text)
    response = Response(text, 1, text, True, 0.5, text, (Citation(0, len(text), (source,)),))
    result = Result(case, outcome, {"right": 1, "f1": float("nan")}, (text,), response, (quote,), (quote,))
    return _run(result, fingerprint={"gold": text, text: {text: text}}, unmeasured={text: text})


def test_half_a_surrogate_pair_does_not_keep_a_page_from_being_written() -> None:
    assert run_html(_hostile("half \ud83e a pair"), None).encode()


def test_nothing_is_loaded_and_only_the_own_script_and_style_work() -> None:
    page = _compared()
    assert _all(page, "//@src|//@srcset|//@action|//@data|//@poster|//@style") == []
    assert all(address.startswith(("#", "data:,")) for address in _all(page, "//@href"))
    assert "@import" not in page
    assert "url(" not in page
    (policy,) = _all(page, "//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    for text in _all(page, "//script[not(@type)]/text()|//style/text()"):
        assert f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrasts_are_those_of_wcag_aa(scheme: int) -> None:
    style = (ROOT / "eval" / "report" / "page.css").read_text()
    block = style.split(":root {")[scheme + 1].split("}")[0]
    pairs = [line.split(": ") for line in block.replace("\n", " ").split(";") if ":" in line]
    colours = {name.strip(): colour for name, colour in pairs}

    def contrast(one: str, other: str) -> float:
        dark, light = sorted((_luminance(colours[one]), _luminance(colours[other])))
        return (light + 0.05) / (dark + 0.05)

    for ground in ("--page", "--surface"):
        assert all(contrast(f"--{text}", ground) >= 4.5 for text in "text muted accent good bad".split())
        drawn = "edge former right refused wrong missed invented failed searched"
        assert all(contrast(f"--{mark}", ground) >= 3 for mark in drawn.split())
    assert all(contrast("--text", mark) >= 4.5 for mark in ("--gold-back", "--cited-back"))


def test_names_that_are_referred_to_are_there_once() -> None:
    names = _all(_compared(), "//@id")
    assert len(names) == len(set(names))
    for target in (
        *_all(_compared(), "//@aria-labelledby"),
        *(h[1:] for h in _all(_compared(), "//a/@href")),
    ):
        assert target in names


def test_a_chat_endpoint_shows_what_could_not_be_measured() -> None:
    case = replace(_result(1).case, evidence=(GoldEvidence("tale.txt", quote="comet"),))
    result = Result(case, "right", {"right": 1.0, "seconds": 1.0}, ("So.",), Response("1910", 1.0))
    page = run_html(_run(result, unmeasured={"citations": "a chat endpoint names none"}), None)
    assert "citations : a chat endpoint names none." in _shown(page)
    (row,) = _data(page)["questions"]
    assert row["gold"] == [["tale.txt", None, None, "", "comet", ""]]
    assert not {"confidence", "sources"} & set(row)
    assert _all(page, "//figure[@class='plot']/h3/text()") == ["How long it takes"]


def test_a_set_that_judges_retrieval_alone() -> None:
    case = Case("b1", "comets", None, relevance={"tale.txt": 2})
    scores = {"ndcg@10": 0.5, "recall@1": 0.0, "recall@20": 1.0}
    page = run_html(_run(Result(case, "searched", scores, (), None)), None)
    assert "Only searched 1" in _shown(page)
    assert "Relevant documents among the first k passages" in _shown(page)
    assert _data(page)["questions"][0]["relevance"] == {"tale.txt": 2}


def test_failures_and_runs_of_nothing_have_a_page() -> None:
    failed = _result(1, "failed", response=None, gold=(), cited=(), failure="No.", why=("No.",), scores={})
    page = run_html(_run(failed), None)
    assert _data(page)["questions"][0]["failed"] is True
    assert "There is nothing to measure." in _shown(run_html(_run(), None))


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
    path.write_text(_compared(), encoding="utf-8")
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
    path.write_text(run_html(_hostile(text), None), encoding="utf-8")
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
    many = _run(*(replace(_result(1), case=replace(_result(1).case, id=f"q{n}")) for n in range(6000)))
    path.write_text(run_html(_without_figures(many), None), encoding="utf-8")
    browser.open(path)
    browser.run("document.querySelector('[name=search]').value = 'q599'; show()")
    assert len(_listed(browser)) == browser.run("document.getElementById('list').children.length") == 11


def _without_figures(run: Run) -> Run:
    """Bootstrapping thousands of cases takes minutes, and is not what is looked at."""
    return replace(
        run, results=tuple(replace(r, scores={}, case=replace(r.case, tags=())) for r in run.results)
    )
