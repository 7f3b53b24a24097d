"""Questions that weigh things against each other, and what is asked of one of them. Rules of English."""

import re

_MORE_OR_LESS = (
    r"(?:more|less|fewer|larger|bigger|smaller|greater|higher|lower|longer|shorter|taller|older|younger"
    r"|earlier|later|sooner|faster|slower|heavier|lighter|richer|poorer|cheaper|dearer|better|worse"
    r"|further|farther|nearer|closer|wider|narrower|deeper|stronger|weaker|warmer|colder|hotter|newer)"
)
_WEIGHS = re.compile(
    r"\b(?:compar\w+|differ(?:s|ence|ences|ent|ently)?|versus|vs|as \w+ as)\b"
    r"|\b(?!other\b|rather\b)(?:\w+er|more \w+|less \w+) than\b"
    rf"|\b{_MORE_OR_LESS}\b.*\b(?:or|and|than)\b|\b(?:or|and)\b.*\b{_MORE_OR_LESS}\b"
    r"|\b(?:most|least|first|last)\b.*\bor\b",
    re.I,
)

# "Compare the fines of A and B. Which was larger?", of which A is left.
_COMPARE = re.compile(
    r"(?:please )?compare (?:the )?(?P<what>.+?)[.;?]*"
    r"(?P<fact>[.;?]\s+(?-i:Which|Who|Whose|What|Where|When|How|Did|Was|Is)\b.*)?",
    re.I,
)
# "Compare what was said of A and of B", of which a question is left.
_ASKED = re.compile(r"(?:who|what|when|where|why|how)\b", re.I)
_TIMES = re.compile(r"(?:times?|dates?) (?P<joint>when|that|of) (?P<what>.+)", re.I)
_ONE = r",? (?P<name>(?:the )?(?-i:[A-Z])[^,;?]*?)\?*"
_BEFORE, _WHO, _BE = r"(?P<before>.*?)\b", r"(?:who|which(?: [\w-]+){1,4}?)", r"(?P<verb>is|was|were|are)"
_SOONER = r"(?:earlier|later|sooner|first|last)"
# "Who is older, A?", "Who was admitted earlier, A?", "Whose trial began first, A?", "Whose fine was
# larger, A?"
_AGE = re.compile(rf"{_BEFORE}{_WHO} {_BE} (?:older|younger){_ONE}", re.I)
_WHEN_BE = re.compile(rf"{_BEFORE}{_WHO} {_BE} (?P<did>[^,?]{{0,200}}?) ?{_SOONER}{_ONE}", re.I)
_WHEN_DID = re.compile(rf"{_BEFORE}{_WHO} (?P<did>[^,?]{{0,200}}?) {_SOONER}{_ONE}", re.I)
_WHOSE_WHEN = re.compile(
    rf"{_BEFORE}whose (?P<what>[^,?]{{1,200}}?) (?:{_BE}|\w+ed|began|took place) {_SOONER}{_ONE}", re.I
)
_WHOSE = re.compile(
    rf"{_BEFORE}whose (?P<what>[^,?]{{1,200}}?) {_BE} {_MORE_OR_LESS}(?P<rest>[^,?]{{0,200}}){_ONE}", re.I
)
# "Who had a higher fever on Monday, A?"
_WHO_HAD = re.compile(
    rf"{_BEFORE}{_WHO} (?:has|have|had) (?:the |a )?{_MORE_OR_LESS} (?P<what>[^,?]{{1,200}}?){_ONE}", re.I
)
_FACTS = (
    (_WHO_HAD, "{before}what was the {what} of {name}"),
    (_AGE, "{before}how old {verb} {name}"),
    (_WHOSE_WHEN, "{before}when was the {what} of {name}"),
    (_WHEN_BE, "{before}when {verb} {name} {did}"),
    (_WHEN_DID, "{before}when was it that {name} {did}"),
    (_WHOSE, "{before}what {verb} the {what} of {name} {rest}"),
)


def compares(question: str) -> bool:
    """Whether a question weighs things against each other, so that a fact of each belongs side by side.

    It says so ("compare", "the difference between", "older than"), or asks of several things
    which is the more or the most ("Which opened earlier, …").
    """
    return bool(_WEIGHS.search(question))


def of_one(side: str) -> str:
    """A comparison of which one side is left, as the question for that side's fact.

    "Whose fine was larger, Smith's?" has no answer in any text; "What was the fine of Smith?" has.
    What fits no rule stays as it is.
    """
    if match := _COMPARE.fullmatch(side):
        times = _TIMES.fullmatch(match["what"])
        if times:
            return f"When {'were the' if times['joint'].lower() == 'of' else 'was it that'} {times['what']}?"
        if _ASKED.match(match["what"]):
            return f"{match['what'][0].upper()}{match['what'][1:]}?"
        return f"What is the {match['what']}?" if match["fact"] else f"Describe the {match['what']}."
    for pattern, fact in _FACTS:
        if match := pattern.fullmatch(side):
            named = {name: value or "" for name, value in match.groupdict().items()}
            return f"{' '.join(fact.format(**named).split())}?"
    return side
