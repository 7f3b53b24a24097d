import json
from pathlib import Path

import numpy as np
import pytest
from eval.measures.answers import contains_answer, exact_match, is_right, normalise, score_citations
from sklearn.metrics import roc_auc_score

from eval.datasets.contract import read_cases
from eval.datasets.squad import read_squad
from eval.measures.gold import Place, resolve
from eval.stats import auroc, bootstrap, mean
from eval.types import Case, GoldEvidence
from index.errors import InvalidInput, PathNotFound
from service.types import Answer, Citation, Source


def _answer(text: str, *places: Place, answerable: bool = True) -> Answer:
    from service.answering.abstain import Abstention

    sources = tuple(
        Source(p.document_id, "r", None, None, p.start, p.end, "x" * (p.end - p.start), 0.9, verified=True)
        for p in places
    )
    citations = (Citation("1", 0, len(text), text, sources),) if sources else ()
    refusal = None if answerable else Abstention("low_support", "")
    return Answer("i", "q", text, None, refusal, 0.5, citations, [], {}, 1, {}, {})


def _quote(_id: str, _revision: str, start: int, end: int) -> str:
    return "x" * (end - start)


def _case(*tags: str, answers: tuple[str, ...] = ("ten ships",)) -> Case:
    return Case("c", "q", True, answers, tags=tags)


def test_normal_form_is_squads() -> None:
    assert normalise("The  “Quick”, brown FOX’s an apple.") == "quick brown foxs apple"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("They had the ten ships.", True), ("They had tenships.", False), ("Often ships", False), ("", False)],
)
def test_accepted_answers_are_found_as_whole_words(text: str, expected: bool) -> None:
    assert contains_answer(text, ["ten ships"]) is expected


def test_exact_match_is_of_the_normal_form() -> None:
    assert exact_match("The ten ships.", ["ten ships"]) == 1
    assert exact_match("ten", ["ten ships"]) == 0
    assert exact_match(None, ["ten ships"]) == 0


def test_citations_are_right_by_half_of_the_shorter_range() -> None:
    places = [Place("d", 100, 200), Place("e", 0, 50)]
    good, half, off = Place("d", 90, 160), Place("d", 180, 300), Place("f", 100, 200)
    score = score_citations(_case(), _answer("t", good, off), places, _quote)
    assert (score.precision, score.recall, score.hit) == (0.5, 0.5, True)
    assert score_citations(_case(), _answer("t", half), places, _quote).precision == 0
    assert score_citations(_case(), _answer("t"), places, _quote).precision == 0


def test_multi_document_cases_need_every_document() -> None:
    places = [Place("d", 0, 10), Place("d", 50, 60), Place("e", 0, 10)]
    one, both = _answer("ten ships", places[0]), _answer("ten ships", places[1], places[2])
    assert score_citations(_case(), one, places, _quote).hit
    assert not score_citations(_case("multi_document"), one, places, _quote).hit
    assert score_citations(_case("multi_document"), both, places, _quote).hit


def test_right_needs_the_words_and_the_source() -> None:
    places, elsewhere = [Place("d", 0, 10)], Place("d", 90, 99)
    outcomes = []
    for text, place in (("ten ships", places[0]), ("two", places[0]), ("ten ships", elsewhere)):
        answer = _answer(text, place)
        outcomes.append(is_right(_case(), answer, score_citations(_case(), answer, places, _quote)))
    assert outcomes == [True, False, False]
    refusal = _answer("ten ships", places[0], answerable=False)
    assert not is_right(_case(), refusal, score_citations(_case(), refusal, places, _quote))


def test_a_quote_stands_for_every_place_where_it_occurs() -> None:
    case = Case("c", "q", True, evidence=(GoldEvidence("d", quote="ab"),))
    places, problems = resolve(case, lambda _: "ab cd ab")
    assert places == [Place("d", 0, 2), Place("d", 6, 8)]
    assert problems == []


@pytest.mark.parametrize(
    "evidence",
    [
        GoldEvidence("d", quote="not there"),
        GoldEvidence("e", quote="ab"),
        GoldEvidence("d", start=2, end=99),
        GoldEvidence("d", quote="cd", start=0, end=2),
        GoldEvidence("d"),
    ],
)
def test_gold_that_does_not_resolve_is_reported(evidence: GoldEvidence) -> None:
    case = Case("c7", "q", True, evidence=(evidence,))
    places, problems = resolve(case, lambda name: "ab cd" if name == "d" else None)
    assert places == []
    assert "c7" in problems[0]


def test_auroc_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    scores, positive = rng.integers(0, 20, 300) / 20, rng.integers(0, 2, 300)
    figure = auroc(scores, positive.astype(float))
    assert figure.value == pytest.approx(roc_auc_score(positive, scores))
    assert figure.low < figure.value < figure.high


def test_intervals_cover_at_about_their_level() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(120):
        figure = bootstrap(lambda data: float(data.mean()), rng.random(60))
        covered += figure.low <= 0.5 <= figure.high
    assert 0.87 <= covered / 120 <= 1


def test_the_same_cases_give_the_same_interval_and_none_give_nan() -> None:
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    assert mean(values) == mean(values)
    assert np.isnan(mean(np.array([])).value)


def test_gold_files_name_the_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    good = {"id": "a", "question": "q", "answerable": False}
    for line, message in (
        ('{"id": "b"}', r":2 .*question"),
        ("nonsense", ":2"),
        (json.dumps(good), "again"),
        (json.dumps({**good, "id": "b", "extra": 1}), "extra"),
    ):
        path.write_text(json.dumps(good) + "\n" + line + "\n")
        with pytest.raises(InvalidInput, match=message):
            read_cases(path)
    path.write_text("\n")
    with pytest.raises(InvalidInput, match="no gold questions"):
        read_cases(path)
    with pytest.raises(PathNotFound):
        read_cases(tmp_path / "none.jsonl")


def test_squad_articles_become_documents_with_exact_places(tmp_path: Path) -> None:
    paragraph = {
        "context": "The comet came in 1910.",
        "qas": [
            {"id": 1, "question": "When?", "answers": [{"text": "1910", "answer_start": 18}]},
            {"id": 2, "question": "Why?", "answers": [], "is_impossible": True},
        ],
    }
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Comet", "paragraphs": [paragraph, paragraph]}]}))
    texts, cases = read_squad(path)
    (name,) = texts
    for case in cases:
        for place in case.evidence:
            assert texts[name][place.start : place.end] == "1910"
    assert [c.answerable for c in cases] == [True, False, True, False]
