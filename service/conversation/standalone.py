"""What a follow-up question means, worded so that it stands alone. Pure functions."""

import re
from collections.abc import Sequence

from index.text import cjk
from index.text.analysis import content_terms, tokenize
from service.conversation import chinese
from service.conversation.antecedents import Antecedents, Tells
from service.conversation.courtesies import reply, without
from service.conversation.ellipsis import completed
from service.conversation.names import names
from service.conversation.occasions import Occasion
from service.conversation.phrases import phrases, subject
from service.conversation.references import behind, in_full, referred, specified
from service.conversation.turns import said
from service.types import MAX_QUESTION, Turn

# Of a long conversation, how it opened and what was said last.
_OPENING, _LATEST = 2, 16
_WHO = re.compile(r"(?:and\s+|so\s+|but\s+)?who(?:m|se)?\b", re.I)
# Who did something, and not to whom somebody did.
_WHO_ACTED = re.compile(
    r"(?:and\s+|so\s+|but\s+)?who\s+(?:(?:is|was)\s+the\b"
    r"|(?!(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b)\w)",
    re.I,
)
# "What is a comet?" asks what a word means, whatever the talk is about.
_DEFINES = re.compile(
    r"(?:what|who)(?:['’]s|\s+(?:is|are|does|do))\s+(?:meant\s+by\s+)?(?:an?\s+)?"
    r"(?!(?:the|this|that|these|those|some|other|his|her|their|its|your|one|an?)\b)"
    r"[\w\"“”'’-]+(?:\s+[\w\"“”'’-]+){0,3}?(?:\s+mean)?\s*\?*",
    re.I,
)
_TELLS = re.compile(
    r"\b(?:anything|something|else|interesting|tell|know|learn|information|fact|facts|aspects?|article|details?)\b",
    re.I,
)
_SUMS_UP = re.compile(
    r"(?:(?:can|could|would) you\s+)?(?:please\s+)?(?:summari[sz]e|sum up)\s+(?:that|this|it)"
    r"(?:\s+(?:please|for me))*",
    re.I,
)
_SHORT = 6
# A question of more content words says by itself what it is about.
_MOST_TERMS = 3
_HAPPENED = re.compile(r"\bhappen(?!.*\b(?:with|to)\b)", re.I)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the conversation filled in.

    A question that stands alone, or for which the conversation has nothing, comes back as it is,
    and so does one that would grow longer than a question may be.

    Args:
        question: As it was asked.
        history: The turns before it, oldest first.
    """
    if len(question) > MAX_QUESTION or not question.strip():
        return question
    turns = list(history)
    if len(turns) > _OPENING + _LATEST:
        turns = [*turns[:_OPENING], *turns[-_LATEST:]]
    talk = _Talk()
    for turn in turns:
        talk.hear(said(turn), asked=turn.role == "user")
    meant = talk.meant(question)
    return meant if len(meant) <= MAX_QUESTION else question


class _Talk:
    """A conversation so far, in which every question is understood by what came before it."""

    def __init__(self) -> None:
        self._antecedents = Antecedents()
        self._occasion = Occasion()
        self._asked: list[str] = []
        self._answer = ""
        self._courteous = self._completed = False

    def hear(self, text: str, *, asked: bool) -> None:
        """Take in a turn; a courtesy and what was said to it are none."""
        if asked:
            self._courteous = reply(text) is not None
        if self._courteous:
            return
        fragment, tells = text, self._tells(asked=asked)
        if asked:
            fragment, text = without(text), without(self.meant(text))
            # What was only put in front of the question before would pile up with the next fragment.
            in_front = text.startswith(fragment.strip(" ?.!…") + ": ")
            self._asked.append(self._previous if in_front else text)
            tells = "instead" if self._completed else ""
        else:
            self._answer = text
        self._occasion.hear(text, asked=asked)
        if asked and phrases(fragment) and text.startswith(fragment.rstrip(" ?.!…")):
            text = fragment  # what it asks of is nearer than the topic that was added
        self._antecedents.hear(text, asked=asked, tells=tells)

    def _tells(self, *, asked: bool) -> Tells:
        """What an answer has to do with the question before it."""
        if asked or not _WHO.match(self._previous) or subject(self._previous):
            return ""
        return "who" if _WHO_ACTED.match(self._previous) else "whom"

    def meant(self, question: str) -> str:
        """The question as it stands alone."""
        self._completed = False
        if not question.strip() or reply(question):
            return question
        if self._asked:
            question = without(question)
        if cjk.prevails(question):
            return chinese.rewritten(question, self._previous, self._asked)
        named = referred(question, self._antecedents, self._occasion)
        whole = completed(named, self._previous, self._answer)
        if whole is not None:
            self._completed = True
            return whole
        named = specified(in_full(named, self._antecedents), self._antecedents, self._occasion)
        return self._with_topic(named) if named == question else named

    @property
    def _previous(self) -> str:
        return self._asked[-1] if self._asked else ""

    def _with_topic(self, question: str) -> str:
        """A question that names nothing, with what the conversation is about."""
        topic = self._antecedents.best("topic", throughout=bool(_TELLS.search(question)))
        if topic and _SUMS_UP.fullmatch(question.strip(" ?.!")):
            return f"Summarise {topic.worded}."
        if not topic or _leaves_nothing_out(question) or self._antecedents.named_in(question, topic):
            return question
        if _HAPPENED.search(question) and len(question.split()) <= _SHORT:
            return behind(question, f"with {topic.worded}")
        return behind(question, f"about {topic.worded}" if _TELLS.search(question) else f"({topic.name})")


def _leaves_nothing_out(question: str) -> bool:
    """Whether it names something, asks what a word means, or is no sentence but words to search for."""
    named = any(start or " " in question[start:end] for start, end in names(question))
    quotes = any(mark in question for mark in '“"')
    says_much = len(content_terms(question)) > _MOST_TERMS
    searches = not any(token.is_function_word for token in tokenize(question))
    return named or quotes or says_much or searches or bool(_DEFINES.fullmatch(question.strip()))
