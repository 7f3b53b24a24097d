"""Folders into the index, again and again."""

import errno
import json
import os
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index.embed.onnx import OnnxEmbedder
from index.errors import UnreadableFile
from index.ingest import IngestReport
from index.load.files import Source, find_sources
from index.load.sandbox import Sandbox
from index.types import Document, Vector
from index.verify import verify
from service.settings import Settings
from service.wiring import App, open_app

COMET, PEARS = "The comet returned.", "The orchard bore pears."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text(COMET)
    (made / "sub" / "b.txt").write_text(PEARS)
    return made


def _index(app: App, folder: Path, *, prune: bool = False) -> IngestReport:
    return app.ingest("default").add(find_sources([folder]), [folder], prune=prune)


def _ids(app: App) -> list[str]:
    return [record.id for record in app.index.store.documents("default")]


def test_what_is_unchanged_is_neither_read_nor_embedded_again(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index(app, folder)
    monkeypatch.setattr(OnnxEmbedder, "embed_passages", None)
    monkeypatch.setattr(Sandbox, "submit", None)
    again = _index(app, folder)
    assert again.unchanged == ["a.txt", "sub/b.txt"]
    assert again.index_version == 2


def test_only_changed_passages_are_embedded_again(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paragraphs = [f"Paragraph {i} tells of the sea. " * 20 for i in range(6)]
    (folder / "a.txt").write_text("\n\n".join(paragraphs))
    _index(app, folder)
    embedded: list[str] = []
    embed = OnnxEmbedder.embed_passages

    def recorded(self: OnnxEmbedder, texts: Sequence[str]) -> Vector:
        embedded.extend(texts)
        return embed(self, texts)

    monkeypatch.setattr(OnnxEmbedder, "embed_passages", recorded)
    paragraphs[-1] = "The end was written anew. " * 20
    (folder / "a.txt").write_text("\n\n".join(paragraphs))
    assert _index(app, folder).changed == ["a.txt"]
    assert embedded
    assert not any("Paragraph 1 " in text for text in embedded)
    assert verify(app.index) == []


def test_vanished_files_are_told_and_pruned_only_when_asked(app: App, folder: Path) -> None:
    _index(app, folder)
    app.builder.put("default", Document("from-elsewhere", PEARS))
    (folder / "a.txt").unlink()
    told = _index(app, folder)
    assert (told.vanished, told.removed) == (["a.txt"], [])
    assert _ids(app) == ["a.txt", "from-elsewhere", "sub/b.txt"]
    pruned = _index(app, folder, prune=True)
    assert (pruned.vanished, pruned.removed) == ([], ["a.txt"])
    assert _ids(app) == ["from-elsewhere", "sub/b.txt"]
    assert _index(app, folder, prune=True).removed == []


def test_what_vanished_from_an_archive_is_told_until_it_is_pruned(app: App, folder: Path) -> None:
    def archive(*names: str) -> None:
        with zipfile.ZipFile(folder / "all.zip", "w") as made:
            for name in names:
                made.writestr(name, COMET)

    archive("x.txt", "y.txt")
    _index(app, folder)
    archive("x.txt")
    assert [_index(app, folder).vanished for _ in range(2)] == [["all.zip/y.txt"]] * 2
    assert _index(app, folder, prune=True).removed == ["all.zip/y.txt"]
    assert "all.zip/y.txt" not in _ids(app)
    assert _index(app, folder).vanished == []
    (folder / "all.zip").unlink()
    assert _index(app, folder, prune=True).removed == ["all.zip/x.txt"]


def test_what_a_partly_failing_file_brought_goes_with_it(app: App, folder: Path) -> None:
    lines = folder / "lines.jsonl"
    one, other, bad = '{"id": "x", "text": "The comet returned."}', '{"id": "y", "text": "Pears."}', "{"
    lines.write_text(f"{one}\n{bad}\n{other}\n")
    first = _index(app, folder)
    assert len(first.failed) == 1
    brought = [d for d in first.added if d.startswith("lines.jsonl")]
    assert len(brought) == 2
    lines.write_text(f"{one}\n{bad}\n")
    again = _index(app, folder, prune=True)  # the other may be in what cannot be read
    assert (len(again.failed), again.removed) == (1, [])
    lines.unlink()
    assert sorted(_index(app, folder, prune=True).removed) == brought
    assert _ids(app) == ["a.txt", "sub/b.txt"]


def test_a_file_that_mends_is_read_again(app: App, folder: Path) -> None:
    lines = folder / "lines.jsonl"
    lines.write_text('{"id": "x", "text": "The comet returned."}\n{\n')
    _index(app, folder)
    assert len(_index(app, folder).failed) == 1
    lines.write_text('{"id": "x", "text": "The comet returned."}\n')
    assert _index(app, folder).failed == {}


def test_a_folder_that_cannot_be_entered_now_has_not_vanished(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index(app, folder)
    stat = Path.stat

    def refusing(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.parent.name == "sub":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return stat(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refusing)  # whoever runs the tests may be allowed everything
    report = app.ingest("default").add(find_sources([folder], exclude=["sub/"]), [folder], prune=True)
    assert report.removed == []
    assert _ids(app) == ["a.txt", "sub/b.txt"]


def test_a_rebuild_leaves_documents_with_their_files(app: App, folder: Path) -> None:
    _index(app, folder)
    app.builder.put("default", Document("sub/b.txt", "Something of another origin."))
    app.builder.rebuild()
    (folder / "a.txt").unlink()
    (folder / "sub" / "b.txt").unlink()
    assert _index(app, folder, prune=True).removed == ["a.txt"]
    assert _ids(app) == ["sub/b.txt"]


def test_what_a_rebuild_renumbered_is_not_read_again(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index(app, folder)
    app.builder.rebuild()
    monkeypatch.setattr(Sandbox, "submit", None)
    assert _index(app, folder).unchanged == ["a.txt", "sub/b.txt"]


def test_prune_keeps_what_somebody_else_put_under_the_same_id(app: App, folder: Path) -> None:
    _index(app, folder)
    app.builder.put("default", Document("a.txt", "Something of another origin."))
    (folder / "a.txt").unlink()
    assert _index(app, folder, prune=True).removed == []
    assert app.index.store.text("default", "a.txt") == "Something of another origin."


def test_prune_keeps_what_cannot_be_read_now_and_what_lies_elsewhere(
    app: App, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.txt").write_text("The violin was tuned.")
    _index(app, folder)
    _index(app, other)
    (folder / "a.txt").write_bytes(b"\0binary")
    report = _index(app, folder, prune=True)
    assert list(report.failed) == ["a.txt"]
    assert report.removed == []
    assert _ids(app) == ["a.txt", "c.txt", "sub/b.txt"]


def test_a_name_that_is_not_utf8_fails_by_itself(app: App, folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(COMET)
    report = _index(app, folder)
    assert list(report.failed) == ["caf\ufffd.txt"]
    assert report.added == ["a.txt", "sub/b.txt"]


def test_a_document_deleted_by_hand_comes_back_with_its_file(app: App, folder: Path) -> None:
    _index(app, folder)
    app.builder.delete("default", "a.txt")
    assert _index(app, folder).added == ["a.txt"]


def test_changed_metadata_beside_a_file_is_a_change(app: App, folder: Path) -> None:
    _index(app, folder)
    (folder / "metadata.json").write_text(json.dumps({"a.txt": {"title": "Comets", "tags": ["sky"]}}))
    report = _index(app, folder)
    assert (report.changed, report.unchanged) == (["a.txt"], ["sub/b.txt"])
    assert len(app.index.store.document("default", "a.txt").revisions) == 1


def test_an_interrupted_run_keeps_what_is_done_and_goes_on(settings: Settings, folder: Path) -> None:
    for i in range(5):
        (folder / f"n{i}.txt").write_text(f"Note {i} tells of the sea.")

    def interrupt(source: Source) -> None:
        if source.document_id == "n1.txt":
            raise KeyboardInterrupt

    report = IngestReport()
    with open_app(settings, create=True) as app, pytest.raises(KeyboardInterrupt):
        app.ingest("default").add(find_sources([folder]), progress=interrupt, report=report)
    assert report.added == ["a.txt", "n0.txt", "n1.txt"]
    assert report.index_version == 3
    with open_app(settings) as app:
        again = _index(app, folder)
        assert again.unchanged == report.added
        assert len(again.added) == 4
        assert verify(app.index) == []


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        ([], [], ["a.txt", "b.md", "sub/c.txt", "sub/deep/d.md"]),
        (["*.md"], [], ["b.md", "sub/deep/d.md"]),
        ([], ["sub/"], ["a.txt", "b.md"]),
        (["*.md"], ["deep/"], ["b.md"]),
        (["/sub/**"], ["*.md"], ["sub/c.txt"]),
        ([], ["sub/**", "!sub/c.txt"], ["a.txt", "b.md", "sub/c.txt"]),
    ],
)
def test_patterns_choose_files_as_in_gitignore(
    tmp_path: Path, include: list[str], exclude: list[str], found: list[str]
) -> None:
    for name in ("a.txt", "b.md", "sub/c.txt", "sub/deep/d.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    assert [s.document_id for s in find_sources([tmp_path], include, exclude)] == found


def test_an_accent_is_the_same_however_a_system_writes_it(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "naïve/café.txt") for form in ("NFC", "NFD"))
    (tmp_path / decomposed).parent.mkdir()
    (tmp_path / decomposed).write_text("text")
    for pattern in (composed, decomposed, composed.replace("café.txt", "")):
        assert [s.document_id for s in find_sources([tmp_path], include=[pattern])] == [composed]
        assert list(find_sources([tmp_path], exclude=[pattern])) == []


def test_a_folder_says_itself_what_is_not_for_the_index(tmp_path: Path) -> None:
    for name in ("a.txt", "gold.jsonl", "sub/gold.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (tmp_path / ".citewiseignore").write_text("# not these\n/gold.jsonl\n")
    assert [s.document_id for s in find_sources([tmp_path])] == ["a.txt", "sub/gold.jsonl"]
    assert [s.document_id for s in find_sources([tmp_path], exclude=["sub/"])] == ["a.txt"]


def test_a_folder_that_is_left_out_is_not_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "secret/b.txt", "sub/secret/c.txt", "sub/d.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "secret":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)  # whoever runs the tests may be allowed everything
    with pytest.raises(UnreadableFile, match="secret"):
        list(find_sources([tmp_path]))
    assert [s.document_id for s in find_sources([tmp_path], exclude=["secret/"])] == ["a.txt", "sub/d.txt"]
    (tmp_path / ".citewiseignore").write_text("secret\n")
    assert [s.document_id for s in find_sources([tmp_path])] == ["a.txt", "sub/d.txt"]


@pytest.fixture
def ready(app: App) -> Iterator[App]:
    yield app
    assert verify(app.index) == []


def test_replaced_revisions_expire_and_then_are_gone(ready: App) -> None:
    from index.errors import DocumentDeleted

    old = Document("a", "The old text.")
    ready.builder.put("default", old)
    ready.builder.put("default", Document("a", "The new text."))
    assert ready.builder.expire(days=1) == 0
    assert ready.index.store.text("default", "a", old.revision) == "The old text."
    assert ready.builder.expire(days=0) == 1
    with pytest.raises(DocumentDeleted, match="expired"):
        ready.index.store.text("default", "a", old.revision)
    assert ready.index.store.text("default", "a") == "The new text."
