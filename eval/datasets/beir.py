"""BEIR folders: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/*.tsv``; TREC files in their place."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.types import Case
from index.errors import InvalidInput

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
# As the corpus is called when it is indexed as one file.
_PREFIX = f"{CORPUS}/"


def is_beir(folder: Path) -> bool:
    """Whether a folder is laid out so."""
    return (folder / QUERIES).is_file()


def read_beir(folder: Path, split: str = "test") -> list[Case]:
    """Read queries with their relevance judgements; those that nobody judged are left out.

    The corpus is indexed as the file that it is (``citewise index corpus.jsonl``), so its
    documents are called ``corpus.jsonl/<id>``.

    Args:
        folder: With ``queries.jsonl`` and ``qrels/<split>.tsv`` (BEIR), or ``qrels.txt``
            (TREC: query, 0, document, grade).
        split: Which judgements.

    Raises:
        InvalidInput: A file is missing or has a line that cannot be read; the message names it.
    """
    relevance = _judgements(folder, split)
    queries = dict(_queries(folder / QUERIES))
    unknown = sorted(relevance.keys() - queries.keys())
    if unknown:
        raise InvalidInput(
            f"{folder} judges the query {unknown[0]!r}, which is not in {QUERIES}.", "Mend the folder."
        )
    return [
        Case(query_id, queries[query_id], None, relevance={_PREFIX + d: g for d, g in judged.items()})
        for query_id, judged in relevance.items()
        if any(grade > 0 for grade in judged.values())
    ]


def _queries(path: Path) -> Iterator[tuple[str, str]]:
    # Not by ``splitlines``: JSON may hold U+2028 and its like as they are.
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield str(row["_id"]), str(row["text"])
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput(
                f"{path}:{number} is no query ({type(error).__name__}: {error}).", "Mend the line."
            ) from error


def _judgements(folder: Path, split: str) -> Mapping[str, dict[str, int]]:
    table, trec = folder / "qrels" / f"{split}.tsv", folder / "qrels.txt"
    path = table if table.is_file() else trec
    if not path.is_file():
        raise InvalidInput(f"{folder} has neither qrels/{split}.tsv nor qrels.txt.", "Check the folder.")
    found: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t") if path == table else (line.split() for line in file)
        for number, row in enumerate(rows, start=1):
            if path == table and number == 1 and not row[-1].lstrip("-").isdigit():
                continue
            try:
                query, document, grade = (row[0], row[-2], int(row[-1]))
            except (ValueError, IndexError) as error:
                raise InvalidInput(f"{path}:{number} is no judgement.", "Mend the line.") from error
            found.setdefault(query, {})[document] = grade
    return found
