"""Sentences into passages of bounded size that never cut a sentence that fits."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from index.text import cjk
from index.text.analysis import terms
from index.text.sentences import split_sentences
from index.types import Chunk, Document, Heading, Json, Sentence

_WORD = re.compile(rf" ?(?:[{cjk.CHARACTERS}]|[^\s{cjk.CHARACTERS}]+)")

# A word that a model does not know is one token however long it is, and a script that it does not
# know is such words only. No ordinary sentence has so many characters to a token.
_CHARACTERS_PER_TOKEN = 12

# What a title has before its last words would not fit into a context anyway.
_TITLE_CHARACTERS = 1000

# Between a title and the headings below it, in the context of a passage.
ABOVE = " › "

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class ChunkerConfig:
    """Sizes in tokens of the embedder.

    Attributes:
        max_tokens: No passage is longer, nor has more characters than ordinary text of so many
            tokens. The context (title, headings) is cut so that both fit into what the
            embedder reads.
        min_tokens: A new heading starts a new passage only when the one before has at
            least this size, so that lists of short sections do not become crumbs.
        context_tokens: Most that title and headings may take.
        lead_tokens: Most that the opening sentence may take, which stands in for the title of a
            document that has none: it mostly says whom or what all the rest is about.
    """

    max_tokens: int = 200
    min_tokens: int = 100
    context_tokens: int = 48
    lead_tokens: int = 32

    def describe(self) -> dict[str, Json]:
        """The configuration as the manifest records it."""
        return {"name": "sentence-window", **asdict(self)}


class SentenceChunker:
    """Packs whole sentences, section by section, up to a number of tokens.

    Args:
        count_tokens: Tokens of each text, as the embedder counts them.
        config: Sizes; ``max_tokens + context_tokens`` must fit the embedder's input.
    """

    def __init__(self, count_tokens: CountTokens, config: ChunkerConfig) -> None:
        self._count_tokens = count_tokens
        self._config = config

    def _sizes(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, but as many as its length asks for at the least."""
        counts = self._count_tokens(texts)
        return [max(n, -(-len(t) // _CHARACTERS_PER_TOKEN)) for n, t in zip(counts, texts, strict=True)]

    def chunk(self, document: Document) -> list[Chunk]:
        """Cut a document into passages: ``document.text[c.start:c.end] == c.text``."""
        text = document.text
        sentences = split_sentences(text, document.headings)
        counts = self._sizes([text[s.start : s.end] for s in sentences])
        pieces: list[Sentence] = []
        for sentence, count in zip(sentences, counts, strict=True):
            if count <= self._config.max_tokens:
                pieces.append(sentence)
            else:
                pieces.extend(self._cut(text, sentence, count))
        outline = _Outline(document, self._lead(text, pieces))
        contexts: dict[str, str] = {}
        chunks: list[Chunk] = []
        for run in self._pack(text, pieces):
            start, end = run[0].start, run[-1].end
            context = outline.context(start)
            if context not in contexts:
                contexts[context] = self._fit(context)
            chunks.append(
                Chunk(
                    document_id=document.id,
                    revision=document.revision,
                    start=start,
                    end=end,
                    text=text[start:end],
                    context=contexts[context],
                    sentences=tuple(run),
                )
            )
        return chunks

    def _pack(self, text: str, pieces: Sequence[Sentence]) -> Iterator[list[Sentence]]:
        # What lies between two sentences (marks of lists and quotations) counts with the
        # second one, unless that one opens a passage.
        ends = [0, *(s.end for s in pieces)]
        alone = self._sizes([text[s.start : s.end] for s in pieces])
        joined = self._sizes([text[end : s.end] for end, s in zip(ends, pieces, strict=False)])
        run: list[Sentence] = []
        size = 0
        for sentence, opening, continuing in zip(pieces, alone, joined, strict=True):
            new_section = (
                sentence.kind == "heading" and size >= self._config.min_tokens and run[-1].kind != "heading"
            )
            if run and (new_section or size + continuing > self._config.max_tokens):
                yield run
                run, size = [], 0
            size += continuing if run else opening
            run.append(sentence)
        if run:
            yield run

    def _cut(self, text: str, sentence: Sentence, count: int) -> Iterator[Sentence]:
        """Cut what no passage can hold (a table row, base64 …) at white space if it has any."""
        start = sentence.start
        per_character = count / (sentence.end - sentence.start)
        step = max(1, int(self._config.max_tokens * 0.8 / per_character))
        while start < sentence.end:
            end = min(start + step, sentence.end)
            if end < sentence.end:
                space = max(text.rfind(" ", start + step // 2, end), text.rfind("\n", start + step // 2, end))
                end = space if space > 0 else end
            while end - start > 1 and self._sizes([text[start:end]])[0] > self._config.max_tokens:
                end = start + (end - start) // 2
            trimmed_start = start + len(text[start:end]) - len(text[start:end].lstrip())
            trimmed_end = start + len(text[start:end].rstrip())
            if trimmed_end > trimmed_start:
                yield Sentence(trimmed_start, trimmed_end, sentence.kind)
            start = end

    def _lead(self, text: str, pieces: Sequence[Sentence]) -> Heading | None:
        """The opening sentence, whole words of it from the first on."""
        words = _words(text[pieces[0].start : pieces[0].end]) if pieces else []
        while words and self._sizes(["".join(words)])[0] > self._config.lead_tokens:
            words = words[: -max(1, len(words) // 8)]
        title = "".join(words).strip()
        return Heading(pieces[0].start, pieces[0].end, 1, title) if title else None

    def _fit(self, context: str) -> str:
        """Drop the outermost words first: the nearest heading says most."""
        words = _words(context)
        while words and self._sizes(["".join(words)])[0] > self._config.context_tokens:
            words = words[max(1, len(words) // 8) :]
        return "".join(words).strip()


def _words(text: str) -> list[str]:
    """The words of a text, each but the first with one space before it; CJK characters singly."""
    return _WORD.findall(" ".join(text.split()))


class _Outline:
    """Which title and headings a position stands under, for positions in order.

    Args:
        document: The document.
        lead: Its opening sentence; the heading of all that follows if it has no title, until one of
            level 1 comes.
    """

    def __init__(self, document: Document, lead: Heading | None) -> None:
        self._title = (document.title or "")[-_TITLE_CHARACTERS:]
        opening = [lead] if lead and not self._title else []
        self._headings = deque([*opening, *document.headings])
        self._path: list[Heading] = []
        self._context = self._title

    def context(self, position: int) -> str:
        passed = False
        while self._headings and self._headings[0].start < position:
            heading = self._headings.popleft()
            while self._path and self._path[-1].level >= heading.level:
                self._path.pop()
            self._path.append(heading)
            passed = True
        if passed:
            self._context = self._joined()
        return self._context

    def _joined(self) -> str:
        titles = [t for t in (self._title, *(h.title[-_TITLE_CHARACTERS:] for h in self._path)) if t]
        repeated = titles and any(terms(titles[0]) == terms(title) for title in titles[1:])
        return ABOVE.join(titles[1:] if repeated else titles)
