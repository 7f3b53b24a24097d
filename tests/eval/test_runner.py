from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.datasets.contract import read_cases
from eval.runner import fingerprint, run
from eval.summary import by_tag, summarise
from eval.types import Case, GoldEvidence
from service.types import Ask
from service.wiring import App
from tests.conftest import QUESTIONS


def test_every_case_of_the_seeds_runs_and_every_citation_verifies(seeds_app: App) -> None:
    cases = read_cases(QUESTIONS)
    results = run(seeds_app, cases, Ask(""))
    figures = summarise(results)
    assert [r.case.id for r in results] == [c.id for c in cases]
    assert [r.failure for r in results if r.failure] == []
    assert figures["verified"].value == 1
    assert figures["verified"].n > 40
    assert figures["right"].n == sum(c.answerable for c in cases)
    assert set(by_tag(results)) == {tag for c in cases for tag in c.tags}


def test_the_same_run_gives_the_same_figures(seeds_app: App) -> None:
    cases = read_cases(QUESTIONS)[:12]
    first, second = (summarise(run(seeds_app, cases, Ask(""))) for _ in range(2))
    del first["total_ms_p50"], second["total_ms_p50"]
    assert {k: v for k, v in first.items() if v.n} == {k: v for k, v in second.items() if v.n}


def test_cases_that_cannot_be_run_score_zero_and_are_listed(seeds_app: App) -> None:
    broken = Case("broken", "", True)
    unresolved = replace(
        read_cases(QUESTIONS)[0], id="unresolved", evidence=(GoldEvidence("none.txt", quote="x"),)
    )
    results = run(seeds_app, [broken, unresolved], Ask(""))
    assert [r.right for r in results] == [False, False]
    assert "empty" in (results[0].failure or "")
    assert "none.txt" in (results[1].failure or "")
    assert summarise(results)["right"].value == 0


def test_fingerprint_is_of_gold_and_configuration(seeds_app: App, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("a")
    first = fingerprint(seeds_app, gold, Ask(""))
    gold.write_text("b")
    second = fingerprint(seeds_app, gold, Ask("", top_k=3))
    assert first.gold_sha256 != second.gold_sha256
    assert (first.top_k, second.top_k) == (8, 3)
    assert first.embedder.startswith("all-MiniLM-L6-v2@sha256:")


@pytest.mark.parametrize("answerable", [True, False])
def test_shares_are_over_the_cases_that_they_are_about(seeds_app: App, answerable: bool) -> None:
    cases = [c for c in read_cases(QUESTIONS) if c.answerable is answerable][:3]
    figures = summarise(run(seeds_app, cases, Ask("")))
    assert figures["right" if answerable else "refused"].n == 3
    assert np.isnan(figures["refused" if answerable else "right"].value)
