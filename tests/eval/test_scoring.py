import pytest

from eval.measures.citations import evidence_recall, score_citations
from eval.measures.gold import Place, resolve
from eval.runner import run
from eval.scoring import score
from eval.summary import summarise
from eval.types import Case, GoldEvidence, Passage, Response
from tests.conftest import QUESTIONS
from tests.eval.making import TEXT, Texts, case, response, source, unanswerable

GOLD, ELSEWHERE = Place("d", 0, 10), Place("d", 90, 99)


def _text(_document: str, _revision: str) -> str:
    return TEXT


def test_citations_are_right_by_half_of_the_shorter_range() -> None:
    places = [Place("d", 10, 20), Place("e", 0, 50)]
    good, off = source(Place("d", 9, 16)), source(Place("d", 18, 30))
    both = score_citations([good, off], places, _text, needs_all=False)
    assert (both.precision, both.recall, both.hit) == (0.5, 0.5, True)
    assert score_citations([off], places, _text, needs_all=False).precision == 0
    assert score_citations([], places, _text, needs_all=False).precision == 0


def test_all_documents_can_be_needed() -> None:
    places = [Place("d", 0, 10), Place("d", 50, 60), Place("e", 0, 10)]
    one = [source(places[0])]
    two = [source(places[1]), source(places[2])]
    assert score_citations(one, places, _text, needs_all=False).hit
    assert not score_citations(one, places, _text, needs_all=True).hit
    assert score_citations(two, places, _text, needs_all=True).hit


def test_a_citation_that_does_not_hold_its_text_is_not_verified() -> None:
    cited = [source(GOLD), source(GOLD, "other text"), source(GOLD, "")]
    assert score_citations(cited, [GOLD], _text, needs_all=False).verified == pytest.approx(1 / 3)
    assert score_citations(cited, [GOLD], lambda *_: None, needs_all=False).verified == 0


def test_a_passage_holds_a_place_by_half_of_it() -> None:
    passages = [Passage("e", 0, 10), Passage("d", 5, 50), Passage("d", 0, 4)]
    assert evidence_recall(passages, [GOLD], 1) == 0
    assert evidence_recall(passages, [GOLD], 2) == 1
    assert evidence_recall([Passage("d", 6, 50)], [GOLD], 5) == 0


@pytest.mark.parametrize(
    ("answered", "outcome", "why"),
    [
        (response("They had ten ships.", GOLD), "right", "gold place"),
        (response("They had two.", GOLD), "wrong", "No accepted answer"),
        (response("They had ten ships.", ELSEWHERE), "wrong", "No citation"),
        (response("No.", answerable=False), "missed", "low_support"),
    ],
)
def test_right_needs_the_words_and_the_source(answered: Response, outcome: str, why: str) -> None:
    scored = score(case(), answered, [], Texts())
    assert scored.outcome == outcome
    assert why in scored.why[0]
    assert scored.scores["right"] == float(outcome == "right")


def test_an_unanswerable_case_is_to_be_refused() -> None:
    refused = score(unanswerable(), response("No.", answerable=False), [], Texts())
    invented = score(unanswerable(), response("Ten.", GOLD), [], Texts())
    assert (refused.outcome, refused.scores["refused"]) == ("refused", 1)
    assert (invented.outcome, invented.scores["refused"]) == ("invented", 0)
    assert "right" not in refused.scores


def test_what_cannot_be_measured_has_no_score() -> None:
    chat = Texts()
    chat.unmeasured = {"citations": "…", "retrieval": "…", "abstention": "…"}
    scored = score(case(answer="There were 10 ships."), Response("ten ships", 0.1), [], chat)
    assert scored.outcome == "right"
    assert scored.scores.keys() == {"seconds", "right", "exact_match", "f1", "rouge_l", "facts"}


def test_a_failed_case_scores_zero_and_is_listed() -> None:
    unresolved = Case("x", "q", True, ("a",), evidence=(GoldEvidence("none.txt", quote="x"),))
    done = run(Texts(response("ten ships", GOLD)), [case(), unresolved], QUESTIONS)
    broken = run(Texts(None), [case(), unanswerable()], QUESTIONS)
    assert [r.failure is None for r in done.results] == [True, False]
    assert "none.txt" in (done.results[1].failure or "")
    assert summarise(done.results)["right"].value == 0.5
    assert "it broke" in (broken.results[0].failure or "")
    figures = summarise(broken.results)
    assert {figures[name].value for name in ("right", "refused", "exact_match", "citation_recall")} == {0}
    assert figures["evidence_recall@8"].value == figures["ndcg@10"].value == 0
    # Wrong both ways round: silent where it should answer, certain where it should not.
    assert figures["abstention_precision"].value == 0


def test_a_quote_stands_for_every_place_where_it_occurs() -> None:
    asked = Case("c", "q", True, evidence=(GoldEvidence("d", quote="ab"),))
    places, problems = resolve(asked, lambda _: "ab cd ab")
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
    asked = Case("c7", "q", True, evidence=(evidence,))
    places, problems = resolve(asked, lambda name: "ab cd" if name == "d" else None)
    assert places == []
    assert "c7" in problems[0]
