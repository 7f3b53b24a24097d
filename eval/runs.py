"""Runs: all results with what they are of, and their file."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from platform import machine, processor, python_version, system
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.types import Result
from index.errors import InvalidInput, PathNotFound
from index.types import Json, sha256_hex

FORMAT = 1
_RESULTS = TypeAdapter(list[Result])


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that became of a gold set.

    Attributes:
        fingerprint: What the run was of: equal ones give equal figures but for times.
        unmeasured: What could not be measured, with the reason.
        seconds: How long it took.
        started: When, in ISO 8601; None in a file that does not say.
    """

    fingerprint: Mapping[str, Json]
    unmeasured: Mapping[str, str]
    results: tuple[Result, ...]
    seconds: float
    started: str | None = None


def fingerprint(gold: Path, target: Mapping[str, Json]) -> dict[str, Json]:
    """The gold's digest, what was asked, and the code and machine that asked."""
    return {
        "gold": gold.name,
        "gold_sha256": digest(gold),
        **target,
        "citewise": version("citewise"),
        "machine": f"{machine()} {processor()} {system()} Python {python_version()}",
    }


def documents_digest(documents: Iterable[tuple[str, str, Mapping[str, Json]]]) -> str:
    """A digest of what is asked about (ids, revisions, metadata): a version alone does not name it."""
    return sha256_hex(
        *(
            part
            for name, revision, known in documents
            for part in (name, revision, json.dumps(dict(known), sort_keys=True))
        )
    )


def digest(gold: Path) -> str:
    """SHA-256 of a gold file, or of all files of a gold folder with their names."""
    whole = hashlib.sha256()
    for path in [gold] if gold.is_file() else sorted(p for p in gold.rglob("*") if p.is_file()):
        whole.update(str(path.relative_to(gold)).encode() + b"\0" if gold.is_dir() else b"")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def save_run(run: Run, path: Path) -> None:
    """Write a run as JSON; a former file is replaced at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run_json(run), ensure_ascii=False, indent=1) + "\n"
    if path.exists() and not path.is_file():  # a pipe, or /dev/null
        path.write_text(text, encoding="utf-8")
        return
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def run_json(run: Run) -> dict[str, Any]:
    """A run as JSON values."""
    return {"format": FORMAT, **asdict(run)}


def load_run(path: Path) -> Run:
    """Read what ``save_run`` wrote.

    Raises:
        PathNotFound: There is no such file.
        InvalidInput: It is not a run, or of another format.
    """
    if not path.is_file():
        raise PathNotFound(f"There is no run {path}.", "Make one: citewise eval run GOLD --out FILE.")
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            raise InvalidInput(
                f"{path} is a run of format {body['format']}; this version reads {FORMAT}.", "Run it again."
            )
        results = tuple(_RESULTS.validate_python(body["results"]))
        return Run(body["fingerprint"], body["unmeasured"], results, body["seconds"], body.get("started"))
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise InvalidInput(
            f"{path} is no run ({type(error).__name__}: {error}).",
            "Make one: citewise eval run GOLD --out FILE.",
        ) from error
