"""Measures against other people's implementations, or definitions written down anew."""

import re
import string
from collections import Counter

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_auc_score

from eval.measures import confidence
from eval.measures.reference import facts, facts_found, rouge_l
from eval.measures.retrieval import CUTOFFS, ranked_documents, retrieval_scores
from eval.measures.short import contains_answer, exact_match, f1, normalise
from eval.types import Passage

_words = st.lists(st.sampled_from(["the", "a", "Ten", "ships", "ships.", "1910", "U.S.", "“x”", "an"])).map(
    " ".join
)


def _squad_normalise(text: str) -> str:
    """As evaluate-v2.0.py publishes it."""
    text = "".join(ch for ch in text.lower() if ch not in set(string.punctuation))
    return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text).split())


def _squad_f1(gold: str, given_: str) -> float:
    gold_tokens, tokens = _squad_normalise(gold).split(), _squad_normalise(given_).split()
    same = sum((Counter(gold_tokens) & Counter(tokens)).values())
    if len(gold_tokens) == 0 or len(tokens) == 0:
        return float(gold_tokens == tokens)
    if same == 0:
        return 0.0
    precision, recall = same / len(tokens), same / len(gold_tokens)
    return 2 * precision * recall / (precision + recall)


@given(_words, st.lists(_words, min_size=1, max_size=3))
def test_short_answers_are_scored_as_squad_publishes_it(given_: str, answers: list[str]) -> None:
    assert normalise(given_) == _squad_normalise(given_)
    assert exact_match(given_, answers) == max(
        _squad_normalise(a) == _squad_normalise(given_) for a in answers
    )
    assert f1(given_, answers) == pytest.approx(max(_squad_f1(a, given_) for a in answers))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They had the ten ships.", True),
        ("They had “ten” ships…", True),
        ("They had tenships.", False),
        ("Often ships", False),
        ("", False),
    ],
)
def test_accepted_answers_are_found_as_whole_words(text: str, expected: bool) -> None:
    assert contains_answer(text, ["ten ships"]) is expected


_ids = st.sampled_from([f"d{i}" for i in range(8)])


@given(st.lists(_ids, max_size=25), st.dictionaries(_ids, st.integers(0, 2), min_size=1))
def test_retrieval_agrees_with_pytrec_eval(found: list[str], relevance: dict[str, int]) -> None:
    passages = [Passage(document_id, 0, 1) for document_id in found]
    scores = retrieval_scores(passages, relevance)
    documents = list(dict.fromkeys(found))
    wanted = {"ndcg_cut.10", "map_cut.20", f"recall.{','.join(map(str, CUTOFFS))}"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": relevance}, wanted)
    measured = evaluator.evaluate({"q": {d: 1.0 / (rank + 1) for rank, d in enumerate(documents)}}).get(
        "q", {}
    )
    assert scores["ndcg@10"] == pytest.approx(measured.get("ndcg_cut_10", 0.0))
    assert scores["map@20"] == pytest.approx(measured.get("map_cut_20", 0.0))
    for k in CUTOFFS:
        assert scores[f"recall@{k}"] == pytest.approx(measured.get(f"recall_{k}", 0.0))
    ranks = [rank for rank, d in enumerate(documents[:10], start=1) if relevance.get(d, 0) > 0]
    assert scores["mrr@10"] == pytest.approx(1 / ranks[0] if ranks else 0.0)


def test_a_document_stands_where_its_first_passage_stands() -> None:
    found = [Passage("b", 0, 1), Passage("a", 0, 1), Passage("b", 5, 9), Passage("c", 0, 1)]
    assert ranked_documents(found) == ["b", "a", "c"]


def _longest_common(a: list[str], b: list[str]) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


_plain = st.lists(st.sampled_from(["comet", "sea", "ship", "red", "ten"]), min_size=1, max_size=8)


@given(_plain, _plain)
def test_rouge_l_is_the_longest_common_subsequence(answer: list[str], reference: list[str]) -> None:
    common = _longest_common(answer, reference)
    expected = 2 * common / (len(answer) + len(reference)) if common else 0.0
    assert rouge_l(" ".join(answer), " ".join(reference)) == pytest.approx(expected)


def test_facts_are_numbers_names_and_months() -> None:
    reference = "The Bank of England lent 1,500 pounds to Nur-Sultan in June 1910. It was late."
    assert facts(reference) == {"bank of england", "1500", "nursultan", "june", "1910"}
    assert facts_found("In June, 1500 pounds.", reference) == pytest.approx(2 / 5)
    assert facts_found("anything", "It was late.") is None


_trust = st.lists(st.tuples(st.integers(0, 20).map(lambda x: x / 20), st.booleans()), min_size=2, max_size=40)


@given(_trust)
def test_auroc_agrees_with_scikit_learn(cases: list[tuple[float, bool]]) -> None:
    scores, positive = np.array([c for c, _ in cases]), np.array([float(r) for _, r in cases])
    ours = confidence.auroc(scores, positive)
    if len(set(positive)) == 1:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(roc_auc_score(positive, scores))


@given(st.lists(_trust.map(lambda cases: (cases * 6)[:12]), min_size=2, max_size=5))
def test_resamples_judged_at_once_are_judged_as_each_by_itself(
    resamples: list[list[tuple[float, bool]]],
) -> None:
    data = np.array(resamples, dtype=np.float64)
    for measure in (confidence.auroc, confidence.calibration_error, confidence.area_under_risk_coverage):
        each = [measure(one[:, 0], one[:, 1]) for one in data]
        np.testing.assert_allclose(measure(data[..., 0], data[..., 1]), each)


@given(_trust)
def test_risk_at_coverage_is_that_of_answering_above_each_threshold(cases: list[tuple[float, bool]]) -> None:
    sure, right = np.array([c for c, _ in cases]), np.array([float(r) for _, r in cases])
    expected = []
    for threshold in sorted(set(sure), reverse=True):
        answered = right[sure >= threshold]
        expected.append((len(answered) / len(cases), 1 - answered.mean()))
    points = confidence.risk_coverage(sure, right)
    assert np.allclose(points, expected)
    steps = np.repeat([[0.0, expected[0][1]], *map(list, expected)], 2, axis=0)
    # The area under steps that hold each risk back to the coverage before.
    x, y = steps[1:, 0][:-1], steps[2:, 1]
    assert confidence.area_under_risk_coverage(sure, right) == pytest.approx(auc(x, y))


@given(_trust)
def test_calibration_error_is_the_gap_of_each_tenth(cases: list[tuple[float, bool]]) -> None:
    expected = 0.0
    for tenth in range(10):
        held = [(c, r) for c, r in cases if min(int(c * 10), 9) == tenth]
        if held:
            gap = abs(sum(c for c, _ in held) / len(held) - sum(r for _, r in held) / len(held))
            expected += gap * len(held) / len(cases)
    sure, right = np.array([c for c, _ in cases]), np.array([float(r) for _, r in cases])
    assert confidence.calibration_error(sure, right) == pytest.approx(expected)
    assert sum(n for *_, n in confidence.reliability(sure, right)) == len(cases)
