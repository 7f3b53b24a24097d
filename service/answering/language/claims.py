"""How a sentence puts what it says: plainly, denied, or with a reserve. Rules of English."""

from collections.abc import Iterator

from index.text.analysis import Token, tokenize

_NEGATIONS = frozenset("no not never none neither nor without cannot hardly barely scarcely nowhere".split())
_CONTRACTED = ("n't", "n’t", "nʼt")
# Words after which a sentence no longer says that a thing is so: it may be, is meant to be, is
# so only in part or under a condition, or somebody says it.
_RESERVES = frozenset(
    """
    may might could would should ought can will shall must
    if unless except until only whether provided otherwise
    planned plans plan planning expected expects expect proposed proposes propose proposal
    intended intends intend intends scheduled due aims aim aimed hopes hope hoped wants want wanted
    seeks seek sought tries try tried attempts attempt attempted considers consider considered
    reportedly allegedly supposedly apparently presumably possibly perhaps probably maybe likely
    unlikely arguably seemingly potentially purportedly rumoured rumored alleged supposed
    claims claim claimed says say said tells told according believes believe believed thinks think
    thought suggests suggest suggested seems seem seemed appears appear appeared estimates estimate
    estimated predicts predict predicted forecast forecasts assumes assume assumed
    denies deny denied doubts doubt doubted disputes dispute disputed refuses refuse refused fails
    fail failed rejects reject rejected false untrue
    almost nearly partly partially rarely seldom sometimes mostly largely formerly previously some
    """.split()
)


def asks(text: str) -> bool:
    """Whether a sentence asks, so that it says nothing."""
    return text.rstrip("\"'”’»)*_ ").endswith(("?", "？"))


def negates(token: Token) -> bool:
    """Whether a word denies what it stands with, contracted ones ("wasn't") included."""
    surface = token.surface.lower()
    return surface in _NEGATIONS or surface.endswith(_CONTRACTED)


def affirmed(token: Token) -> str:
    """A word in lower case without the "not" that is contracted with it ("wasn't" → "was")."""
    word = token.surface.lower()
    for ending in _CONTRACTED:
        word = word.removesuffix(ending)
    return {"ca": "can", "wo": "will", "sha": "shall", "cannot": "can"}.get(word, word)


def negations(text: str) -> Iterator[Token]:
    """The words of ``text`` that deny, in order."""
    return (token for token in tokenize(text) if negates(token))


def reserves(text: str) -> frozenset[str]:
    """The words of ``text``, in lower case, that keep it from saying that a thing is so."""
    # "May 1921" and "Will" are a month and a man, unless they open the text.
    words = (t.surface.lower() for i, t in enumerate(tokenize(text)) if i == 0 or t.surface[0].islower())
    return frozenset(words) & _RESERVES
