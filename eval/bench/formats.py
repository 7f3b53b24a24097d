"""How files in the wild are read: what fails and why, how much text, how long.

    python -m eval.bench.formats PATH…

Every file below the paths whose format is known is read in the sandbox, with the usual
limits.
"""

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.errors import LoadError
from index.load.files import Source
from index.load.reading import Limits
from index.load.registry import format_of
from index.load.sandbox import Sandbox
from index.types import Document

_NAMES = re.compile(r"^\S+|\d[\d,.]*|\(.*")


@dataclass(slots=True)
class _Row:
    """What was measured of one format."""

    files: int = 0
    read: int = 0
    documents: int = 0
    characters: int = 0
    pages: int = 0
    seconds: list[float] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Print a Markdown table, a row a file extension, and the reasons of failures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--per-format", type=int, default=0, help="at most so many files each; 0 for all")
    arguments = parser.parse_args()
    rows = measure(list(_files(arguments.paths, arguments.per_format)))
    print(
        "| Format | Files | Read | Failed | Documents | Characters | Pages | Median s | p95 s | Languages |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, row in sorted(rows.items()):
        median, high = np.percentile(row.seconds, [50, 95])
        languages = ", ".join(f"{code} {count}" for code, count in row.languages.most_common(4))
        print(
            f"| {name} | {row.files} | {row.read} | {row.files - row.read} | {row.documents:,} "
            f"| {row.characters:,} | {row.pages:,} | {median:.3f} | {high:.2f} | {languages} |"
        )
    for name, row in sorted(rows.items()):
        for reason, count in row.reasons.most_common():
            print(f"\n- {name}, {count}: {reason}", end="")
    print()


def measure(files: Sequence[Path]) -> dict[str, _Row]:
    """Read each file and add it to the row of its extension."""
    rows: dict[str, _Row] = defaultdict(_Row)
    with Sandbox(Limits()) as sandbox:
        for path in files:
            row = rows[_extension(path)]
            row.files += 1
            started = time.perf_counter()
            try:
                loaded = sandbox.read(Source(path, path.name, {}))
            except LoadError as error:
                row.reasons[_NAMES.sub("…", error.message)] += 1
                continue
            finally:
                row.seconds.append(time.perf_counter() - started)
            row.read += 1
            for document in loaded:
                if isinstance(document, Document):
                    row.documents += 1
                    row.characters += len(document.text)
                    row.pages += len(document.pages)
                    row.languages[str(document.metadata.get("language", "?"))] += 1
                else:
                    row.reasons["inside: " + _NAMES.sub("…", document.reason)] += 1
    return rows


def _extension(path: Path) -> str:
    return ".tar.gz" if path.name.lower().endswith(".tar.gz") else path.suffix.lower()


def _files(paths: Sequence[Path], most: int) -> Iterator[Path]:
    taken: Counter[str] = Counter()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = _extension(file)
            if (
                file.is_file()
                and not file.is_symlink()
                and format_of(file.name)
                and not (most and taken[name] >= most)
            ):
                taken[name] += 1
                yield file


if __name__ == "__main__":
    main()
