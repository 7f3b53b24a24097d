"""What is wrong with a file of gold questions."""

from collections.abc import Iterator, Sequence

from eval.gold.duplicates import Questions
from eval.gold.files import CONFIRMED, UNFINISHED, UNRESOLVED
from eval.measures.gold import resolve
from eval.targets.target import Target
from eval.types import Case, Source
from index.protocols import Embedder
from index.text.quotes import like

_SHOWN_QUOTE = 300


def check(cases: Sequence[Case], target: Target, embedder: Embedder) -> Iterator[str]:
    """Yield what is wrong, one sentence each that begins with the case's id.

    That a question is near another one, or that the documents seem to answer a question
    which they should not, may be meant: a case tagged ``confirmed`` is not questioned on it.

    Args:
        cases: The cases.
        target: The index that holds their documents.
        embedder: What compares questions.
    """
    for case, twin in Questions(embedder, cases).twins():
        if twin.equal:
            yield f"{case.id}: asks the same as {twin.case.id}: “{case.question}”"
        elif CONFIRMED not in case.tags:
            yield (
                f"{case.id}: is near {twin.case.id} (cosine {twin.cosine:.2f}): “{case.question}”,"
                f" “{twin.case.question}”. If both are meant, tag it {CONFIRMED}."
            )
    for case in cases:
        yield from (f"{case.id}: {problem}" for problem in _problems(case, target))


def _problems(case: Case, target: Target) -> Iterator[str]:
    for tag in (UNFINISHED, UNRESOLVED):
        if tag in case.tags:
            yield f"is tagged {tag}. Complete it and take the tag away."
    if not case.question.strip():
        yield "has no question."
        return
    yield from _unresolved(case, target)
    if case.answerable:
        if not (case.evidence or case.answers or case.answer):
            yield "is answerable, but states neither an answer nor evidence."
    elif case.evidence or case.answers or case.answer:
        yield "is not answerable, but states an answer or evidence."
    elif CONFIRMED not in case.tags:
        response = target.answer(case)
        if response.answerable:
            yield (
                f"the documents seem to answer it (confidence {response.confidence or 0:.2f}):"
                f" {shown(response.sources[0])}. If they do not, tag it {CONFIRMED}."
            )


def _unresolved(case: Case, target: Target) -> Iterator[str]:
    _, problems = resolve(case, target.text)
    yield from (problem.removeprefix(f"{case.id}: ") for problem in problems)
    for evidence in case.evidence:
        text = target.text(evidence.document_id)
        if text and evidence.quote and evidence.quote not in text:
            for start, end in like(text, evidence.quote)[:1]:
                yield (
                    f"{evidence.document_id} {start}:{end} differs in white space and typography"
                    f" only: “{text[start:end]}”."
                )


def shown(source: Source) -> str:
    """A cited place in one line."""
    quote = " ".join(source.cited_text.split())
    cut = f"{quote[:_SHOWN_QUOTE]}…" if len(quote) > _SHOWN_QUOTE else quote
    return f"“{cut}” · {source.document_id} {source.start}:{source.end}"
