"""The language of a document, told from its text."""

from dataclasses import replace
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from index.types import Document

# Enough to tell a language by; more only costs time.
_SAMPLE = 20_000
_SURE = 0.9


def with_language(document: Document) -> Document:
    """The document with ``language`` (ISO 639-1) in its metadata, if it is told and not given."""
    if "language" in document.metadata:
        return document
    language = detect_language(document.text)
    return replace(document, metadata={**document.metadata, "language": language}) if language else document


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of the text's language, or None where the text does not tell.

    By the n-gram classifier of Lui and Baldwin (2012), "langid.py: An off-the-shelf
    language identification tool".
    """
    code, probability = _identifier().classify(text[:_SAMPLE])
    return code if probability >= _SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
