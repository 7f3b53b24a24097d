"""The store and its projections together, with the real model."""

import gc
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from index.errors import IndexLocked, IndexMismatch
from index.index import Index, View
from index.layout import Layout, Manifest
from index.load.files import find_sources
from index.types import Chunk, Document, Heading, Page
from index.verify import verify
from service.settings import Settings
from service.wiring import App, open_app
from tests.index.making import TOPICS, put, search


def test_build_is_idempotent(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("The harbour was dredged.")
    (folder / "b.md").write_text("# Pears\n\nThe orchard bore pears.")
    first = app.ingest("default").add(find_sources([folder]))
    again = app.ingest("default").add(find_sources([folder]))
    (folder / "a.txt").write_text("The harbour was closed.")
    third = app.ingest("default").add(find_sources([folder]))
    assert (first.added, again.unchanged, third.changed) == (["a.txt", "b.md"], ["a.txt", "b.md"], ["a.txt"])
    assert first.index_version == again.index_version == 2
    assert verify(app.index) == []


@pytest.mark.parametrize(
    "changed",
    [
        Document("a", "Comets\nThe comet returned.", {"draft": True}),
        Document("a", "Comets\nThe comet returned.", {"draft": 1.0}),
        Document("a", "Comets\nThe comet returned.", {"draft": 1}, (Heading(0, 6, 1, "Comets"),)),
        Document("a", "Comets\nThe comet returned.", {"draft": 1}, (), (Page(0, 26, 1),)),
    ],
)
def test_another_type_or_outline_of_the_same_text_is_a_change(app: App, changed: Document) -> None:
    app.builder.put("default", Document("a", changed.text, {"draft": 1}))
    assert app.builder.put("default", changed).outcome == "changed"
    stored = app.index.store.source("default", "a")
    assert repr(stored) == repr(changed)
    assert app.builder.put("default", changed).outcome == "unchanged"
    assert len(app.index.store.document("default", "a").revisions) == 1
    assert verify(app.index) == []


def test_one_failing_file_does_not_stop_the_others(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"\x00\x01binary")
    (folder / "b.txt").write_text("")
    (folder / "c.txt").write_text("The comet returned.")
    report = app.ingest("default").add(find_sources([folder]))
    assert report.added == ["c.txt"]
    assert "binary" in report.failed["a.txt"]
    assert "no text" in report.failed["b.txt"]


def test_deleted_is_gone_from_every_search(app: App) -> None:
    for i, text in enumerate(TOPICS):
        put(app, f"d{i}", text)
    assert search(app, "comet")[0].document.id == "d2"
    app.builder.delete("default", "d2")
    assert "d2" not in {h.document.id for h in search(app, "comet", k=50)}
    assert verify(app.index) == []


def test_result_does_not_depend_on_how_the_index_came_about(settings: Settings, tmp_path: Path) -> None:
    straight = settings.model_copy(update={"data_dir": tmp_path / "straight"})
    crooked = settings.model_copy(update={"data_dir": tmp_path / "crooked"})
    found = []
    for where, order in ((straight, [0, 1, 2, 3]), (crooked, [3, 0, 2, 1])):
        with open_app(where, create=True) as app:
            if where is crooked:
                put(app, "d0", "Something else entirely stood here.")
                put(app, "gone", "The harbour again.")
                app.builder.delete("default", "gone")
            for i in order:
                put(app, f"d{i}", TOPICS[i])
            found.append(
                [(h.chunk.id, h.score, h.dense, h.lexical) for h in search(app, "the harbour and the comet")]
            )
    assert found[0] == found[1]


def test_a_reader_sees_what_another_process_wrote(app: App, settings: Settings) -> None:
    put(app, "d0", TOPICS[0])
    with open_app(settings) as reader:
        assert [h.document.id for h in search(reader, "comet")] == ["d0"]
        put(app, "d2", TOPICS[2])
        assert search(reader, "comet")[0].document.id == "d2"
        app.builder.delete("default", "d2")
        assert [h.document.id for h in search(reader, "comet")] == ["d0"]


@pytest.mark.parametrize("name", ["vectors.bin", "lexical.db"])
@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_a_damaged_projection_is_made_anew(
    app: App, settings: Settings, name: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    for i, text in enumerate(TOPICS):
        put(app, f"d{i}", text)
    expected = [(h.chunk.id, h.score) for h in search(app, "comet")]
    app.builder.save()
    app.index.close()
    path = Layout(settings.data_dir).projections("default") / name
    data = path.read_bytes()
    if damage == "remove":
        path.unlink()
    else:
        middle = len(data) // 2
        path.write_bytes(
            data[:middle] if damage == "truncate" else data[:20] + bytes([data[20] ^ 255]) * 40 + data[60:]
        )
    with open_app(settings) as again:
        assert [(h.chunk.id, h.score) for h in search(again, "comet")] == expected
        assert verify(again.index) == []
    if damage != "remove":
        assert "rebuilding it from the store" in caplog.text


def test_projections_of_an_older_copy_of_the_database_are_not_used(app: App, settings: Settings) -> None:
    put(app, "d0", TOPICS[0])
    app.index.close()
    database = Layout(settings.data_dir).database
    older = database.read_bytes()
    with open_app(settings) as later:
        put(later, "d2", TOPICS[2])
        assert search(later, "comet")[0].document.id == "d2"
    database.write_bytes(older)
    with open_app(settings) as restored:
        assert [h.document.id for h in search(restored, "comet")] == ["d0"]
        assert verify(restored.index) == []


def test_projections_of_another_database_are_not_used(app: App, settings: Settings) -> None:
    put(app, "d0", TOPICS[0])
    app.index.close()
    Layout(settings.data_dir).database.unlink()
    with open_app(settings, create=True) as again:
        put(again, "d2", TOPICS[2])
        assert [h.document.id for h in search(again, "harbour")] == ["d2"]
        assert verify(again.index) == []


def test_a_lexical_file_damaged_in_use_is_made_anew(app: App, settings: Settings) -> None:
    for i in range(200):
        put(app, f"d{i}", f"{TOPICS[i % 4]} Number {i}.")
    app.builder.save()
    app.index.close()
    path = Layout(settings.data_dir).projections("default") / "lexical.db"
    data = bytearray(path.read_bytes())
    data[8192:-4096] = b"\xff" * (len(data) - 12288)
    path.write_bytes(data)
    with open_app(settings) as again:
        assert len(search(again, "comet", k=10)) == 10
        assert verify(again.index) == []


def test_connections_close_with_their_threads(app: App) -> None:
    """SQLite keeps a few descriptors back for reuse; their number must not grow."""
    put(app, "d2", TOPICS[2])

    def descriptors_after(rounds: int) -> int:
        for _ in range(rounds):
            threads = [threading.Thread(target=search, args=(app, "comet")) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    assert descriptors_after(20) <= descriptors_after(5) + 6


def test_ids_may_hold_any_character(app: App, settings: Settings) -> None:
    for document_id in ("a\nb", "c", 'd"e', "f g/h"):
        put(app, document_id, TOPICS[2], source=document_id)
    app.index.close()
    with open_app(settings) as again:
        assert [h.document.id for h in search(again, "comet", source="a\nb")] == ["a\nb"]
        again.builder.delete("default", "a\nb")
        assert verify(again.index) == []


def test_two_threads_can_make_the_same_index(settings: Settings) -> None:
    manifest = Manifest({"dimension": 2}, {})
    failures: list[Exception] = []

    def make() -> None:
        try:
            Index(settings.data_dir, manifest, create=True).close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_all_projections_can_be_thrown_away(app: App, settings: Settings) -> None:
    put(app, "d2", TOPICS[2])
    app.builder.save()
    app.index.close()
    shutil.rmtree(settings.data_dir / "projections")
    with open_app(settings) as again:
        assert [h.document.id for h in search(again, "comet")] == ["d2"]


def test_another_embedder_is_refused_with_the_repair(app: App, settings: Settings) -> None:
    other = Manifest({**app.index.manifest.embedder, "revision": "sha256:other"}, app.index.manifest.chunker)
    with pytest.raises(IndexMismatch, match="citewise index rebuild"):
        Index(settings.data_dir, other)


def test_rebuild_repairs_a_mismatch_and_keeps_every_document(app: App, settings: Settings) -> None:
    for i, text in enumerate(TOPICS):
        put(app, f"d{i}", text)
    changed = settings.model_copy(update={"chunk_tokens": 64})
    with pytest.raises(IndexMismatch, match="max_tokens: 200 → 64"), open_app(changed):
        pass
    with open_app(changed, rebuilding=True) as rebuilding:
        assert rebuilding.builder.rebuild() == len(TOPICS)
    with pytest.raises(IndexMismatch):
        search(app, "comet")
    with open_app(changed) as again:
        assert search(again, "comet")[0].document.id == "d2"
        assert verify(again.index) == []


def test_a_second_writer_is_told_to_wait(app: App) -> None:
    with FileLock(app.index.layout.write_lock), pytest.raises(IndexLocked, match="Another process"):
        put(app, "d0", TOPICS[0])


def test_what_two_put_at_once_is_put_once(app: App) -> None:
    together = threading.Barrier(2, timeout=30)
    chunk = app.builder.chunker.chunk

    class Meeting:
        """Both have looked, and neither has written."""

        def chunk(self, document: Document) -> list[Chunk]:
            together.wait()
            return chunk(document)

    builder = replace(app.builder, chunker=Meeting())
    with ThreadPoolExecutor(2) as pool:
        puts = [pool.submit(builder.put, "default", Document("comet", "It returned.")) for _ in range(2)]
    first, second = sorted(put.result() for put in puts)
    assert (first.outcome, second.outcome) == ("added", "unchanged")
    assert first.index_version == second.index_version == app.index.store.version()


def test_reading_while_writing_never_sees_half_a_document(app: App) -> None:
    """Each version of the document has passages that all carry its number."""

    def text(number: int) -> str:
        return "\n\n".join(
            f"Version {number} says: {topic} " + "It was told at length. " * 30 for topic in TOPICS
        )

    put(app, "it", text(0))
    stop = threading.Event()
    mixed: list[object] = []

    def look(view: View) -> None:
        found_whole = view.store.document_chunks("default", "it")
        found = [e.chunk for e in found_whole]
        numbers = {n for chunk in found for n in re.findall(r"Version (\d+)", chunk.text)}
        ids = {chunk.id for chunk in found}
        if len(numbers) != 1 or view.lexical.damage(found_whole):
            mixed.append((view.version, numbers, len(ids)))

    def read() -> None:
        while not stop.is_set():
            app.index.read("default", look)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 15):
        put(app, "it", text(number))
    stop.set()
    for thread in threads:
        thread.join()
    assert mixed == []
    assert verify(app.index) == []
