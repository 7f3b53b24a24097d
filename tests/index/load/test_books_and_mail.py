import base64
from email.message import EmailMessage

import pytest

from index.errors import LoadError, UnsupportedFormat
from index.load.reading import Limits
from tests.index.load.making import (
    documents_of,
    failures_of,
    load,
    load_all,
    repacked,
    simple_eml,
    simple_epub,
    zipped,
)


def test_a_book_is_read_along_its_spine() -> None:
    document = load(simple_epub(), "a.epub")
    assert document.text == "Chapter one\n\nIt began.\n\nChapter two\n\nIt ended."
    assert document.metadata == {
        "title": "A Book",
        "author": "Ann Author",
        "language": "en",
        "published_at": "2020-02-02",
    }


def test_a_protected_book_is_refused() -> None:
    encryption = (
        b'<encryption xmlns="urn:x">'
        b'<CipherReference xmlns="http://www.w3.org/2001/04/xmlenc#" URI="OEBPS/one.xhtml"/>'
        b"</encryption>"
    )
    with pytest.raises(UnsupportedFormat, match="DRM"):
        load(repacked(simple_epub(), "META-INF/encryption.xml", encryption), "a.epub")


def test_what_is_no_book_is_refused() -> None:
    for data in (b"", b"text", zipped({"a": b"b"}), zipped({"META-INF/container.xml": b"<x/>"})):
        with pytest.raises(LoadError, match=r"a\.epub"):
            load(data, "a.epub")


def test_a_message_with_its_headers_and_attachments() -> None:
    loaded = load_all(simple_eml(), "m.eml")
    documents = documents_of(loaded)
    assert list(documents) == ["m.eml", "m.eml/plan.txt", "m.eml/plan (4).txt"]
    assert not failures_of(loaded)
    message = documents["m.eml"]
    assert message.text == (
        "Grüße from Köln\n\nFrom: Ann Author <ann@example.org>\n\nTo: Bob <bob@example.org>\n\n"
        "Dear Bob,\n\nthe plan is attached."
    )
    assert message.title == "Grüße from Köln"
    assert message.metadata["author"] == "Ann Author"
    assert message.metadata["published_at"] == "2024-05-01T10:00:00+02:00"
    assert documents["m.eml/plan (4).txt"].text == "Plan: three.\n"


def test_a_message_in_html_only_is_read_whole() -> None:
    message = EmailMessage()
    message["Subject"] = "Hello"
    message.set_content(
        "<p>Dear <b>Bob</b>,</p><table><tr><td><p>come &amp; see</p></td></tr></table>", subtype="html"
    )
    assert load(bytes(message), "m.eml").text == "Hello\n\nDear Bob,\n\ncome & see"


def test_what_a_mail_quotes_is_told_apart_and_has_no_marks() -> None:
    message = EmailMessage()
    message["Subject"] = "Mill"
    said = (
        "I agree.\n\nAnn wrote:\n> The mill is\n> closed.\n>\n> Tom wrote:\n>> Is it\n> > open?\nBye. 2 > 1"
    )
    message.set_content(said)
    expected = [
        "Mill",
        "I agree.",
        "Ann wrote:",
        "The mill is\nclosed.",
        "Tom wrote:",
        "Is it\nopen?",
        "Bye. 2 > 1",
    ]
    assert load(bytes(message), "m.eml").text.split("\n\n") == expected


@pytest.mark.parametrize("plain", ["", "\n", "-- \n"])
def test_an_empty_plain_version_gives_way_to_the_html_one(plain: str) -> None:
    message = EmailMessage()
    message.set_content(plain)
    message.add_alternative("<p>Come on <b>Monday</b>.</p>", subtype="html")
    message.add_attachment("Words.", filename="a.txt")
    documents = documents_of(load_all(bytes(message), "m.eml"))
    assert {name: document.text.strip() for name, document in documents.items()} == {
        "m.eml": "Come on Monday.",
        "m.eml/a.txt": "Words.",
    }


def test_text_around_a_picture_is_read_and_a_named_text_is_attached() -> None:
    message = EmailMessage()
    message.set_content("Above the picture.")
    message.add_attachment(b"\x89PNG", "image", "png", disposition="inline", filename="p.png")
    message.add_attachment("Below <it>.", disposition="inline")
    message.add_attachment("<p>In HTML.</p>", "html", disposition="inline")
    message.add_attachment("Words.", disposition="inline", filename="a.txt")
    documents = documents_of(load_all(bytes(message), "m.eml"))
    assert {name: document.text.strip() for name, document in documents.items()} == {
        "m.eml": "Above the picture.\n\nBelow <it>.\n\nIn HTML.",
        "m.eml/a.txt": "Words.",
    }


def test_the_one_text_of_a_message_is_its_body_whatever_it_is_called() -> None:
    head = 'Subject: Hello\nContent-Type: text/plain; name="body"'
    assert load(f"{head}\n\nThe words.\n".encode(), "m.eml").text == "Hello\n\nThe words."


@pytest.mark.parametrize("parameter", ["", "; boundary=other"])
def test_parts_that_cannot_be_told_apart_are_read_as_text(parameter: str) -> None:
    head = f"Subject: Hello\nMIME-Version: 1.0\nContent-Type: multipart/mixed{parameter}"
    assert "The words." in load(f"{head}\n\n--x\n\nThe words.\n--x--\n".encode(), "m.eml").text


def test_attachments_of_one_name_are_all_kept() -> None:
    message = EmailMessage()
    message.set_content("See the plans.")
    for number, name in enumerate(("a (4).txt", "a.txt", "a.txt", "a.txt")):
        message.add_attachment(f"Plan {number}.", filename=name)
    attached = list(documents_of(load_all(bytes(message), "m.eml")).values())[1:]
    assert [document.text for document in attached] == [f"Plan {number}.\n" for number in range(4)]


def test_an_attachment_that_is_too_large_leaves_the_message() -> None:
    message = EmailMessage()
    message.set_content("See the plan.")
    message.add_attachment("word " * 1000, filename="a.txt")
    message.add_attachment("Words.", filename="b.txt")
    loaded = load_all(bytes(message), "m.eml", limits=Limits(bytes=1000))
    assert list(documents_of(loaded)) == ["m.eml", "m.eml/b.txt"]
    assert "more than 1,000 bytes" in failures_of(loaded)["m.eml/a.txt"]


def test_a_message_without_words_keeps_what_is_attached() -> None:
    message = EmailMessage()
    message.set_content("\n")
    message.add_attachment("Words.", filename="a.txt")
    loaded = load_all(bytes(message), "m.eml")
    assert list(documents_of(loaded)) == ["m.eml/a.txt"]
    assert list(failures_of(loaded)) == ["m.eml"]


def test_control_characters_in_an_attachment_s_name_are_in_no_id() -> None:
    message = EmailMessage()
    message.set_content("See the plan.")
    message.add_attachment("Words.", filename="a\x07b.txt")
    assert list(documents_of(load_all(bytes(message), "m.eml"))) == ["m.eml", "m.eml/a_b.txt"]


def test_a_forwarded_message_is_one_of_its_own() -> None:
    outer, inner = EmailMessage(), EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("What was said.")
    outer["Subject"] = "Fwd"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    documents = documents_of(load_all(bytes(outer), "m.eml"))
    assert list(documents) == ["m.eml", "m.eml/message.eml"]
    assert documents["m.eml/message.eml"].text == "Inner\n\nWhat was said."


@pytest.mark.parametrize("charset", ["no-such", "us-ascii", "utf-8", '"', ""])
def test_a_malformed_charset_costs_no_text(charset: str) -> None:
    head = f"Subject: =?{charset}?q?x?=\nContent-Type: text/plain; charset={charset}"
    data = f"{head}\n\nGr\xfc\xdfe aus K\xf6ln\n"
    assert "Köln" in load(data.encode("latin-1"), "m.eml").text


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("utf-16le", "Grüße aus Köln"),
        ("utf-16", "Grüße aus Köln"),
        ("utf-16be", "成都会议"),
        ("iso-8859-2", "Łódź i ąę"),
    ],
)
def test_the_charset_of_a_message_is_kept(kind: str, charset: str, words: str) -> None:
    body = f"<p>{words}</p>" if kind == "html" else words
    data = base64.b64encode(body.encode(charset)).decode()
    head = f"Subject: x\nContent-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: base64"
    assert load(f"{head}\n\n{data}\n".encode(), "m.eml").text == f"x\n\n{words}"


@pytest.mark.parametrize(
    ("charset", "sent"), [("utf-16le", "The plan."), ("utf-8", "The\0plan."), ("iso-8859-1", "The\0plan.")]
)
def test_a_wrong_charset_or_a_nul_costs_no_text(charset: str, sent: str) -> None:
    head = f"Subject: x\nContent-Type: text/plain; charset={charset}"
    assert load(f"{head}\n\n{sent}\n".encode(), "m.eml").text == "x\n\nThe plan."


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(LoadError, match="not a mail message"):
        load(b"Just some text.\n", "m.eml")
