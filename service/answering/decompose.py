"""A question that asks two things into the questions that it asks, by rules of English."""

import re

_WH = r"(?:who|whom|whose|what|when|where|which|why|how)"
_SECOND_CLAUSE = re.compile(
    r"(?:,|;)?\s+(?:and|or|but)\s+"
    rf"(?=(?:(?:in|at|on|by|to|from|for|with)\s+)?{_WH}\b)|;\s+|\?\s+(?=\w)",
    re.I,
)
_ORDINAL_WORD = r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_ORDINAL = rf"(?:the )?(?:{_ORDINAL_WORD}|\d+(?:st|nd|rd|th)|(?:1[0-9]|20)\d\d)"
_ORDINALS = re.compile(
    rf"(?<!between )(?<!from )\b(?:both )?(?P<one>{_ORDINAL}) and (?P<two>{_ORDINAL})\b", re.I
)
_NAME = r"(?:the )?(?:(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+)*)"
_NAMES = re.compile(
    rf"\b(?:both |between )?(?P<one>{_NAME}(?: \w+)?)"
    r" (?:and|or|versus|vs\.?|than(?: (?:in|at|for))?|with) (?:(?:in|at|for|with) )?"
    rf"(?P<two>{_NAME})",
    re.I,
)
_COMPARES = re.compile(r"\b(?:both|compar\w+|differ\w*|versus|vs|respectively|in common)\b", re.I)
_MOST_PARTS = 3
_LEAST_WORDS = 3


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question asks; itself alone if it asks one.

    Two clauses with a question word each ("Who opened it and when was it closed?"), two
    ordinals or years ("the fourth and the fifth meeting"), and, in a question that
    compares, two names ("both in Rome and Paris") are asked for one by one. A question of
    more than three parts is left whole.
    """
    clauses = [c.strip(" ?") for c in _SECOND_CLAUSE.split(question.strip()) if c.strip(" ?")]
    if 1 < len(clauses) <= _MOST_PARTS and all(len(c.split()) >= _LEAST_WORDS for c in clauses):
        return tuple(f"{c}?" for c in clauses)
    patterns = [_ORDINALS, _NAMES] if _COMPARES.search(question) else [_ORDINALS]
    for pattern in patterns:
        match = pattern.search(question)
        if match:
            before, after = question[: match.start()], question[match.end() :]
            return tuple(f"{before}{match[name]}{after}" for name in ("one", "two"))
    return (question,)
