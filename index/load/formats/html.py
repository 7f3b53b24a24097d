"""Web pages: the main content, without what a site puts around it."""

from collections.abc import Iterator

from lxml.etree import XPath
from lxml.html import HtmlElement
from trafilatura import extract_with_metadata
from trafilatura.settings import Document as Extracted

from index.load.formats.composing import Composer
from index.load.formats.markup import compose_markup, parse_markup, visible_text
from index.load.formats.sieve import Sieve
from index.load.metadata import stated
from index.load.reading import Reading
from index.types import Document, Metadata

# Boilerplate surrounds an article. A page as large as this is a document of its own,
# on which extraction takes very long.
_MAX_ARTICLE = 1_000_000
# Of a page's text outside of links. An article is most of it; an extract of less lost
# what reference pages and indexes consist of.
_MIN_SHARE = 0.4

_AROUND = XPath(
    "//nav | //aside | //form[not(.//p)]"
    " | //header[not(ancestor::main or ancestor::article)]"
    " | //footer[not(ancestor::article)]"
    " | //*[@role='navigation' or @role='banner' or @role='contentinfo' or @role='search' or @role='dialog'"
    " or @role='alertdialog' or @role='complementary']"
    " | //*[@hidden or @aria-hidden='true']"
    " | //*[contains(translate(@style, ' ', ''), 'display:none')]"
)
_MAIN = XPath("//main | //*[@role='main']")
_SITE = XPath("//meta[@property='og:site_name' or @name='application-name']")
_LINKS = XPath(".//a[@href]")


class HtmlLoader:
    """Loads a web page."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Find the main content; where a page is not an article, take all but what surrounds it."""
        page = parse_markup(data, document_id)
        extracted = _extract(data, page)
        known = _metadata(page, extracted, metadata)
        whole = _without_surroundings(page)
        sieve, composer = Sieve(), Composer()
        compose_markup(whole, sieve)
        content = sieve.release(extracted.text or "", composer) if extracted else 0
        if content < _MIN_SHARE * _unlinked(whole):
            composer = Composer()
            compose_markup(whole, composer)
        yield composer.document(document_id, known)


def _extract(data: bytes, page: HtmlElement) -> Extracted | None:
    if len(data) > _MAX_ARTICLE:
        return None
    found: Extracted | None = extract_with_metadata(
        page,
        output_format="txt",
        include_comments=False,
        # The date that is stated as the page's, not any date that occurs on it.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    return found


def _without_surroundings(page: HtmlElement) -> HtmlElement:
    for element in _found(_AROUND, page):
        if element.getparent() is not None and element.tag not in ("html", "body", "main"):
            element.drop_tree()
    mains = _found(_MAIN, page)
    if len(mains) == 1 and 2 * len(visible_text(mains[0])) > len(visible_text(page)):
        return mains[0]
    return page


def _unlinked(element: HtmlElement) -> int:
    return len(visible_text(element)) - sum(len(visible_text(link)) for link in _found(_LINKS, element))


def _found(path: XPath, element: HtmlElement) -> list[HtmlElement]:
    found = path(element)
    return [each for each in found if isinstance(each, HtmlElement)] if isinstance(found, list) else []


def _metadata(page: HtmlElement, extracted: Extracted | None, metadata: Metadata) -> Metadata:
    # Its language is not taken from it: templates leave "en" on pages in any language.
    own: dict[str, str | None] = {
        "title": page.findtext(".//title"),
        "source": next((meta.get("content") for meta in _found(_SITE, page)), None),
    }
    if extracted:
        own |= {
            "title": extracted.title or own["title"],
            "published_at": extracted.date,
            "url": extracted.url,
            "author": extracted.author,
        }
    # What a site shows beside a heading so that one can link to it.
    own["title"] = (own["title"] or "").rstrip("¶#§ \n")
    return stated(metadata, **own)
