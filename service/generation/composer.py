"""Answers that a generator words; each sentence is checked before anybody sees it."""

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from threading import Event as Flag

from index.errors import CitationBroken, GeneratorFailed, ModelUnavailable
from index.store.sqlite import SqliteStore
from index.types import Hit
from service.answering.composing.cite import check
from service.asking import tell
from service.generation.ground import Embed, Withheld, ground
from service.generation.marked import Marked, Sentences
from service.generation.prompt import Prompt, prompt
from service.generation.protocol import Generator
from service.types import Answer, Ask, Citation, Delta, Event, Source

log = logging.getLogger(__name__)


class GenerativeComposer:
    """Words an answer with a generator. Thread-safe.

    What it writes is passed on sentence by sentence: only those that name passages which support them,
    and whose citations the store confirms at that moment. If none is left, or the generator fails before
    there is one, the extractive answer stands.

    Args:
        generator: Who writes.
        store: What citations are checked against.
        embed: Texts to vectors, as passages were embedded.
    """

    def __init__(self, generator: Generator, store: SqliteStore, embed: Embed) -> None:
        self._generator = generator
        self._store = store
        self._embed = embed

    def compose(
        self, ask: Ask, found: Answer, cancelled: Flag, again: Callable[[], Answer]
    ) -> Iterator[Event]:
        """Tell each sentence and its citation once they are checked, then the whole answer.

        A generator takes its time, so what was found is looked up once more before it is told.
        """
        started = time.perf_counter()
        withheld: Counter[Withheld] = Counter()
        text, citations, complete = "", list[Citation](), True
        try:
            for sentence, sources in self._supported(ask, found, cancelled, withheld):
                start = len(text) + bool(text)
                number = str(len(citations) + 1)
                added = f"{' ' if text else ''}{sentence} [{number}]"
                citations.append(Citation(number, start, start + len(sentence), sentence, sources))
                text += added
                yield Delta(added)
                yield citations[-1]
                if len(citations) == ask.max_sentences:
                    break
        except (GeneratorFailed, ModelUnavailable) as error:
            complete = False
            log.warning("%s %s", error, "The rest is left out." if text else "The extractive answer stands.")
        if withheld:
            reasons = {str(reason): count for reason, count in withheld.items()}
            log.info("Withheld of what %s wrote: %s", self._generator.revision, reasons)
        generating = (time.perf_counter() - started) * 1000
        total = found.timings_ms.get("total", 0.0) + generating
        hits = self._still_there(ask.collection, found)
        if not text and len(hits) < len(found.hits):
            found = again()
            hits = found.hits
        gone = {h.chunk.document_id for h in found.hits}.difference(h.chunk.document_id for h in hits)
        answer = replace(
            found,
            hits=hits,
            conflicts=tuple(
                c for c in found.conflicts if gone.isdisjoint(s.source.document_id for s in c.sides)
            ),
            models={**found.models, "generator": self._generator.revision},
            timings_ms={**found.timings_ms, "generate": generating, "total": total},
            withheld=withheld.total(),
            complete=complete and not cancelled.is_set(),
        )
        if not text:
            yield from tell(answer)
            return
        short = found.short_answer
        kept = short if short and _holds(text, short) else None
        yield replace(answer, text=text, citations=tuple(citations), short_answer=kept, composer="generative")

    def _supported(
        self, ask: Ask, found: Answer, cancelled: Flag, withheld: Counter[Withheld]
    ) -> Iterator[tuple[str, tuple[Source, ...]]]:
        """Each supported sentence with its sources; counts the others in ``withheld``."""
        asked = self._prompt(ask, found)
        if not asked.hits:
            log.warning("No passage fits into the %s tokens of the prompt.", self._generator.budget.prompt)
            return
        for sentence in self._written(asked, cancelled):
            sources = ground(sentence, asked.hits, self._embed)
            if not isinstance(sources, Withheld):
                sources = self._checked(ask.collection, sources)
            if isinstance(sources, Withheld):
                withheld[sources] += 1
            else:
                yield sentence.text, sources

    def _prompt(self, ask: Ask, found: Answer) -> Prompt:
        cited = {(s.document_id, s.revision, s.start) for c in found.citations for s in c.sources}

        def order(hit: Hit) -> tuple[bool, float]:
            chunk = hit.chunk
            quoted = any((chunk.document_id, chunk.revision, s.start) in cited for s in chunk.sentences)
            return not quoted, -found.rerank.get(chunk.id, 0.0)

        return prompt(
            found.standalone_question,
            ask.history,
            sorted(found.hits, key=order),
            ask.max_sentences,
            self._generator.budget.prompt,
            self._generator.count_tokens,
        )

    def _written(self, asked: Prompt, cancelled: Flag) -> Iterator[Marked]:
        sentences = Sentences()
        # Closing it is what ends the request, when enough was said or nobody listens any more.
        with closing(self._generator.stream(asked.messages, cancelled)) as pieces:
            for piece in pieces:
                yield from sentences.feed(piece)
        yield from sentences.end()

    def _still_there(self, collection: str, found: Answer) -> Sequence[Hit]:
        """The passages of which the text has not been deleted."""
        with self._store.snapshot():
            return [
                hit
                for hit in found.hits
                if self._store.quote(
                    *(collection, hit.chunk.document_id, hit.chunk.revision, hit.chunk.start, hit.chunk.end)
                )
                is not None
            ]

    def _checked(self, collection: str, sources: tuple[Source, ...]) -> tuple[Source, ...] | Withheld:
        unchecked = Citation("", 0, 0, "", sources)
        try:
            with self._store.snapshot():
                quote, page = partial(self._store.quote, collection), partial(self._store.page, collection)
                (checked,) = check([unchecked], quote, page)
        except CitationBroken:
            return Withheld.GONE
        return checked.sources


def _holds(text: str, words: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.I))
