"""A few kills, so that the harness itself stays sound; `make crash` is the real one."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from index.points import Point
from index.types import Document
from service.wiring import App
from tests.crash.compare import Comparison, Wrong, differs, loaded
from tests.crash.driver import perform
from tests.crash.harness import Driver, History, Tally
from tests.crash.model import Model
from tests.crash.plan import plan

_POINTS = (
    Point.PUT_DOCUMENT_WRITTEN,
    Point.FILE_RECORDED,
    Point.VECTORS_BEFORE_RENAME,
    Point.BACKUP_BEFORE_RENAME,
    Point.RESTORE_COMMITTED,
    Point.ERASE_VACUUMED,
)


def test_an_index_survives_a_few_kills(tmp_path: Path) -> None:
    tally = Tally()
    driver = Driver(tmp_path / "driver.log")
    try:
        history = History(driver, Comparison(), tmp_path.resolve(), 7, tally)
        for point in _POINTS:
            history.kill_at(point)
        while tally.kills < 10:
            history.kill_at_a_moment()
    finally:
        driver.close()
    assert tally.kills == 10
    assert tally.acknowledged > 10
    assert (tmp_path / "driver.log").read_text() == ""


def test_the_comparison_notices_what_is_not_as_the_model_says(tmp_path: Path) -> None:
    comparison, model = Comparison(), Model(loaded)
    document = Document("a", "The comet returned in 1910.", {"year": 1910})
    with comparison.open(tmp_path / "data") as builder:
        builder.put("default", document)
        store = builder.index.store
        assert differs(store, model.state) is not None
        model.apply({"do": "put", "collection": "default", "id": "a", "text": document.text, "metadata": {}})
        assert "metadata" in str(differs(store, model.state))
        model = Model(loaded)
        model.state.put("default", document)
        comparison.require(builder.index, model.state)
        vectors = builder.index.read("default", lambda view: view.vectors)
        vectors._documents[0] = "b"
        with pytest.raises(Wrong, match="verify"):
            comparison.require(builder.index, model.state)


def test_files_and_a_rebuild_end_as_the_model_says(tmp_path: Path, app: App) -> None:
    folder, model = tmp_path.resolve() / "folder", Model(loaded)
    folder.mkdir()
    files: Mapping[str, tuple[str, dict[str, object]]] = {
        "a.txt": ("The comet returned.", {}),
        "b.md": ("# Pears\n\nThe orchard bore pears.", {}),
    }
    add = {"do": "add", "collection": "default", "folder": str(folder), "files": files, "prune": False}
    other = {"do": "put", "collection": "default", "id": "b.md", "text": "Of another origin.", "metadata": {}}
    for name, (text, _) in files.items():
        (folder / name).write_text(text)
    for operation in (add, other, {"do": "rebuild"}, {**add, "files": {}, "prune": True}):
        if operation.get("prune"):
            shutil.rmtree(folder)
            folder.mkdir()
        perform(app, operation)
        model.apply(operation)
        assert differs(app.index.store, model.state) is None
    assert model.state.collections["default"].keys() == {"b.md"}


def test_a_plan_follows_from_its_seed() -> None:
    first, second = (plan(Random(3), Model(loaded), "/folder", "/backups", 30) for _ in range(2))
    assert first == second
    assert {operation["do"] for operation in first} >= {"put", "delete", "add"}
