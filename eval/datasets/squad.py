"""SQuAD 1.1 and 2.0."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.types import Case, GoldEvidence
from index.text.canonical import canonical


def read_squad(path: Path) -> tuple[dict[str, str], list[Case]]:
    """Read a SQuAD 1.1 or 2.0 file.

    Returns:
        Texts by document id, one document an article with its paragraphs joined by blank
        lines, and the cases, each with the article that it is about, and with the first stated
        answer's place as evidence. Where the stated offset does not hold the answer, its first
        occurrence is meant.
    """
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    texts: dict[str, str] = {}
    cases: list[Case] = []
    for number, article in enumerate(articles):
        document_id = f"{number:04}_{article.get('title', 'article')}"
        text = ""
        for paragraph in article["paragraphs"]:
            context = canonical(paragraph["context"])
            offset = len(text)
            text += context + "\n\n"
            cases.extend(
                _squad_cases(paragraph, document_id, offset, unchanged=context == paragraph["context"])
            )
        texts[document_id] = text
    return texts, cases


def _squad_cases(
    paragraph: dict[str, Any], document_id: str, offset: int, *, unchanged: bool
) -> Iterator[Case]:
    for qa in paragraph["qas"]:
        if qa.get("is_impossible", False):
            yield Case(str(qa["id"]), qa["question"], answerable=False, document_id=document_id)
        elif qa["answers"] and unchanged:
            first = qa["answers"][0]
            start = first["answer_start"]
            if not paragraph["context"].startswith(first["text"], start):
                start = paragraph["context"].find(first["text"])
            if start < 0:
                continue
            place = GoldEvidence(document_id, start=offset + start, end=offset + start + len(first["text"]))
            answers = tuple(dict.fromkeys(a["text"] for a in qa["answers"]))
            yield Case(
                str(qa["id"]), qa["question"], True, answers, evidence=(place,), document_id=document_id
            )
