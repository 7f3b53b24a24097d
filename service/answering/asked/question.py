"""What a question asks for, by rules of the English language alone.

A question in another language has kind ``other`` and is answered by its terms.
"""

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, TypeAlias

from index.text.analysis import Token, distinctive, tokenize
from service.answering.asked.sought import Sought, sought

Kind: TypeAlias = Literal[
    "when", "who", "where", "how_many", "why", "how", "yes_no", "which", "what", "summary", "other"
]

_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        "when",
        r"when|(?:(?:in|on|at|by|since|until|from|during) )?(?:what|which) (?:\w+ )?"
        r"(?:year|date|day|month|time|decade|century)s?",
    ),
    (
        "how_many",
        r"how (?:many|much|long|often|old|far|large|big|tall|high|fast)"
        r"|what (?:(?:is|was|are|were) the (?:\w+ )?)?(?:number|amount|percentage|share|proportion)",
    ),
    (
        "who",
        r"(?:\w+ )?who(?:m|se)?|what (?:person|people)"
        r"|which (?:person|people|minister|president|official|author|leader)s?",
    ),
    (
        "where",
        r"where|(?:(?:in|at|from|to) )?(?:what|which) "
        r"(?:city|country|place|town|state|province|region|capital|location|venue)",
    ),
    (
        "why",
        r"why|what (?:is|was|were|are) the (?:\w+ )?(?:reason|cause|purpose|motive|goal|aim)s?"
        r"|for what (?:reason|purpose)|how come",
    ),
    ("how", r"how"),
    ("summary", r"(?:summari[sz]e|describe|outline|discuss|explain)"),
    ("which", r"(?:\w+ )?which"),
    ("what", r"(?:\w+ )?what"),
    (
        "yes_no",
        r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might",
    ),
)
_REQUEST = re.compile(dict(_KINDS)["summary"], re.I)
_OPENINGS = [(kind, re.compile(rf"(?:{pattern})\b", re.I)) for kind, pattern in _KINDS]
_INSIDE = [(kind, re.compile(rf"\b(?:{pattern})\b", re.I)) for kind, pattern in _KINDS[:5]]
# "According to the report for 2019, what …": what is asked begins after the comma.
_MAIN_CLAUSE = re.compile(
    r"[,;:.]\s+(?:and |but |then )?(?=(?:(?:in|on|at|by|to|from|for|with|of) )?"
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should"
    r"|list|name|enumerate|summari[sz]e|describe|outline|discuss|explain)\b)",
    re.I,
)
_LIST_WORDS = re.compile(r"^(?:list|name|enumerate)\b|\bwhat all\b|\bwhich ones\b", re.I)
_SEVERAL = re.compile(
    r"(?:which|what(?: are| were)?|the|some|all|main|key|two|three|four|five|six|seven|eight|nine|ten|\d+)"
    r"(?: (?!of\b|is\b|was\b|does\b|has\b|did\b|do\b)[\w'’-]+){0,3}?"
    r" (?!does|is|was|has|this|its|us\b)[\w-]{2,}(?<!s)s\b",
    re.I,
)
_STEPS = re.compile(
    r"how (?:can|could|do|must|should|would) (?:i|we|you|one|people|users?)\b|how to\b"
    r"|(?:what|which) (?:are the )?steps\b",
    re.I,
)
# "How many key agreements …": what is counted. The first plural, since what follows may be a verb.
_COUNTED = re.compile(r"\b(?:how many|number of)\s+(.*)", re.I)
_PLURAL = re.compile(r"(?:[\w'’-]+[^s\W]s|people|men|women|children)", re.I)
_SEVERAL_KINDS = frozenset({"which", "what", "other", "who", "where"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    Attributes:
        kind: The kind of answer.
        wants_list: Several things are asked for.
        wants_steps: It is asked how to do something.
        surfaces: The words that carry its subject, as they were asked.
        terms: Their distinct terms, in order.
        distinctive: Those of them that single out one thing: names, numbers, ordinals.
        counted: The term of the things whose number is asked for; None if none is, or it cannot be told.
        sought: The thing whose value is asked for.
    """

    kind: Kind
    wants_list: bool
    wants_steps: bool
    surfaces: tuple[Token, ...]
    terms: tuple[str, ...]
    distinctive: frozenset[str]
    counted: str | None
    sought: Sought


def understand(question: str) -> Asked:
    """Read a question."""
    stripped = question.strip()
    main = _main_clause(stripped)
    kind: Kind = next((k for k, pattern in _OPENINGS if pattern.match(main)), "other")
    if kind in ("other", "yes_no"):
        inside = next((k for k, pattern in _INSIDE if pattern.search(main)), None)
        kind = inside if inside and kind == "other" else kind
    tokens = list(tokenize(stripped))
    # "Summarize" is what to do and not what about.
    request = kind == "summary"
    content = [
        t for t in tokens if not (t.is_function_word or (request and _REQUEST.fullmatch(t.surface)))
    ] or tokens
    several = kind in _SEVERAL_KINDS and bool(_SEVERAL.search(_head(main)))
    return Asked(
        kind=kind,
        wants_list=bool(_LIST_WORDS.search(main)) or several,
        wants_steps=bool(_STEPS.match(main)),
        surfaces=tuple(content),
        terms=tuple(dict.fromkeys(t.term for t in content)),
        distinctive=frozenset(t.term for t in distinctive(stripped)),
        counted=_counted(main),
        sought=sought(main),
    )


def _main_clause(question: str) -> str:
    """The clause that asks, without what stands before it to say of what."""
    if any(pattern.match(question) for _, pattern in _OPENINGS):
        return question
    found = _MAIN_CLAUSE.search(question)
    return question[found.end() :] if found else question


def _counted(question: str) -> str | None:
    found = _COUNTED.search(question)
    phrase = takewhile(lambda t: not t.is_function_word, tokenize(found[1])) if found else ()
    return next((t.term for t in phrase if _PLURAL.fullmatch(t.surface)), None)


def _head(question: str) -> str:
    """The words around the question word, where the thing asked for is named."""
    return " ".join(question.split()[:7])
