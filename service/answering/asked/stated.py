"""Whether a line of a form or a row of a table states what a question asks for."""

from index.text.analysis import content_terms
from index.text.fields import fields
from service.answering.asked.question import Asked
from service.answering.language.spans import answers_kind


def stated(text: str, asked: Asked, above: str) -> tuple[int, int] | None:
    """The value that a line or row states under the very label that is asked for.

    The label consists of words for the thing whose value is asked for. A row is one of many under the same
    labels, so what it is a row of has to stand in it: every name that is not above it, and a term of the
    question at least.

    Args:
        text: The line or row.
        asked: What the question asks for.
        above: What the line stands under.

    Returns:
        The range of the value in the text; None if none is stated.
    """
    within = fields(text)
    matching = [f for f in within if f.terms <= asked.sought.terms and f.terms & asked.sought.telling]
    if not matching:
        return None
    # Of two that are asked for, the more exact: "Arrival time" rather than "Time".
    field = max(matching, key=lambda f: len(f.terms))
    if asked.kind == "when" and not answers_kind(asked.kind, text[slice(*field.value)]):
        return None
    if field.of_row:
        here = set(content_terms(" ".join(text[slice(*f.value)] for f in within if f is not field)))
        known = here.union(content_terms(above), field.terms)
        if here.isdisjoint(asked.terms) or not asked.distinctive <= known:
            return None
    return field.value
