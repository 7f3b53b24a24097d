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
MAX_CHARACTERS = 2400
_HEAD = re.compile(r"[:：]\s|\s[–—-]\s|\.\s")
_AROUND = "*_`.,;:：，；。 "


def completed(view: View, evidence: Evidence) -> Evidence:
    """Extend evidence that ends in a colon over the list items that follow it in the text.

    Other evidence is returned as it is.
    """
    if not announces(evidence.text):
        return evidence
    document = evidence.hit.document
    text = view.store.text(view.collection, document.id, evidence.hit.chunk.revision)
    chunks = view.store.document_chunks(view.collection, document.id)
    following = [s for e in chunks for s in e.chunk.sentences if s.start >= evidence.sentence.end]
    end = list_end(text, evidence.sentence, following)
    return replace(
        evidence,
        sentence=replace(evidence.sentence, end=end),
        text=text[evidence.sentence.start : end],
    )


def in_short(text: str) -> str:
    """The items of a list, with its lead or without, side by side; empty if there are none.

    What introduces an item's explanation ends it: of "Trade: more of it." the word "Trade" is left.
    """
    items = [text[block.start : block.end] for block in split_blocks(text, ()) if block.kind == "item"]
    heads = [_HEAD.split(" ".join(item.split()))[0].strip(_AROUND) for item in items]
    return ("; " if any("," in head for head in heads) else ", ").join(filter(None, heads))


def list_end(text: str, lead: Sentence, following: Sequence[Sentence]) -> int:
    """Where the list that ``lead`` announces ends; ``lead.end`` if no list follows.

    Items follow each other, each with the unmarked sentences of its own paragraph.
    """
    end = lead.end
    last = lead.end
    in_list = False
    for sentence in following:
        gap = text[last : sentence.start]
        continues = in_list and sentence.kind == "prose" and "\n\n" not in gap
        if sentence.kind != "item" and not continues:
            break
        if sentence.end - lead.start > MAX_CHARACTERS:
            break
        in_list = True
        end = last = sentence.end
    return end
