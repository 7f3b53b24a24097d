"""What a question is about without a name: "the mill in Orrin", the subject of "Tell me about …"."""

import re

from index.text.analysis import tokenize
from service.conversation.names import names
from service.conversation.words import ABBREVIATED, PERSON_NOUNS

# What ends with one letter or an abbreviation has a full stop that ends no sentence. Behind the
# place that is looked back from, every alternative has to be of one length.
_BY_LENGTH = ["[A-Z]", *("|".join(w for w in ABBREVIATED if len(w) == n) for n in (2, 3, 4))]
_SHORTENED = "|".join(rf"(?<=\b(?:{words}))" for words in _BY_LENGTH)
_NOT_SHORTENED = "".join(rf"(?<!\b(?:{words}))" for words in _BY_LENGTH)
_SUBJECT = re.compile(
    r"(?:(?:can|could|would) you |please )?"
    r"(?:(?:tell (?:me|us)|talk|know|learn)(?: more| something| anything)? (?:of|about)"
    r"|who (?:is|was|are|were)|what (?:is|are)) "
    r"(?P<name>(?!(?:the|a|an|his|her|its|their|this|that|these|those)\b)"
    rf"(?:[^,.;:?!()]|(?:{_SHORTENED})\.|\.(?=\w)){{2,60}}?)"
    rf"(?=\s*(?:[,;:?!(]|{_NOT_SHORTENED}\.(?:\s|$)|$))",
    re.I,
)
_THE = re.compile(r"\bthe\s+", re.I)
_AUXILIARY = re.compile(
    r"(?P<copula>\b(?:what|who)\s+(?:is|are|was|were)\s+$)"
    r"|\bwhich\s+of\s+$"
    # Also where the noun is only what the one asked about is of: "does the roof of the mill leak".
    r"|\b(?:(?P<be>is|are|was|were)|do|does|did|has|have|had|will|can|could|would|should)(?:n['’]t)?\s+"
    r"(?:the\s+(?:[\w'’-]+\s+){1,3}?(?:of|in|at|on|for|from)\s+){0,3}$",
    re.I,
)
_WHICH = re.compile(r"\s+(?:(?P<of>of)|(?P<stands>in|at|on|between|for)|to)\s+(?:the\s+)?")
_VERB = re.compile(r"\s+(?!yesterday|today|then|now|again)[a-z]+\s*\??")
_POSSESSIVE = re.compile(r"['’]s?\s")
_MOST_WORDS, _FRONT = 4, 80
# "The second one" is what somebody else has named.
_ONE = frozenset("one ones other others same".split())


def subject(question: str) -> re.Match[str] | None:
    """What a question asks to be told about, as the group ``name``, be it in capitals or not."""
    match = _SUBJECT.match(question)
    # Who writes capitals writes them in names: "Who was absent?" asks of nobody.
    nobody = match and match.group()[:3] == "Who" and match["name"].islower()
    # "Ann Lund's hobbies" are asked of Ann Lund.
    owned = match and _POSSESSIVE.search(match["name"])
    # "What is planned on Mill Lane?" asks of no name.
    opening = match["name"].split()[0] if match else ""
    done = opening.islower() and opening.endswith("ed")
    return None if nobody or owned or done else match


def phrases(question: str) -> list[str]:
    """Nouns with "the", and with the name behind them that says which: "the mill in Orrin".

    Nouns for people are left out, and so is the verb that may follow a noun.
    """
    ends = dict(names(question))
    found = []
    for the in _THE.finditer(question):
        start = the.end()
        auxiliary = _AUXILIARY.search(question[max(0, the.start() - _FRONT) : the.start()])
        words: list[tuple[str, int]] = []
        for token in tokenize(question[start : start + 80]):
            gap = question[words[-1][1] if words else start : start + token.start]
            if token.is_function_word or gap.strip() or len(words) == _MOST_WORDS:
                break
            words.append((token.surface, start + token.end))
        which = _WHICH.match(question, words[-1][1]) if words else None
        # A verb stands behind what says which: "the bridge in Orrin cost".
        stands = which and which["stands"] and ends.get(which.end())
        told = (which and which["of"]) or (stands and _VERB.fullmatch(question, stands))
        # "When are the guided tours?" has its verb already.
        verb = words and (not auxiliary or not auxiliary["be"] or not words[-1][0].endswith("s"))
        if auxiliary and not auxiliary["copula"] and len(words) > 1 and not told and verb:
            words.pop()  # "Did the mill close in May?"
            which = None
        if not words or words[-1][0][0].isupper() or words[-1][0].lower() in PERSON_NOUNS:
            continue
        if not _ONE.isdisjoint(word.lower() for word, _ in words):
            continue
        end = words[-1][1]
        if which and which.end() in ends:
            end = ends[which.end()]
        found.append(question[the.start() : end].removesuffix("'s").removesuffix("’s"))
    return [phrase[0].lower() + phrase[1:] for phrase in found]
