"""What an index must hold, in dictionaries: the oracle that the real one is compared with.

Every operation is a sequence of steps, each of which happens wholly or not at all. An index
whose writer was killed has to equal the model after some number of its steps.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import methodcaller
from pathlib import Path
from typing import Any, TypeAlias

from index.types import Document

Operation: TypeAlias = Mapping[str, Any]
Load: TypeAlias = Callable[[str, str, Mapping[str, Any]], Document]


@dataclass(frozen=True, slots=True)
class Current:
    """A document as it is, and the version that it got then."""

    document: Document
    version: int


@dataclass(frozen=True, slots=True)
class Former:
    """A revision: its text, None when that is gone, and the version that it got then."""

    text: str | None
    version: int


@dataclass(frozen=True, slots=True)
class File:
    """What the ledger knows of a file."""

    text: str
    metadata: Mapping[str, Any]
    documents: Mapping[str, int]


@dataclass(slots=True)
class State:
    """Everything that an index holds, by collection and id."""

    version: int = 0
    collections: dict[str, dict[str, Current]] = field(default_factory=dict)
    revisions: dict[tuple[str, str], dict[str, Former]] = field(default_factory=dict)
    files: dict[tuple[str, str], File] = field(default_factory=dict)

    def copy(self) -> "State":
        """The same, apart; the values inside are never changed."""
        return State(
            self.version,
            {name: dict(documents) for name, documents in self.collections.items()},
            {key: dict(revisions) for key, revisions in self.revisions.items()},
            dict(self.files),
        )

    def deleted(self) -> list[tuple[str, str]]:
        """Documents that were there once."""
        return [(c, i) for c, i in self.revisions if i not in self.collections.get(c, {})]

    def record(self, key: tuple[str, str], file: File) -> None:
        """Remember what a file held."""
        self.files[key] = file

    def drop(self, key: tuple[str, str]) -> None:
        """Forget what a file held; its documents stay."""
        del self.files[key]

    def put(self, collection: str, document: Document) -> int:
        """Create or replace a document; returns the version that it has then."""
        documents = self.collections.setdefault(collection, {})
        there = documents.get(document.id)
        if there and _content(there.document) == _content(document):
            return there.version
        self.version += 1
        documents[document.id] = Current(document, self.version)
        known = self.revisions.setdefault((collection, document.id), {})
        known[document.revision] = Former(document.text, self.version)
        return self.version

    def delete(self, collection: str, document_id: str) -> None:
        """Delete a document with all revisions."""
        self.version += 1
        del self.collections[collection][document_id]
        self._forget(collection, document_id)

    def delete_collection(self, collection: str) -> None:
        """Delete a collection with all that is in it."""
        for document_id in self.collections.pop(collection):
            self.version += 1
            self._forget(collection, document_id)
        self.files = {key: file for key, file in self.files.items() if key[0] != collection}

    def rebuild(self) -> None:
        """Give every document its next version, also where it stands with its file."""
        renumbered = {}
        for collection, documents in sorted(self.collections.items()):
            for document_id, current in sorted(documents.items()):
                self.version += 1
                renumbered[current.version] = self.version
                documents[document_id] = Current(current.document, self.version)
                self.revisions[collection, document_id][current.document.revision] = Former(
                    current.document.text, self.version
                )
        for key, file in self.files.items():
            versions = {d: renumbered.get(v, v) for d, v in file.documents.items()}
            self.files[key] = File(file.text, file.metadata, versions)

    def expire(self) -> None:
        """Drop the texts of all revisions that were replaced."""
        for (collection, document_id), known in self.revisions.items():
            there = self.collections.get(collection, {}).get(document_id)
            for revision, former in known.items():
                if there is None or revision != there.document.revision:
                    known[revision] = Former(None, former.version)

    def _forget(self, collection: str, document_id: str) -> None:
        known = self.revisions[collection, document_id]
        self.revisions[collection, document_id] = {r: Former(None, f.version) for r, f in known.items()}


@dataclass(slots=True)
class Model:
    """An index and the backups of it."""

    load: Load
    state: State = field(default_factory=State)
    backups: dict[str, State] = field(default_factory=dict)

    def copy(self) -> "Model":
        """The same, apart."""
        return Model(self.load, self.state.copy(), copy.copy(self.backups))

    def apply(self, operation: Operation) -> None:
        """Do the whole of an operation."""
        for state in self.steps(operation):
            self.state = state
        if operation["do"] == "backup":
            self.backups[operation["file"]] = self.state.copy()

    def steps(self, operation: Operation) -> list[State]:
        """The states that an operation passes through; the last is its end, none if it changes nothing."""
        if operation["do"] == "add":
            return self._add(operation)
        state = self.state.copy()
        match operation["do"]:
            case "put":
                document = Document(operation["id"], operation["text"], operation["metadata"])
                state.put(operation["collection"], document)
            case "delete":
                state.delete(operation["collection"], operation["id"])
            case "delete collection":
                state.delete_collection(operation["collection"])
            case "rebuild":
                state.rebuild()
            case "purge":
                state.expire()
            case "restore":
                state = self.backups[operation["file"]].copy()
            case _:
                return []
        return [state]

    def _add(self, operation: Operation) -> list[State]:
        collection, folder = operation["collection"], operation["folder"]
        steps: list[State] = []
        state = self.state
        present: set[str] = set()

        def step(change: Callable[[State], object]) -> None:
            nonlocal state
            state = state.copy()
            change(state)
            steps.append(state)

        for name, (text, metadata) in sorted(operation["files"].items()):
            key = (collection, str(Path(folder, name)))
            document = self.load(name, text, metadata)
            present.add(document.id)
            known = state.files.get(key)
            unchanged = known and (known.text, known.metadata) == (text, metadata)
            if known and unchanged and _all_current(state, collection, known.documents):
                continue
            step(methodcaller("put", collection, document))
            version = state.collections[collection][document.id].version
            file = File(text, metadata, {document.id: version})
            step(methodcaller("record", key, file))
        gone = [
            key
            for key in sorted(state.files)
            if key[0] == collection and Path(key[1]).name not in operation["files"]
        ]
        if operation["prune"]:
            vanished = {d: v for key in gone for d, v in state.files[key].documents.items()}
            for document_id, version in vanished.items():
                if document_id not in present and _all_current(state, collection, {document_id: version}):
                    step(methodcaller("delete", collection, document_id))
            for key in gone:
                step(methodcaller("drop", key))
        return steps


def _content(document: Document) -> tuple[object, ...]:
    metadata = json.dumps(dict(document.metadata), sort_keys=True)
    return document.text, document.headings, document.pages, metadata


def _all_current(state: State, collection: str, documents: Mapping[str, int]) -> bool:
    there = state.collections.get(collection, {})
    return all(d in there and there[d].version == v for d, v in documents.items())
