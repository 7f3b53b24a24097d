"""A sentence that announces a list is completed with the list, so that it answers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.index import View
from index.text.blocks import split_blocks
from index.types import Sentence
from service.answering.evidence import Evidence
from service.answering.language.spans import announces

# A longer list is shown as far as whole items fit.
MAX_CHARACTERS, MAX_STEPS = 2400, 1200
_HEAD = re.compile(r"[:：]\s|\s[–—-]\s|\.\s")
_AROUND = "*_`.,;:：，；。 "


def completed(view: View, evidence: Evidence, *, steps: bool = False) -> Evidence:
    """Extend evidence that announces a list over the items that follow it in the text.

    Args:
        view: The collection at one version.
        evidence: A sentence; one that announces nothing is returned as it is.
        steps: All of a list is wanted, as of the steps in which something is done: an item is extended over
            the list that it is in.
    """
    is_step = steps and evidence.sentence.kind == "item"
    if not (is_step or announces(evidence.text)):
        return evidence
    document = evidence.hit.document
    text = view.store.text(view.collection, document.id, evidence.hit.chunk.revision)
    chunks = view.store.document_chunks(view.collection, document.id)
    known = {s.start: s for e in chunks for s in e.chunk.sentences}
    sentences = [known[start] for start in sorted(known)]
    at = sentences.index(evidence.sentence)
    first = list_start(text, sentences, at) if is_step else at
    start, end = sentences[first].start, list_end(text, sentences[first], sentences[first + 1 :])
    # A list that is too long to be shown as far as this, or at all for the sake of one step.
    if end < evidence.sentence.end or (is_step and end - start > MAX_STEPS):
        return evidence
    return replace(evidence, sentence=replace(evidence.sentence, start=start, end=end), text=text[start:end])


def in_short(text: str) -> str:
    """The items of a list, with its lead or without, side by side; empty if there are none.

    What introduces an item's explanation ends it: of "Trade: more of it." the word "Trade" is left.
    """
    items = [text[block.start : block.end] for block in split_blocks(text, ()) if block.kind == "item"]
    heads = [_HEAD.split(" ".join(item.split()))[0].strip(_AROUND) for item in items]
    return ("; " if any("," in head for head in heads) else ", ").join(filter(None, heads))


def list_start(text: str, sentences: Sequence[Sentence], at: int) -> int:
    """Where the list begins that an item is in: its first item, or the sentence that announces it."""
    first = at
    while first:
        before = first - 1
        # An item may go on in sentences of its own paragraph.
        while before and sentences[before].kind == "prose" and _is_beside(text, sentences, before - 1):
            before -= 1
        if sentences[before].kind != "item":
            break
        first = before
    lead = first - 1
    return lead if first and announces(text[sentences[lead].start : sentences[lead].end]) else first


def _is_beside(text: str, sentences: Sequence[Sentence], at: int) -> bool:
    return "\n\n" not in text[sentences[at].end : sentences[at + 1].start]


def list_end(text: str, lead: Sentence, following: Sequence[Sentence]) -> int:
    """Where the list that ``lead`` announces ends, or is the first item of; ``lead.end`` if there is none.

    Items follow each other, each with the unmarked sentences of its own paragraph; so may the lead have some.
    """
    end = lead.end
    last = lead.end
    in_list = lead.kind == "item"
    for sentence in following:
        continues = sentence.kind == "prose" and "\n\n" not in text[last : sentence.start]
        if sentence.kind != "item" and not continues:
            break
        if sentence.end - lead.start > MAX_CHARACTERS:
            break
        in_list = in_list or sentence.kind == "item"
        last = sentence.end
        end = last if in_list else end
    return end
