import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from index.errors import DocumentTooLarge, LoadError
from index.load.reading import Limits
from tests.index.load.making import (
    documents_of,
    failures_of,
    load_all,
    simple_docx,
    simple_pdf,
    tarred,
    zipped,
)

FILES = {
    "b.txt": b"Text b.",
    "a/one.md": b"# One",
    "a/plan.docx": simple_docx(),
    "a/metadata.json": json.dumps({"one.md": {"title": "Given", "source": "Own"}}).encode(),
    "a/tool.exe": b"\0",
    ".hidden/x.txt": b"no",
    "__MACOSX/b.txt": b"no",
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("z.zip", zipped(FILES)),
        ("z.tgz", tarred(FILES)),
        ("z.tar.gz", tarred(FILES)),
        ("z.tar", tarred(FILES, "w:")),
    ],
)
def test_members_are_read_in_order_with_their_metadata(name: str, data: bytes) -> None:
    loaded = load_all(data, name, {"title": "The archive", "source": "Outer"})
    documents = documents_of(loaded)
    assert not failures_of(loaded)
    assert list(documents) == [f"{name}/a/one.md", f"{name}/a/plan.docx", f"{name}/b.txt"]
    assert documents[f"{name}/a/one.md"].title == "Given"
    assert [document.metadata["source"] for document in documents.values()] == ["Own", "Outer", "Outer"]
    assert documents[f"{name}/a/plan.docx"].title == "The Plan"


def test_metadata_in_an_archive_is_found_however_names_are_composed() -> None:
    described = json.dumps({"Cafe\u0301.txt": {"title": "T"}}).encode()
    data = zipped({"Cafe\u0301.txt": b"text", "metadata.json": described})
    assert documents_of(load_all(data, "z.zip"))["z.zip/Caf\u00e9.txt"].title == "T"


def test_control_characters_in_an_archive_are_in_no_id_and_names_stay_apart() -> None:
    loaded = load_all(zipped({"a\x07b.txt": b"One.", "a_b.txt": b"Two."}), "z.zip")
    assert list(documents_of(loaded)) == ["z.zip/a_b.txt"]
    assert "another file of that name" in failures_of(loaded)["z.zip/a_b.txt"]


@pytest.mark.parametrize(
    "path",
    [
        "../up.txt",
        "/etc/passwd.txt",
        "a/../../up.txt",
        "a\\..\\up.txt",
        "C:/up.txt",
        "C:\\up.txt",
        "./a.txt",
        "a//b.txt",
    ],
)
def test_paths_that_lie_are_failures_and_touch_no_file(path: str, tmp_path: Path) -> None:
    loaded = load_all(zipped({path: b"text", "good.txt": b"Good."}), "z.zip")
    assert list(documents_of(loaded)) == ["z.zip/good.txt"]
    (reason,) = failures_of(loaded).values()
    assert path in reason.replace("\\\\", "\\")


def test_links_encrypted_and_double_members_are_failures() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked.txt", "text")
        archive.writestr("twice.txt", "One.")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("twice.txt", "Two.")
    data = out.getvalue()
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(b"locked.txt", data.index(header) if header[2] == 3 else data.index(b"PK\x01\x02"))
        start = data.rindex(header, 0, at)
        data = data[: start + offset] + b"\x01" + data[start + offset + 1 :]
    loaded = load_all(data, "z.zip")
    assert {name: document.text for name, document in documents_of(loaded).items()} == {
        "z.zip/twice.txt": "One."
    }
    reasons = failures_of(loaded)
    assert "a link" in reasons["z.zip/link.txt"]
    assert "encrypted" in reasons["z.zip/locked.txt"]
    assert "another file of that name" in reasons["z.zip/twice.txt"]


def test_links_in_tar_are_failures() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "link.txt"),
            (tarfile.CHRTYPE, "device.txt"),
            (tarfile.LNKTYPE, "hard.txt"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert len(failures_of(load_all(out.getvalue(), "z.tar"))) == 3


def test_one_bad_member_leaves_the_others() -> None:
    files = {
        "bad.pdf": b"no pdf",
        "bad.xlsx": b"PK",
        "broken.zip": b"no zip",
        "good.txt": b"Good.",
        "bin.txt": b"\0",
    }
    loaded = load_all(zipped(files), "z.zip")
    assert list(documents_of(loaded)) == ["z.zip/good.txt"]
    assert sorted(failures_of(loaded)) == [
        "z.zip/bad.pdf",
        "z.zip/bad.xlsx",
        "z.zip/bin.txt",
        "z.zip/broken.zip",
    ]


def test_a_member_that_does_not_unpack_is_a_failure() -> None:
    data = bytearray(zipped({"a.txt": bytes(range(256)) * 20, "b.txt": b"Good."}))
    data[60:90] = bytes(30)
    loaded = load_all(bytes(data), "z.zip")
    assert list(documents_of(loaded)) == ["z.zip/b.txt"]
    assert list(failures_of(loaded)) == ["z.zip/a.txt"]


def test_metadata_that_cannot_be_read_is_a_failure() -> None:
    loaded = load_all(zipped({"metadata.json": b"[", "a.txt": b"Text."}), "z.zip")
    assert list(documents_of(loaded)) == ["z.zip/a.txt"]
    assert list(failures_of(loaded)) == ["z.zip/metadata.json"]


def test_archives_lie_in_archives_up_to_the_limit() -> None:
    data = b"Deep."
    for name in ("a.txt", "b.zip", "c.zip"):
        data = zipped({name: data})
    assert list(documents_of(load_all(data, "z.zip"))) == ["z.zip/c.zip/b.zip/a.txt"]
    loaded = load_all(zipped({"d.zip": data, "e.txt": b"Flat."}), "z.zip")
    assert list(documents_of(loaded)) == ["z.zip/e.txt"]
    assert "archives deep" in failures_of(loaded)["z.zip/d.zip/c.zip/b.zip/a.txt"]


def test_names_in_other_encodings() -> None:
    data = zipped({"Köln.txt": b"Text."})
    assert list(documents_of(load_all(data, "z.zip"))) == ["z.zip/Köln.txt"]
    # Written as UTF-8 without saying so.
    unmarked = bytearray(data)
    for header, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        unmarked[data.index(header) + offset] &= ~0x08
    assert list(documents_of(load_all(bytes(unmarked), "z.zip"))) == ["z.zip/Köln.txt"]


def test_limits_count_what_is_unpacked() -> None:
    files = {f"{i}.txt": b"text " * 1000 for i in range(10)}
    for limits, said in (
        (Limits(members=5), "more than 5 files"),
        (Limits(expanded=20_000), "unpacks to more than 20,000"),
    ):
        for name, data in (("z.zip", zipped(files)), ("z.tgz", tarred(files))):
            with pytest.raises(DocumentTooLarge, match=said):
                load_all(data, name, limits=limits)
            with pytest.raises(DocumentTooLarge, match=said):
                load_all(zipped({name: data, "a.txt": b"Text."}), "outer.zip", limits=limits)


def test_a_member_that_passes_a_limit_of_its_own_leaves_the_others() -> None:
    files = {"a.txt": b"Good.", "b.txt": b"text " * 1000, "c.pdf": simple_pdf(), "metadata.json": b" " * 5000}
    loaded = load_all(zipped(files), "z.zip", limits=Limits(bytes=4000, pages=1))
    assert list(documents_of(loaded)) == ["z.zip/a.txt"]
    reasons = failures_of(loaded)
    assert sorted(reasons) == ["z.zip/b.txt", "z.zip/c.pdf", "z.zip/metadata.json"]
    assert "more than 4,000 bytes" in reasons["z.zip/b.txt"]
    assert "2 pages" in reasons["z.zip/c.pdf"]


def test_descriptions_count_as_what_else_is_unpacked() -> None:
    files = {f"{i}/metadata.json": b" " * 5000 for i in range(10)}
    with pytest.raises(DocumentTooLarge, match="unpacks to more than 20,000"):
        load_all(zipped(files), "z.zip", limits=Limits(expanded=20_000))


def test_an_inner_archive_that_unpacks_to_too_much_is_not_unpacked_again() -> None:
    inner = tarred({"a.bin": bytes(30_000)})
    with pytest.raises(DocumentTooLarge, match="unpacks to more than 20,000"):
        load_all(zipped({f"{i}.tgz": inner for i in range(9)}), "z.zip", limits=Limits(expanded=20_000))


@pytest.mark.parametrize("name", ["z.zip", "z.tar", "z.tgz"])
def test_what_is_no_archive_is_refused(name: str) -> None:
    for data in (b"text", b"\x1f\x8b\x08", zipped(FILES)[:300]):
        with pytest.raises(LoadError, match=name):
            load_all(data, name)
