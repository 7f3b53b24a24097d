"""Gold sets as a bench names them: KIND:PATH, what to draw of them, and how they are indexed.

dragonball:FOLDER, squad:FILE and gold:FOLDER:QUESTIONS (files of any kind, and the contract's
gold questions about them), each with ``:N`` for a sample of N questions behind it; squad
also with ``:Ndocs`` for the questions about N of its articles, and these alone.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets.contract import read_cases
from eval.datasets.dragonball import read_dragonball
from eval.datasets.gold import sample
from eval.sweep.indexes import Fill, of_files, prepare
from eval.training.collections import Collection, drawn, squad
from eval.training.evidence import is_held_out
from eval.types import Case
from index.errors import InvalidInput
from index.load.files import find_sources
from service.settings import Settings, load_settings
from service.wiring import App

SEED = 1


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Questions, and the documents that are searched for answers.

    Attributes:
        name: Of the set, its collection and its files.
        gold: Where the questions are from.
        fill: Puts the documents into an index.
    """

    name: str
    gold: Path
    cases: list[Case]
    fill: Fill

    def prepared(self, root: Path, chunk_tokens: int | None = None) -> Settings:
        """Index what is not indexed yet; the settings with which to open it.

        Args:
            root: The data directory.
            chunk_tokens: Most tokens of a passage; without it, as the settings say.
        """
        settings = load_settings(data_dir=root, collection=self.name, chunk_tokens=chunk_tokens)
        prepare(settings, root, self.fill, tell)
        return settings


def tell(text: str) -> None:
    """Say how it goes on, beside the tables."""
    print(text, file=sys.stderr, flush=True)


def read_sets(named: Sequence[str], *, held_out: bool = False) -> list[GoldSet]:
    """The sets of a command line; one whose files are not there is skipped, with a word on it.

    Args:
        named: As the module says.
        held_out: Of SQuAD sets only the questions about articles that training never sees;
            all articles are indexed.

    Raises:
        InvalidInput: It is not so named, or a file cannot be read.
    """
    found = (_read(one, held_out=held_out) for one in named)
    return [gold_set for gold_set in found if gold_set]


def _read(named: str, *, held_out: bool) -> GoldSet | None:
    kind, *rest = named.split(":")
    paths = [Path(part) for part in rest[: 2 if kind == "gold" else 1]]
    sizes = rest[len(paths) :]
    missing = [path for path in paths if not path.exists()]
    if missing:
        tell(f"Skipped {kind}: there is no {missing[0]}.")
        return None
    articles = next((int(size.removesuffix("docs")) for size in sizes if size.endswith("docs")), None)
    limit = next((int(size) for size in sizes if size.isdecimal()), None)
    match kind, paths:
        case "dragonball", [folder]:
            found = _of_collection(folder, _dragonball(folder))
        case "squad", [file]:
            collection = squad(file)
            found = _of_collection(file, drawn(collection, articles) if articles else collection)
            if held_out:
                kept = [c for c in found.cases if c.document_id and is_held_out(c.document_id)]
                found = replace(found, cases=kept)
        case "gold", [folder, questions]:
            sources = list(find_sources([folder]))
            found = GoldSet(folder.name, questions, read_cases(questions), of_files(sources, tell))
        case _:
            raise InvalidInput(
                f"{named!r} names no set.", "Name dragonball:, squad: or gold:FOLDER:QUESTIONS."
            )
    return replace(found, cases=sample(found.cases, limit, SEED))


def _dragonball(folder: Path) -> Collection:
    texts, cases = read_dragonball(folder)
    return Collection("dragonball", {i: ("", text) for i, text in texts.items()}, cases)


def _of_collection(gold: Path, collection: Collection) -> GoldSet:
    def fill(app: App) -> set[str]:
        for document in collection.to_index():
            app.builder.put(collection.name, document)
        return set(collection.documents)

    return GoldSet(collection.name, gold, collection.cases, fill)
