import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import (
    DocumentTooLarge,
    EmptyDocument,
    InvalidInput,
    PathNotFound,
    UnreadableFile,
    UnsupportedFormat,
)
from index.load.files import Source, find_sources
from index.load.reading import Limits, Reading
from index.load.registry import loader_for, loader_of, require_format
from index.load.sandbox import Sandbox
from index.types import Document


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as opened:
        yield opened


def load(data: bytes, name: str) -> Document:
    """The one document in a file, read in this process."""
    (document,) = Reading(Limits(), loader_for).load(loader_of(require_format(name)), data, name, {})
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize(
    "data",
    [
        "Grüße aus Köln, 成都".encode(),
        "Grüße aus Köln, 成都".encode("utf-8-sig"),
        "Grüße aus Köln, 成都".encode("utf-16"),
        b"\xfe\xff" + "Grüße aus Köln, 成都".encode("utf-16-be"),
        "Grüße aus Köln, 成都".encode("utf-32"),
        b"\0\0\xfe\xff" + "Grüße aus Köln, 成都".encode("utf-32-be"),
    ],
)
def test_text_is_decoded_by_mark_or_as_utf8(data: bytes) -> None:
    assert load(data, "a.txt").text == "Grüße aus Köln, 成都"


def test_other_encodings_are_detected() -> None:
    text = (
        "Die Straße nach Köln wurde für längere Zeit gesperrt. Übrigens wäre das früher nötig gewesen. " * 5
    )
    assert load(text.encode("cp1252"), "a.txt").text == text


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\xef\xbb\xbf", b"--- ...\n"])
def test_a_file_without_text_is_refused(data: bytes) -> None:
    with pytest.raises(EmptyDocument, match=r"a\.txt"):
        load(data, "a.txt")


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00", b"\xff\xfeA"])
def test_a_binary_file_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match=r"a\.txt"):
        load(data, "a.txt")


def test_markdown_headings_come_from_the_parser_and_point_into_the_source() -> None:
    source = "# One *two*\n\nText.\n\nSetext\n------\n\n```\n# no heading\n```\n\n> ## Quoted\n"
    document = load(source.encode(), "a.md")
    assert document.text == source
    assert [(h.level, h.title) for h in document.headings] == [(1, "One *two*"), (2, "Setext"), (2, "Quoted")]
    assert all(source[h.start : h.end] == h.title for h in document.headings)
    assert document.title == "One *two*"


def test_rows_of_a_markdown_table_are_named_by_its_columns() -> None:
    rows = "| Model | Flow |\n|---|--:|\n| AL-450 | 9,000 l/h |\n| AL-700 | **12,500 l/h** |\n"
    source = (
        f"# Pumps\n\nTwo are made.\n{rows}\n## Prices\n\n- In a list:\n\n  | a |\n  |---|\n  | 1 |\n\n{rows}"
    )
    document = load(source.encode(), "a.md")
    named = "Model: AL-450; Flow: 9,000 l/h\n\nModel: AL-700; Flow: **12,500 l/h**\n"
    assert document.text == source.replace(rows, f"\n{named}", 1).replace(rows, named)
    assert [document.text[h.start : h.end] for h in document.headings] == ["Pumps", "Prices"]


def test_a_markdown_line_that_is_bold_throughout_is_a_heading_below_the_one_above() -> None:
    source = "**The Mill**\n\nText.\n\n## Years\n\n**The first:**\n\nText **in bold**.\n\n- **An item**\n"
    source += "\n**Fee: 5**\n\n**End**\n"
    document = load(source.encode(), "a.md")
    assert [(h.level, h.title) for h in document.headings] == [
        (1, "The Mill"),
        (2, "Years"),
        (3, "The first"),
    ]
    assert all(source[h.start : h.end] == h.title for h in document.headings)
    assert document.title == "The Mill"


def test_folders_are_walked_in_order_without_hidden_or_linked_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.TXT", ".hidden/d.txt", ".e.txt", "f.exe"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    (tmp_path / "outside.txt").write_text("secret")
    (tmp_path / "docs" / "link.txt").symlink_to(tmp_path / "outside.txt")
    assert [s.document_id for s in find_sources([tmp_path / "docs"])] == ["a.md", "b.txt", "sub/c.TXT"]


def test_metadata_is_read_from_beside_the_files(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "metadata.json").write_text(json.dumps({"a.txt": {"title": "T", "source": "S"}}))
    (source,) = find_sources([tmp_path])
    (document,) = sandbox.read(source)
    assert isinstance(document, Document)
    assert document.metadata == {"title": "T", "source": "S"}


def test_a_name_with_decomposed_characters_is_composed_and_has_its_metadata(tmp_path: Path) -> None:
    (tmp_path / "Cafe\u0301.txt").write_text("text")
    for spelled in ("Cafe\u0301.txt", "Caf\u00e9.txt"):
        (tmp_path / "metadata.json").write_text(json.dumps({spelled: {"title": "T"}}))
        (source,) = find_sources([tmp_path])
        assert (source.document_id, source.metadata) == ("Caf\u00e9.txt", {"title": "T"})
    (alone,) = find_sources([tmp_path / "Cafe\u0301.txt"])
    assert alone.document_id == "Caf\u00e9.txt"


def test_a_control_character_in_a_name_is_not_in_the_id(tmp_path: Path) -> None:
    (tmp_path / "a\tb.txt").write_text("text")
    assert [source.document_id for source in find_sources([tmp_path])] == ["a_b.txt"]


def test_two_files_of_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "n.txt").write_text("text")
    with pytest.raises(InvalidInput, match=r"x/n\.txt and .*y/n\.txt"):
        list(find_sources([tmp_path / "x", tmp_path / "y"]))
    assert len(list(find_sources([tmp_path / "x" / "n.txt", tmp_path / "x"]))) == 2


def test_a_name_that_is_not_utf8_is_refused_by_itself(tmp_path: Path, sandbox: Sandbox) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("text")
    (source,) = find_sources([tmp_path])
    source.document_id.encode()
    with pytest.raises(UnreadableFile, match="not UTF-8"):
        sandbox.read(source)


@pytest.mark.parametrize(
    "content",
    ["[1]", "not json", '{"a.txt": 1}', '{"a.txt": {"x": NaN}}', '{"a.txt": {"tags": "a"}}', "[" * 9999],
)
def test_metadata_that_cannot_be_read_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "metadata.json").write_text(content)
    with pytest.raises(InvalidInput, match=r"metadata\.json"):
        list(find_sources([tmp_path]))


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathNotFound, match="nowhere"):
        list(find_sources([tmp_path / "nowhere"]))


def test_a_file_that_vanished_or_is_a_folder_is_unreadable(tmp_path: Path, sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile, match=r"gone\.txt"):
        sandbox.read(Source(tmp_path / "gone.txt", "gone.txt", {}))
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(UnreadableFile, match=r"folder\.txt"):
        sandbox.read(Source(tmp_path / "folder.txt", "folder.txt", {}))


def test_a_file_over_the_limit_names_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("more than ten bytes")
    with (
        Sandbox(Limits(bytes=10)) as sandbox,
        pytest.raises(DocumentTooLarge, match="limit for one file is 10"),
    ):
        sandbox.read(Source(tmp_path / "a.txt", "a.txt", {}))
