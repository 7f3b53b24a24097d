"""Gold questions from any file or folder that the harness reads."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from eval.datasets.beir import is_beir, read_beir
from eval.datasets.contract import read_cases
from eval.datasets.dragonball import is_dragonball, read_dragonball
from eval.datasets.squad import read_squad
from eval.datasets.table import read_table
from eval.types import Case
from index.errors import InvalidInput, PathNotFound


def read_gold(path: Path) -> list[Case]:
    """Read gold questions: the contract's JSONL, SQuAD's JSON, a CSV, a BEIR or DragonBall folder.

    Raises:
        PathNotFound: It is not there.
        InvalidInput: It is none of these, or a line of it is wrong; the message names it.
    """
    if path.is_dir():
        if is_beir(path):
            return read_beir(path)
        if is_dragonball(path):
            return [_of_file(case) for case in read_dragonball(path)[1]]
        raise InvalidInput(
            f"{path} is no BEIR folder (it has no queries.jsonl) and none of DragonBall.", "Give a gold file."
        )
    if not path.is_file():
        raise PathNotFound(f"The gold file {path} is not there.", "Check the path.")
    match path.suffix.lower():
        case ".csv":
            return read_table(path)
        case ".json":
            return [_of_file(case) for case in _squad(path)[1]]
        case _:
            return read_cases(path)


def write_texts(path: Path, folder: Path) -> int:
    """Write the texts of a SQuAD file or a DragonBall folder as files to index.

    They are called as ``read_gold`` calls them.

    Returns:
        How many.

    Raises:
        PathNotFound: The set is not there.
        InvalidInput: It is none of these.
    """
    if not path.exists():
        raise PathNotFound(f"The set {path} is not there.", "Check the path.")
    if path.is_dir() and not is_dragonball(path):
        raise InvalidInput(f"{path} is no DragonBall folder.", "Give a SQuAD file or such a folder.")
    texts, _ = read_dragonball(path) if path.is_dir() else _squad(path)
    folder.mkdir(parents=True, exist_ok=True)
    for document_id, text in texts.items():
        (folder / _file_name(document_id)).write_text(text, encoding="utf-8")
    return len(texts)


def _squad(path: Path) -> tuple[dict[str, str], list[Case]]:
    try:
        return read_squad(path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{path} is not in SQuAD's format ({type(error).__name__}: {error}).", "Check the file."
        ) from error


def _of_file(case: Case) -> Case:
    evidence = tuple(replace(e, document_id=_file_name(e.document_id)) for e in case.evidence)
    about = _file_name(case.document_id) if case.document_id is not None else None
    return replace(case, evidence=evidence, document_id=about)


def _file_name(document_id: str) -> str:
    return document_id.replace("/", "_") + ".txt"


def sample(cases: list[Case], limit: int | None, seed: int) -> list[Case]:
    """So many cases drawn at random, in their own order; all of them without a limit."""
    if limit is None or limit >= len(cases):
        return cases
    chosen = np.random.default_rng(seed).choice(len(cases), limit, replace=False)
    return [cases[i] for i in sorted(chosen)]
