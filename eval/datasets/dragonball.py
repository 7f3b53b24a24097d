"""DragonBall, the English part of RAGEval: reports, judgments and records with questions of many kinds.

Source: Zhu et al. (2024), "RAGEval: Scenario Specific RAG Evaluation Dataset Generation Framework".
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.types import MULTI_DOCUMENT, Case, GoldEvidence
from index.errors import InvalidInput
from index.text.canonical import canonical

DOCUMENTS, QUERIES = "dragonball_docs.jsonl", "dragonball_en_queries.jsonl"
UNANSWERABLE = "unanswerable"
# Tags by type; a multi-document question needs a place in every document that is named.
_TAGS: Mapping[str, tuple[str, ...]] = {
    "Factual Question": ("factual",),
    "Multi-hop Reasoning Question": ("multi-hop",),
    "Summarization Question": ("summarization",),
    "Multi-document Comparison Question": ("multi-document-comparison", MULTI_DOCUMENT),
    "Multi-document Information Integration Question": ("multi-document-information", MULTI_DOCUMENT),
    "Multi-document Time Sequence Question": ("multi-document-time", MULTI_DOCUMENT),
    "Unanswerable Question": (UNANSWERABLE,),
    # About what such texts never tell; the former lack what others of their kind do tell.
    "Irrelevant Unsolvable Question": (UNANSWERABLE, "irrelevant"),
}


def is_dragonball(folder: Path) -> bool:
    """Whether a folder is laid out so."""
    return (folder / DOCUMENTS).is_file()


def read_dragonball(folder: Path) -> tuple[dict[str, str], list[Case]]:
    """Read the English documents and the questions about them.

    A question's references are the sentences that its answer rests on. Questions of which
    one is not verbatim in a document that they name are left out, since its place is not known.

    Args:
        folder: With ``dragonball_docs.jsonl`` and ``dragonball_en_queries.jsonl``.

    Returns:
        Canonical texts by document id, and the cases with each reference as a quote in every
        one of their documents that holds it.

    Raises:
        InvalidInput: A file is missing or has a line that cannot be read; the message names it.
    """
    texts = {
        str(row["doc_id"]): canonical(row["content"])
        for row in _rows(folder / DOCUMENTS, {"doc_id", "content", "language"})
        if row["language"] == "en"
    }
    needed = {"id", "type", "question", "answer", "references", "doc_ids"}
    cases = (_case(row, texts) for row in _rows(folder / QUERIES, needed))
    return texts, [case for case in cases if case is not None]


def _case(row: Mapping[str, Any], texts: Mapping[str, str]) -> Case | None:
    tags = _TAGS.get(row["type"])
    if tags is None:
        raise InvalidInput(f"Question {row['id']} has the unknown type {row['type']!r}.", "Mend the line.")
    documents = [str(named) for named in row["doc_ids"]]
    about = documents[0] if len(documents) == 1 else None
    if UNANSWERABLE in tags:
        return Case(str(row["id"]), row["question"], False, tags=tags, document_id=about)
    quotes = [canonical(reference) for reference in row["references"]]
    places = [[d for d in documents if quote in texts.get(d, "")] for quote in quotes]
    if not quotes or not all(places):
        return None
    evidence = tuple(
        GoldEvidence(document, quote)
        for quote, holders in zip(quotes, places, strict=True)
        for document in holders
    )
    return Case(
        str(row["id"]),
        row["question"],
        True,
        answer=row["answer"],
        evidence=evidence,
        tags=tags,
        document_id=about,
    )


def _rows(path: Path, needed: set[str]) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise InvalidInput(f"{path.parent} has no {path.name}.", "Check the folder.")
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            missing = sorted(needed - row.keys())
        except (ValueError, AttributeError) as error:
            raise InvalidInput(f"{path}:{number} is no JSON object ({error}).", "Mend the line.") from error
        if missing:
            raise InvalidInput(f"{path}:{number} has no {', '.join(missing)}.", "Mend the line.")
        yield row
