"""Questions with passages to read, cut and chosen as the product cuts and chooses them.

    python -m eval.training.passages --out passages.jsonl squad:PATH:16000 nq:PATH policyqa:PATH:1500

A line is one question against one passage of a document: the passage's text, what it stands
under, its sentences, the span that answers and the sentences that the span lies in. An
answerable question comes once with its own passage, and every third time also with the
passage nearest by TF-IDF that does not contain an accepted answer; every other time it is
also made to ask about something else (``swaps``), named in the passages around or in another
sentence of its own. A question that its set calls unanswerable comes with the nearest passage.
``policyqa`` asks the same of every website, so what is nearest elsewhere usually answers too: it gives
no negatives.

Documents are split four to one into training and held-out by a hash of their id. Two in three of those
to train on are cut into passages of about half the product's size, which teach as much in half the time.
The product reads the best sentence a second time with only those beside it (``read_closer``): so is
one in three passages to train on, and each held-out one once more, as a set of its own.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from tokenizers import Tokenizer

from eval.training.collections import READERS, Collection
from eval.training.evidence import is_held_out, sample
from eval.training.swaps import swapped
from eval.types import Case
from index.chunk import ChunkerConfig, CountTokens, SentenceChunker
from index.embed.resolve import DEFAULT_MODEL, resolve_model
from index.text.analysis import terms
from index.text.blocks import infer_headings
from index.types import Chunk, Document, Json, Sentence, sha256_hex
from service.answering.reading.rerank import beside

SEED = 3
NEAREST = 6
BATCH = 256
SHORT_TOKENS = 100
CLOSER = 1 / 3
EVERYTHING = 1_000_000
Row: TypeAlias = dict[str, Json]
Span: TypeAlias = tuple[int, int]


def main() -> None:
    """Write the rows of the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("sets", nargs="+", help=f"KIND:PATH or KIND:PATH:LIMIT, KIND one of {list(READERS)}")
    arguments = parser.parse_args()
    count = _count_tokens()
    long, short = (SentenceChunker(count, c) for c in (ChunkerConfig(), ChunkerConfig(SHORT_TOKENS)))

    def chunker(document_id: str) -> SentenceChunker:
        shorten = not is_held_out(document_id) and int(sha256_hex("size", document_id)[:8], 16) % 3
        return short if shorten else long

    with arguments.out.open("w", encoding="utf-8") as out:
        for named in arguments.sets:
            kind, path, *limit = named.split(":")
            collection = READERS[kind](Path(path))
            cases = sample(collection, int(*limit) if limit else EVERYTHING)
            rows = list(_rows(collection, cases, chunker, negatives=kind != "policyqa"))
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
            answered = sum(bool(r["gold"]) for r in rows)
            held_out = sum(bool(r["held_out"]) for r in rows)
            print(
                f"{collection.name}: {len(rows)} passages, {answered} answer, {held_out} held out", flush=True
            )


def _count_tokens() -> CountTokens:
    tokenizer = Tokenizer.from_file(str(resolve_model(DEFAULT_MODEL) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def count(texts: Sequence[str]) -> list[int]:
        return [len(e.ids) for e in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    return count


def _rows(
    collection: Collection,
    cases: Sequence[Case],
    chunker: Callable[[str], SentenceChunker],
    *,
    negatives: bool,
) -> Iterator[Row]:
    rng = random.Random(SEED)
    by_document = {
        i: chunker(i).chunk(Document(i, text, {"title": title} if title else {}, infer_headings(text)))
        for i, (title, text) in collection.documents.items()
    }
    chunks = [chunk for several in by_document.values() for chunk in several]

    def shown(question: str, chunk: Chunk, best: Sentence, span: Span | None = None) -> Iterator[Row]:
        closer = beside(chunk, best)
        if is_held_out(chunk.document_id):
            yield _row(collection.name, question, chunk, span)
            yield _row(f"{collection.name}, closer", question, closer, span)
        else:
            yield _row(collection.name, question, closer if rng.random() < CLOSER else chunk, span)

    for case, ranking in _nearest(cases, chunks):
        question = case.question
        if not case.answerable:
            yield from shown(question, ranking[0], _likest(question, ranking[0]))
            continue
        (place, *_) = case.evidence
        span = place.start or 0, place.end or 0
        passages = by_document[place.document_id]
        own = next((c for c in passages if c.start <= span[0] and span[1] <= c.end), None)
        if own is None:
            continue
        best = next(s for s in own.sentences if span[0] < s.end)
        yield from shown(question, own, best, span)
        others = [c for c in ranking if c is not own and not _contains(c, case)][:NEAREST]
        if not negatives or not others:
            continue
        if rng.random() < 1 / 3:
            nearest = rng.choice(others)
            yield from shown(question, nearest, _likest(question, nearest))
        if rng.random() < 1 / 2:
            answering = own.quote(best.start, best.end)
            near = rng.random() < 1 / 2
            about = swapped(
                question,
                f"{own.context} {answering if near else own.text}",
                [own.text] if near else [c.text for c in others],
                rng,
            )
            if about:
                yield from shown(about, own, best)


def _likest(question: str, chunk: Chunk) -> Sentence:
    asked = set(terms(question))
    return max(
        chunk.sentences,
        key=lambda s: len(asked.intersection(terms(chunk.quote(s.start, s.end)))),
    )


def _nearest(cases: Sequence[Case], chunks: Sequence[Chunk]) -> Iterator[tuple[Case, list[Chunk]]]:
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    passages = vectorizer.fit_transform([f"{c.context} {c.text}" for c in chunks])
    for at in range(0, len(cases), BATCH):
        batch = cases[at : at + BATCH]
        scores = (vectorizer.transform([c.question for c in batch]) @ passages.T).toarray()
        for case, row in zip(batch, scores, strict=True):
            best = np.argpartition(-row, min(2 * NEAREST, len(row) - 1))[: 2 * NEAREST]
            yield case, [chunks[i] for i in sorted(best, key=lambda i: -row[i])]


def _contains(chunk: Chunk, case: Case) -> bool:
    return any(a.lower() in chunk.text.lower() for a in case.answers)


def _row(name: str, question: str, chunk: Chunk, span: Span | None) -> Row:
    gold = [i for i, s in enumerate(chunk.sentences) if span and s.start < span[1] and span[0] < s.end]
    return {
        "set": name,
        "question": question,
        "context": chunk.context,
        "text": chunk.text,
        "sentences": [[s.start - chunk.start, s.end - chunk.start] for s in chunk.sentences],
        "span": [span[0] - chunk.start, span[1] - chunk.start] if span else None,
        "gold": list(gold),
        "held_out": is_held_out(chunk.document_id),
    }


if __name__ == "__main__":
    main()
