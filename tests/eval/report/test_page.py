"""What the page of a run holds."""

import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from lxml import html

from eval.compare import compare
from eval.gate import slim
from eval.report.html import run_html
from eval.report.questions import answer_parts
from eval.types import Case, Citation, GoldEvidence, Response, Result
from tests.conftest import ROOT
from tests.eval.report.runs import BEFORE, HOSTILE, RUN, TEXT, alone, compared_page, hostile, made, result_of


def _all(page: str, path: str) -> list[Any]:
    found: Any = html.fromstring(page).xpath(path)
    return list(found)


def _data(page: str) -> Any:
    (embedded,) = _all(page, "//script[@id='data']/text()")
    return json.loads(embedded)


def _shown(page: str) -> str:
    """The text of the page without what its script will draw."""
    texts = _all(page, "//text()[not(parent::script or parent::style)]")
    return " ".join(" ".join(texts).split())


def test_a_page_says_what_was_run_and_shows_every_figure() -> None:
    page = alone()
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
    data = _data(alone())
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
    page = compared_page()
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
    now = result_of(2, "wrong", 0.3)
    assert now.response
    other = replace(now, response=replace(now.response, text="It was late."))
    (row,) = _data(run_html(made(other), compare(BEFORE, made(other))))["questions"]
    assert row["former"] == {"outcome": "wrong", "answer": TEXT, "changed": False}


def test_offsets_of_citations_are_code_points() -> None:
    response = result_of(1).response
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
    page = run_html(hostile(text), compare(hostile(text, "wrong"), hostile(text)))
    assert len(_all(page, "//script")) == 2
    assert _all(page, "//img|//iframe|//b|//@*[starts-with(name(), 'on')]") == []
    row = _data(page)["questions"][0]
    held = json.dumps(row, ensure_ascii=False)
    assert held.count(json.dumps(text, ensure_ascii=False)[1:-1]) >= 12
    assert row["question"] == row["reference"] == row["former"]["answer"] == text


def test_half_a_surrogate_pair_does_not_keep_a_page_from_being_written() -> None:
    assert run_html(hostile("half \ud83e a pair"), None).encode()


def test_nothing_is_loaded_and_only_the_own_script_and_style_work() -> None:
    page = compared_page()
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
    names = _all(compared_page(), "//@id")
    assert len(names) == len(set(names))
    for target in (
        *_all(compared_page(), "//@aria-labelledby"),
        *(h[1:] for h in _all(compared_page(), "//a/@href")),
    ):
        assert target in names


def test_a_chat_endpoint_shows_what_could_not_be_measured() -> None:
    case = replace(result_of(1).case, evidence=(GoldEvidence("tale.txt", quote="comet"),))
    result = Result(case, "right", {"right": 1.0, "seconds": 1.0}, ("So.",), Response("1910", 1.0))
    page = run_html(made(result, unmeasured={"citations": "a chat endpoint names none"}), None)
    assert "citations : a chat endpoint names none." in _shown(page)
    (row,) = _data(page)["questions"]
    assert row["gold"] == [["tale.txt", None, None, "", "comet", ""]]
    assert not {"confidence", "sources"} & set(row)
    assert _all(page, "//figure[@class='plot']/h3/text()") == ["How long it takes"]


def test_a_set_that_judges_retrieval_alone() -> None:
    case = Case("b1", "comets", None, relevance={"tale.txt": 2})
    scores = {"ndcg@10": 0.5, "recall@1": 0.0, "recall@20": 1.0}
    page = run_html(made(Result(case, "searched", scores, (), None)), None)
    assert "Only searched 1" in _shown(page)
    assert "Relevant documents among the first k passages" in _shown(page)
    assert _data(page)["questions"][0]["relevance"] == {"tale.txt": 2}


def test_failures_and_runs_of_nothing_have_a_page() -> None:
    failed = result_of(1, "failed", response=None, gold=(), cited=(), failure="No.", why=("No.",), scores={})
    page = run_html(made(failed), None)
    assert _data(page)["questions"][0]["failed"] is True
    assert "There is nothing to measure." in _shown(run_html(made(), None))
