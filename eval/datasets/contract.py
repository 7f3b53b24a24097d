"""The contract's gold questions: JSONL, one case a line."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from eval.types import Case, GoldEvidence
from index.errors import InvalidInput, PathNotFound
from service.types import Turn


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
    cases: list[Case] = []
    for found in each_line(path):
        if isinstance(found, InvalidInput):
            raise found
        cases.append(found)
    if not cases:
        raise InvalidInput(f"{path} holds no gold questions.", "Add at least one line.")
    return cases


def each_line(path: Path) -> Iterator[Case | InvalidInput]:
    """The case of each line that is not empty, or what is wrong with the line.

    Raises:
        PathNotFound: The file is not there.
        InvalidInput: It is not UTF-8.
    """
    if not path.is_file():
        raise PathNotFound(f"The gold file {path} is not there.", "Check the path.")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read as UTF-8 ({error}).", "Save it as UTF-8.") from error
    ids: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read = _CASE.validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            yield InvalidInput(
                f"{path}:{number} is not a gold question ({where}: {first['msg']}).", "Mend the line."
            )
            continue
        if read.id in ids:
            yield InvalidInput(
                f"{path}:{number} uses the id {read.id!r} again.", "Give every case its own id."
            )
            continue
        ids.add(read.id)
        yield _case(read)


def _case(read: _Case) -> Case:
    return Case(
        id=read.id,
        question=read.question,
        answerable=read.answerable,
        answers=tuple(read.answers or ()),
        answer=read.answer,
        evidence=tuple(GoldEvidence(**e.model_dump()) for e in read.evidence or ()),
        tags=tuple(read.tags),
        history=tuple(Turn(t.role, t.content) for t in read.history or ()),
    )
