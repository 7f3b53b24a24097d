"""Comparing runs, and the gate: what it must catch and what it must let pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from eval.compare import compare
from eval.datasets.contract import read_cases
from eval.gate import gate, slim
from eval.runner import run
from eval.runs import Run, load_run, save_run
from eval.targets.in_process import InProcess
from eval.types import Case, Citation, Passage, Response
from index.errors import InvalidInput
from service.types import Ask
from service.wiring import App
from tests.conftest import QUESTIONS, ROOT
from tests.eval.making import result, run_of


def test_measures_that_moved_are_told_from_those_that_did_not() -> None:
    before = run_of(*(result(str(i), "right", right=1, f1=i % 2) for i in range(40)))
    after = run_of(
        *(result(str(i), "right" if i % 3 else "wrong", right=float(i % 3 > 0), f1=i % 2) for i in range(40))
    )
    moved = {m.name: m for m in compare(before, after).moved}
    assert moved["right"].verdict == "worse"
    assert moved["f1"].verdict == "no difference shown"
    assert {m.name: m for m in compare(after, before).moved}["right"].verdict == "better"
    assert [a.case.id for a, _ in compare(before, after).changed] == [str(i) for i in range(0, 40, 3)]


def test_times_are_shown_and_not_judged() -> None:
    before = run_of(*(result(str(i), "right", right=1, seconds=0.1) for i in range(30)))
    after = run_of(*(result(str(i), "right", right=1, seconds=9.0) for i in range(30)))
    (median,) = [m for m in compare(before, after).moved if m.name == "seconds_p50"]
    assert (median.difference.value > 8, median.verdict) == (True, None)
    assert gate(after, before)[1] == []


def test_only_the_same_cases_are_paired() -> None:
    before = run_of(result("a", "right", right=1), result("b", "right", right=1))
    changed = replace(result("b", "right", right=1), case=Case("b", "Another question?", True))
    comparison = compare(before, run_of(result("a", "right", right=1), changed, result("c", "right")))
    assert (comparison.only_before, comparison.only_after) == (("b",), ("b", "c"))
    with pytest.raises(InvalidInput, match="no case in common"):
        compare(before, run_of(result("z", "right")))


def test_the_gate_refuses_another_gold_set() -> None:
    with pytest.raises(InvalidInput, match="--move"):
        gate(run_of(result("a", "right"), gold="new"), run_of(result("a", "right"), gold="old"))


def test_one_unverified_citation_or_one_new_failure_closes_the_gate() -> None:
    before = run_of(*(result(str(i), "right", right=1, verified=1) for i in range(40)))
    broken = replace(result("0", "right", right=1, verified=0.5))
    assert "verified" in gate(run_of(broken, *before.results[1:]), before)[1][0]
    failed = replace(result("0", "failed", right=0, verified=1), failure="it broke")
    assert gate(run_of(failed, *before.results[1:]), before)[1] == ["0 failed: it broke"]


class _Altered:
    """The real system with something broken in it: what it answered, altered."""

    def __init__(self, whole: InProcess, answered: Run, alter: Callable[[Response], Response]) -> None:
        self._whole = whole
        self._answers = {r.case.id: r.response for r in answered.results}
        self._alter = alter
        self.unmeasured = whole.unmeasured
        self.text, self.describe = whole.text, whole.describe

    def answer(self, case: Case) -> Response:
        response = self._answers[case.id]
        assert response is not None
        return self._alter(response)

    def search(self, case: Case, depth: int) -> list[Passage]:
        return self._whole.search(case, depth)


@pytest.fixture(scope="module")
def baseline(seeds_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The seeds' run, slim, written and read again."""
    path = tmp_path_factory.mktemp("gate") / "baseline.json"
    save_run(slim(seeds_run), path)
    assert path.stat().st_size < 200_000
    return load_run(path)


def _shifted(response: Response) -> Response:
    """Every offset is one too high."""
    return replace(
        response,
        citations=tuple(
            Citation(c.start, c.end, tuple(replace(s, start=s.start + 1, end=s.end + 1) for s in c.sources))
            for c in response.citations or ()
        ),
    )


def _always(response: Response) -> Response:
    """A composer that never refuses."""
    return replace(response, answerable=True, abstention=None)


def test_a_shifted_offset_and_a_composer_that_always_answers_are_caught(
    seeds_app: App, seeds_run: Run, baseline: Run
) -> None:
    whole = InProcess(seeds_app, Ask(""))
    cases = read_cases(QUESTIONS)
    for alter, measure in ((_shifted, "citations verified"), (_always, "unanswerable: refused")):
        reasons = gate(run(_Altered(whole, seeds_run, alter), cases, QUESTIONS), baseline)[1]
        assert any(measure in reason for reason in reasons), reasons


def test_a_broken_reranker_is_caught(seeds_app: App, baseline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.answering.reading.reader import Reading, ShippedReader

    real = ShippedReader.read

    def backwards(self: ShippedReader, *asked: Any) -> list[Reading]:
        return [replace(r, sentences=-r.sentences, answers=-r.answers) for r in real(self, *asked)]

    monkeypatch.setattr(ShippedReader, "read", backwards)
    broken = run(InProcess(seeds_app, Ask("")), read_cases(QUESTIONS)[::3], QUESTIONS)
    assert gate(broken, baseline)[1]


def test_the_seeds_are_answered_no_worse_than_they_were(seeds_run: Run) -> None:
    """The gate itself, as `make gate` closes it."""
    assert gate(seeds_run, load_run(ROOT / "eval" / "baseline.json"))[1] == []


def test_a_rerun_of_the_unchanged_system_passes(seeds_app: App, baseline: Run) -> None:
    """As a whole, and each of twenty draws of a dozen of its questions."""
    again = run(InProcess(seeds_app, Ask("")), read_cases(QUESTIONS)[::4], QUESTIONS)
    assert gate(again, baseline)[1] == []
    for number in range(20):
        drawn = np.random.default_rng(number).permutation(len(again.results))[:12]
        part = replace(again, results=tuple(again.results[i] for i in sorted(drawn)))
        assert gate(part, baseline)[1] == []
