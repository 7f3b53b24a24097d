"""Gold questions through a target, one result a case; a failed case is a result too."""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from eval.measures.retrieval import CUTOFFS
from eval.runs import Run, fingerprint
from eval.scoring import failed, score
from eval.targets.target import Target
from eval.types import Case, Result

log = logging.getLogger(__name__)


def run(target: Target, cases: Iterable[Case], gold: Path) -> Run:
    """Ask every case, one after the other, so that times mean something.

    Args:
        target: What to ask.
        cases: The gold questions.
        gold: Where they are from, for the fingerprint.
    """
    known = fingerprint(gold, target.describe())  # first: what is not there is known at once
    when, started = datetime.now(UTC), time.perf_counter()
    results = tuple(_run_case(target, case) for case in cases)
    seconds = time.perf_counter() - started
    return Run(
        known,
        dict(target.unmeasured),
        results,
        seconds,
        when.isoformat(timespec="seconds"),
    )


def _run_case(target: Target, case: Case) -> Result:
    try:
        response = None if case.answerable is None else target.answer(case)
        passages = [] if "retrieval" in target.unmeasured else target.search(case, max(CUTOFFS))
        return score(case, response, passages, target)
    except Exception as error:
        log.debug("case %s failed", case.id, exc_info=error)
        return failed(case, f"{type(error).__name__}: {error}", target.unmeasured)
