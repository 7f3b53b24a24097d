import pytest

from index.errors import EmptyDocument
from index.load.formats.composing import Composer
from index.load.formats.sieve import Sieve
from tests.index.load.making import PAGE, load


def test_an_article_is_read_without_what_surrounds_it() -> None:
    document = load(PAGE, "a.html")
    for boilerplate in ("cookies", "Related articles", "Ferry goes", "Copyright", "World", "Sport"):
        assert boilerplate not in document.text
    assert "opened on Wednesday by the mayor" in document.text
    assert "the council’s budget.ods shows" in document.text
    assert [(h.level, h.title) for h in document.headings] == [
        (1, "Bridge opens after four years of work"),
        (2, "What it cost"),
    ]


def test_rows_items_and_preformatted_lines_keep_what_they_mean() -> None:
    text = load(PAGE, "a.html").text
    assert "Year: 2022; Spent: 12 million\n\nYear: 2023; Spent: 29 million" in text
    assert "- Cyclists have a lane" in text
    assert "- Heavy lorries" in text


def test_the_page_says_what_it_is() -> None:
    metadata = load(PAGE, "a.html").metadata
    assert metadata["title"] == "Bridge opens after four years of work"
    assert metadata["source"] == "The Daily Example"
    assert metadata["author"] == "Ann Author"
    assert metadata["url"] == "https://news.example/bridge"
    assert metadata["published_at"] == "2024-05-01"
    assert load(PAGE, "a.html", {"title": "Given"}).title == "Given"


def test_neither_scripts_nor_event_handlers_are_text() -> None:
    page = (
        b"<body onload='evil()'><p onclick=\"steal()\">A paragraph. <script>var a = 'hidden'</script></p>"
        b"<style>p {}</style><noscript>Turn it on</noscript><template>later</template>"
        b"<svg><text>drawn</text></svg>"
        b"<a href='javascript:run()'>Link</a></body>"
    )
    assert load(page, "a.html").text == "A paragraph.\n\nLink"


def test_lists_of_links_and_short_rows_at_either_end_are_content() -> None:
    lends, lets = (
        f"The library {what} for three weeks, and who wants more may come again. " * 4
        for what in ("lends books", "lets rooms to clubs")
    )
    page = f"""<body><ul><li><a href=/>Home</a></li><li><a href=/x>Events</a></li></ul>
      <h1>Visiting</h1><table><tr><th>Day</th><th>Opens</th></tr><tr><td>Monday</td><td>Closed</td></tr>
      <tr><td>Sunday</td><td>13:00</td></tr></table><h2>Borrowing</h2><p>{lends}</p>
      <p>The following can be borrowed as well:</p>
      <ul><li><a href=/a>Maps</a></li><li><a href=/b>Scores</a></li></ul><p>{lets}</p>
      <h2>Where we are</h2><p>Street: 4 Mill Lane</p><p>Phone: 555 0142</p></body>"""
    text = load(page.encode(), "a.html").text
    for part in ("Day: Monday; Opens: Closed", "Opens: 13:00", "- Maps\n- Scores", "4 Mill Lane", "555 0142"):
        assert part in text
    assert "Events" not in text


def test_a_reference_page_that_is_no_article_is_read_whole() -> None:
    entries = "".join(f"<dt>option_{i}</dt><dd>Sets {i}.</dd>" for i in range(40))
    page = f"<nav><a href=x>Up</a></nav><h1>Options</h1><dl>{entries}</dl><footer>Made by us</footer>"
    text = load(page.encode(), "a.html").text
    assert all(f"option_{i}" in text and f"Sets {i}." in text for i in range(40))
    assert "Made by us" not in text
    assert "Up" not in text


def test_lists_within_lists_breaks_and_layout_tables() -> None:
    page = (
        b"<ul><li>One<ul><li>Deep</li></ul></li><li><p>Two</p><p>More of two</p></li></ul>"
        b"<p>Street 1<br>Town</p><table><tr><td><h2>Boxed</h2><p>Framed.</p></td></tr></table>"
        b"<pre>if x:\n    y = 1</pre><h2>Anchor<a href='#a'>\xc2\xb6</a></h2><p>End.</p>"
    )
    assert load(page, "a.html").text == (
        "- One\n  - Deep\n- Two\n\nMore of two\n\nStreet 1\nTown\n\nBoxed\n\nFramed.\n\n"
        "if x:\n    y = 1\n\nAnchor\n\nEnd."
    )


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">', "cp932"),
        ('<meta charset="no-such-charset">', "utf-8"),
        ("", "utf-8"),
        ("", "utf-16"),
    ],
)
def test_the_encoding_is_the_declared_one_or_told(head: str, encoding: str) -> None:
    words = "日本語" if encoding == "cp932" else "“Grüße”"
    page = f"<html><head>{head}</head><body><p>{words}</p></body></html>"
    assert load(page.encode(encoding), "a.html").text == words


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="utf-16">', "utf-8"),
        ("<meta charset=UTF-16LE>", "utf-8"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-8"),
        ('<?xml version="1.0" encoding="utf-32"?><meta charset="shift_jis">', "cp932"),
    ],
)
def test_bytes_that_say_in_ascii_that_they_are_wide_are_not(head: str, encoding: str) -> None:
    # An even number of bytes, which could be read as half as many characters.
    page = f"{head}<html><body><p>日本語 page</p></body></html>".encode(encoding)
    assert load(page + b" " * (len(page) % 4), "a.html").text == "日本語 page"


def test_a_header_cell_in_each_row_and_spans() -> None:
    page = (
        b"<table><caption>Fees</caption><tr><th colspan=2>Who</th><th>Fee</th></tr>"
        b"<tr><td>Adults</td><td>all</td><td>5</td></tr></table>"
        b"<table><tr><th>Height</th><td>5 m</td></tr><tr><th>Width</th><td>3 m</td></tr></table>"
    )
    assert load(page, "a.html").text == "Fees\n\nWho: Adults; all; Fee: 5\n\nHeight; 5 m\n\nWidth; 3 m"


def test_a_cell_that_spans_rows_stands_in_each_of_them() -> None:
    page = (
        b"<table><thead><tr><th rowspan=2>Country</th><th rowspan=2>Year</th><th colspan=2>Seats</th></tr>"
        b"<tr><th>Won</th><th>Lost</th></tr></thead>"
        b"<tbody><tr><td rowspan=2>France</td><td>2020</td><td>1</td><td>2</td><td rowspan=3>a</td></tr>"
        b"<tr><td>2021</td><td>3</td><td>4</td></tr><tr><td>Italy</td><td colspan=2 rowspan=0>2022</td></tr>"
        b"<tr><td>Malta</td><td>5</td></tr></tbody>"
        b"<tbody><tr><td>Spain</td><td>2023</td><td>6</td></tr></tbody></table>"
    )
    assert load(page, "a.html").text.split("\n\n") == [
        "Seats: Won; Lost",
        "Country: France; Year: 2020; Seats: 1; 2; a",
        "Country: France; Year: 2021; Seats: 3; 4; a",
        "Country: Italy; Year: 2022; a",
        "Country: Malta; Year: 2022; 5",
        "Country: Spain; Year: 2023; Seats: 6",
    ]


@pytest.mark.parametrize("span", ["-1", "many", "", "2.5", "\u00b2"])
def test_a_span_that_is_none_is_one(span: str) -> None:
    rows = f"<tr><td rowspan='{span}' colspan='{span}'>Ann</td><td>1</td></tr><tr><td>Eve</td><td>2</td></tr>"
    page = f"<table><tr><th>Name</th><th>Age</th></tr>{rows}</table>"
    assert load(page.encode(), "a.html").text == "Name: Ann; Age: 1\n\nName: Eve; Age: 2"


def test_xhtml_with_empty_elements_and_entities_is_read_as_xml() -> None:
    page = (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
        '<script src="x"/></head><body><p>caf&eacute;&nbsp;&amp; bar &lt;b&gt;</p></body></html>'
    )
    assert load(page.encode(), "a.xhtml").text == "café & bar <b>"


@pytest.mark.parametrize("page", [b"", b"<html></html>", b"<body><script>x</script></body>", b"<!-- -->"])
def test_a_page_without_text_is_refused(page: bytes) -> None:
    with pytest.raises(EmptyDocument, match=r"a\.html"):
        load(page, "a.html")


def test_the_sieve_keeps_headings_only_above_content() -> None:
    sieve, composer = Sieve(), Composer()
    sieve.heading("Menu", 2)
    sieve.paragraph("Home")
    sieve.heading("Article", 1)
    sieve.heading("Part", 2)
    sieve.paragraph("Six words that are the content.")
    sieve.heading("Related", 2)
    sieve.paragraph("Other things to be read elsewhere.")
    assert sieve.release("Home is where six words that are the content.", composer) > 0
    assert composer.document("a", {}).text == "Article\n\nPart\n\nSix words that are the content."
