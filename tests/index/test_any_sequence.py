"""Any sequence of changes, searches, crashes and reopenings equals a naive model."""

import shutil
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from index.backup import back_up, restore
from index.build import Builder
from index.lock import write_lock
from index.points import Point, on_reach
from index.types import Document
from tests.crash.compare import Comparison, differs, loaded
from tests.crash.model import Model, Operation

_TEXTS = (
    "The comet returned in 1910.",
    "The harbour was dredged.\n\nThe orchard bore pears in 1910.",
    "The violin was tuned. The comet was seen.",
)
_COLLECTIONS = st.sampled_from(["default", "letters"])
_IDS = st.sampled_from(["a", "b", "c"])
_METADATA = st.fixed_dictionaries(
    {}, optional={"year": st.sampled_from([1, 2, True]), "title": st.just("The lantern")}
)
_FILTERS = st.sampled_from([{}, {"year": 1}, {"title": "The lantern", "year": 2}])


class _Crash(BaseException):
    """Stands for the end of the process."""


@cache
def _comparison() -> Comparison:
    return Comparison()


class AnySequence(RuleBasedStateMachine):
    """An index, its model, and what may happen to both."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.backup = str(self.folder / "backup.db")
        self.model = Model(loaded)
        self.opened = ExitStack()

    def teardown(self) -> None:
        on_reach()
        self.opened.close()
        shutil.rmtree(self.folder)

    @initialize()
    def open(self) -> None:
        self.builder: Builder = self.opened.enter_context(_comparison().open(self.folder / "data"))

    @rule()
    def reopen(self) -> None:
        self.opened.close()
        self.open()

    @rule(collection=_COLLECTIONS, document_id=_IDS, text=st.sampled_from(_TEXTS), metadata=_METADATA)
    def put(self, collection: str, document_id: str, text: str, metadata: dict[str, Any]) -> None:
        self._do(
            {"do": "put", "collection": collection, "id": document_id, "text": text, "metadata": metadata}
        )

    @rule(data=st.data(), metadata=_METADATA)
    @precondition(lambda self: any(self.model.state.collections.values()))
    def change_metadata(self, data: st.DataObject, metadata: dict[str, Any]) -> None:
        collection, document = data.draw(st.sampled_from(self._documents()))
        self.put(collection, document.id, document.text, metadata)

    @rule(data=st.data())
    @precondition(lambda self: any(self.model.state.collections.values()))
    def delete(self, data: st.DataObject) -> None:
        collection, document = data.draw(st.sampled_from(self._documents()))
        self._do({"do": "delete", "collection": collection, "id": document.id})

    @rule(data=st.data())
    @precondition(lambda self: self.model.state.collections)
    def delete_collection(self, data: st.DataObject) -> None:
        collection = data.draw(st.sampled_from(sorted(self.model.state.collections)))
        self._do({"do": "delete collection", "collection": collection})

    @rule(kind=st.sampled_from(["save", "purge", "rebuild", "backup"]))
    def keep_house(self, kind: str) -> None:
        self._do({"do": kind, "file": self.backup})

    @rule()
    @precondition(lambda self: self.model.backups)
    def restore(self) -> None:
        self._do({"do": "restore", "file": self.backup})

    @rule(point=st.sampled_from(list(Point)))
    def crash_at(self, point: Point) -> None:
        """The next change that passes this point is the last that the process does."""

        def stop(reached: Point) -> None:
            if reached == point:
                raise _Crash

        on_reach(stop)

    @rule(filters=_FILTERS)
    def search(self, filters: dict[str, Any]) -> None:
        on_reach()
        _comparison().require(self.builder.index, self.model.state, filters)

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "builder"):
            assert differs(self.builder.index.store, self.model.state) is None

    def _documents(self) -> list[tuple[str, Document]]:
        return [
            (collection, current.document)
            for collection, documents in sorted(self.model.state.collections.items())
            for _, current in sorted(documents.items())
        ]

    def _do(self, operation: Operation) -> None:
        try:
            self._perform(operation)
        except _Crash:
            on_reach()
            self.reopen()
            # Wholly or not at all.
            states = [*reversed(self.model.steps(operation)), self.model.state]
            matching = [s for s in states if differs(self.builder.index.store, s) is None]
            assert matching, [differs(self.builder.index.store, s) for s in states]
            self.model.state = matching[0]
            if operation["do"] == "backup" and Path(self.backup).exists():
                known = [s for s in (self.model.state, self.model.backups.get(self.backup)) if s]
                kept = _comparison().require_backup(Path(self.backup), *known)
                self.model.backups[self.backup] = kept.copy()
            _comparison().require(self.builder.index, self.model.state)
        else:
            self.model.apply(operation)

    def _perform(self, operation: Operation) -> None:
        builder = self.builder
        match operation["do"]:
            case "put":
                document = Document(operation["id"], operation["text"], operation["metadata"])
                builder.put(operation["collection"], document)
            case "delete":
                builder.delete(operation["collection"], operation["id"])
            case "delete collection":
                builder.delete_collection(operation["collection"])
            case "save":
                builder.save()
            case "purge":
                builder.expire(0)
                builder.purge()
            case "rebuild":
                builder.rebuild()
            case "backup":
                back_up(builder.index.store, Path(self.backup))
            case "restore":
                with write_lock(builder.index.layout):
                    restore(Path(self.backup), builder.index.layout, replace=True)


AnySequence.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnySequence = AnySequence.TestCase
