"""One answered case into scores, an outcome, and why."""

from collections.abc import Mapping, Sequence

from eval.measures.citations import CitationScore, evidence_recall, score_citations
from eval.measures.gold import Place, by_document, resolve
from eval.measures.reference import facts_found, rouge_l
from eval.measures.retrieval import CUTOFFS, retrieval_scores
from eval.measures.short import contains_answer, exact_match, f1
from eval.targets.target import Target
from eval.types import MULTI_DOCUMENT, Case, Outcome, Passage, Quote, Response, Result

_AROUND = 200


def score(case: Case, response: Response | None, passages: Sequence[Passage], target: Target) -> Result:
    """Score what a system answered and retrieved.

    Args:
        case: The gold case.
        response: The answer; None for a case that is only searched for.
        passages: What was retrieved, best first.
        target: Where texts are looked up, and what cannot be measured.
    """
    places, problems = _resolved(case, target)
    if problems:
        return failed(case, " ".join(problems), target.unmeasured, response)
    relevance = case.relevance or dict.fromkeys(by_document(places), 1)
    scores: dict[str, float] = {}
    if "retrieval" not in target.unmeasured:
        if relevance:
            scores |= retrieval_scores(passages, relevance)
        if places:
            scores |= {f"evidence_recall@{k}": evidence_recall(passages, places, k) for k in CUTOFFS}
    if response is None or case.answerable is None:
        return Result(case, "searched", scores, (), None, _quotes(places, target))
    cited = score_citations(response.sources, places, target.text, needs_all=MULTI_DOCUMENT in case.tags)
    outcome, why = _outcome(case, response, cited, places)
    scores |= _answer_scores(case, response, cited, outcome, places, target.unmeasured)
    shown = [Place(s.document_id, s.start, s.end) for s in response.sources]
    return Result(
        case, outcome, scores, why, response, _quotes(places, target), _quotes(shown, target, response)
    )


def failed(case: Case, why: str, unmeasured: Mapping[str, str], response: Response | None = None) -> Result:
    """A case that could not be run or whose gold does not resolve: zero wherever a score applies."""
    scores: dict[str, float] = {}
    if "retrieval" not in unmeasured and (case.evidence or case.relevance):
        scores |= retrieval_scores([], case.relevance or {"": 1})
    if "retrieval" not in unmeasured and case.evidence:
        scores |= {f"evidence_recall@{k}": 0.0 for k in CUTOFFS}
    if case.answerable:
        scores |= {"right": 0.0} | ({"exact_match": 0.0, "f1": 0.0} if case.answers else {})
        scores |= {"rouge_l": 0.0, "facts": 0.0} if case.answer else {}
        if "citations" not in unmeasured and case.evidence:
            scores |= {"citation_precision": 0.0, "citation_recall": 0.0}
    if "abstention" not in unmeasured and case.answerable is not None:
        # Worst for every figure: silent where it should answer, certain where it should not.
        scores |= {"answered": float(not case.answerable), "confidence": float(not case.answerable)}
        scores |= {} if case.answerable else {"refused": 0.0}
    return Result(case, "failed", scores, (why,), response, failure=why)


def _resolved(case: Case, target: Target) -> tuple[list[Place], list[str]]:
    # Where no citation can be measured, the gold places are of no use.
    return ([], []) if "citations" in target.unmeasured else resolve(case, target.text)


def _outcome(
    case: Case, response: Response, cited: CitationScore, places: Sequence[Place]
) -> tuple[Outcome, tuple[str, ...]]:
    if not case.answerable:
        if response.answerable is None:
            return "invented", ("The documents do not answer this; whether it refused is not known.",)
        if response.answerable:
            return "invented", ("The documents do not answer this, and it answered.",)
        return "refused", ("Refused, as it should.",)
    if response.answerable is False:
        return "missed", (f"Refused ({response.abstention}), although the documents answer it.",)
    why = []
    worded = not case.answers or contains_answer(response.text, case.answers)
    if not worded:
        why.append("No accepted answer occurs in the answer.")
    placed = cited.hit or not places or response.citations is None
    if not placed:
        need = " in every document that is needed" if MULTI_DOCUMENT in case.tags else ""
        why.append(f"No citation is at a gold place{need}.")
    if worded and placed:
        return "right", (
            "It holds an accepted answer and cites a gold place."
            if places
            else "It holds an accepted answer.",
        )
    return "wrong", tuple(why)


def _answer_scores(
    case: Case,
    response: Response,
    cited: CitationScore,
    outcome: Outcome,
    places: Sequence[Place],
    unmeasured: Mapping[str, str],
) -> dict[str, float]:
    scores = {"seconds": response.seconds}
    answered = response.answerable is not False
    if case.answerable:
        scores["right"] = float(outcome == "right")
        if case.answers:
            given = response.short_answer or response.text if answered else ""
            scores |= {"exact_match": exact_match(given, case.answers), "f1": f1(given, case.answers)}
        if case.answer:
            scores["rouge_l"] = rouge_l(response.text, case.answer) if answered else 0.0
            found = facts_found(response.text if answered else "", case.answer)
            scores |= {} if found is None else {"facts": found}
        if places:
            scores["citation_recall"] = cited.recall
            if answered:
                scores["citation_precision"] = cited.precision
    elif "abstention" not in unmeasured:
        scores["refused"] = float(outcome == "refused")
    if response.sources:
        scores["verified"] = cited.verified
    if response.citations is not None and answered:
        scores["sentences"] = float(len(response.citations))
    if "abstention" not in unmeasured:
        scores["answered"] = float(answered)
        if response.confidence is not None:
            scores["confidence"] = response.confidence
    return scores | {f"ms_{stage}": ms for stage, ms in response.timings_ms.items()}


def _quotes(places: Sequence[Place], target: Target, response: Response | None = None) -> tuple[Quote, ...]:
    revisions = [s.revision for s in response.sources] if response else [None] * len(places)
    quotes = []
    for place, revision in zip(places, revisions, strict=True):
        text = target.text(place.document_id, revision)
        if text is not None:
            quotes.append(
                Quote(
                    place.document_id,
                    place.start,
                    place.end,
                    text[max(0, place.start - _AROUND) : place.start],
                    text[place.start : place.end],
                    text[place.end : place.end + _AROUND],
                )
            )
    return tuple(quotes)
