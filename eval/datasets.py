"""Gold questions from files: the contract's JSONL, and SQuAD's JSON with its texts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from eval.types import Case, GoldEvidence
from index.errors import InvalidInput, PathNotFound
from index.text.canonical import canonical


class _Evidence(BaseModel):
    model_config = ConfigDict(extra="forbid")
    document_id: str
    quote: str | None = None
    start: int | None = None
    end: int | None = None


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: str
    content: str


class _Case(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    question: str
    history: list[_Turn] | None = None
    answers: list[str] | None = None
    answer: str | None = None
    evidence: list[_Evidence] | None = None
    answerable: bool
    tags: list[str] = []


_CASE = TypeAdapter(_Case)


def read_cases(path: Path) -> list[Case]:
    """Read gold questions, one JSON object a line.

    Raises:
        PathNotFound: The file is not there.
        InvalidInput: A line is not a case, or an id is used twice; the message names it.
    """
    if not path.is_file():
        raise PathNotFound(f"The gold file {path} is not there.", "Check the path.")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read as UTF-8 ({error}).", "Save it as UTF-8.") from error
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read = _CASE.validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise InvalidInput(
                f"{path}:{number} is not a gold question ({where}: {first['msg']}).", "Mend the line."
            ) from error
        if read.id in cases:
            raise InvalidInput(
                f"{path}:{number} uses the id {read.id!r} again.", "Give every case its own id."
            )
        cases[read.id] = Case(
            id=read.id,
            question=read.question,
            answerable=read.answerable,
            answers=tuple(read.answers or ()),
            answer=read.answer,
            evidence=tuple(GoldEvidence(**e.model_dump()) for e in read.evidence or ()),
            tags=tuple(read.tags),
        )
    if not cases:
        raise InvalidInput(f"{path} holds no gold questions.", "Add at least one line.")
    return list(cases.values())


def read_squad(path: Path) -> tuple[dict[str, str], list[Case]]:
    """Read a SQuAD 1.1 or 2.0 file.

    Returns:
        Texts by document id, one document an article with its paragraphs joined by blank
        lines, and the cases with the first stated answer's place as evidence.
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
            yield Case(str(qa["id"]), qa["question"], answerable=False)
        elif qa["answers"] and unchanged:
            first = qa["answers"][0]
            start = offset + first["answer_start"]
            place = GoldEvidence(document_id, start=start, end=start + len(first["text"]))
            answers = tuple(dict.fromkeys(a["text"] for a in qa["answers"]))
            yield Case(str(qa["id"]), qa["question"], True, answers, evidence=(place,))
