"""What is found, in which order, with the real model."""

import pytest

from index.retrieve import ASKED, LEXICAL, SCOPE, SENTENCE
from index.text.analysis import content_terms
from service.wiring import App
from tests.index.making import TOPICS, put, search


def test_filter_is_exact_even_for_the_farthest_documents(app: App) -> None:
    for i in range(60):
        put(app, f"near{i:02}", f"The comet returned in year {i}.", source="near")
    for i in range(3):
        put(app, f"far{i}", f"Pears are picked by hand, batch {i}.", source="far")
    hits = search(app, "When did the comet return?", k=10, source="far")
    assert sorted(h.document.id for h in hits) == ["far0", "far1", "far2"]


def test_equal_texts_are_ordered_by_id_at_any_cut(app: App) -> None:
    for i in (3, 1, 2, 0):
        put(app, f"d{i}", TOPICS[0])
    everything = [h.chunk.id for h in search(app, "harbour", k=4)]
    for k in (1, 2, 3):
        assert [h.chunk.id for h in search(app, "harbour", k=k)] == everything[:k]
    assert everything == sorted(everything)


def test_decimals_are_terms(app: App) -> None:
    for i in range(6):
        put(app, f"d{i}", f"The release was 3.{i} and cost 1,500.5 crowns.")
    hits = search(app, "release 3.4", k=1)
    assert hits[0].document.id == "d4"
    assert app.index.read("default", lambda v: v.lexical.counts(["3.4", "1500.5"])) == {"3.4": 1, "1500.5": 6}


def test_words_with_vowel_signs_are_whole_in_the_lexical_index(app: App) -> None:
    """Cut at the signs, one would hold the other's pieces."""
    put(app, "literature", "हिन्दी साहित्य का इतिहास")
    put(app, "pieces", "ह न द स त य")
    asked = content_terms("साहित्य")
    assert app.index.read("default", lambda v: list(v.lexical.counts(asked).values())) == [1]
    assert app.index.read("default", lambda v: v.lexical.documents_with(asked[0])) == {"literature"}


def test_a_score_is_of_the_vectors_the_terms_and_the_names(app: App) -> None:
    for i, text in enumerate(TOPICS):
        put(app, f"d{i}", text)
    asked = "When did Comet Halley return?"
    vector = app.builder.embedder.embed_query(asked)
    plain = app.builder.embedder.embed_query("When did return?")
    hits = search(app, asked)
    known = app.index.read("default", lambda view: view.lexical.weights(["comet", "halley", "return"]))
    for hit in hits:
        mentions = hit.document.id == "d2"
        scope = known["comet"] / (known["comet"] + known["halley"]) if mentions else 0.0
        assert hit.scope == pytest.approx(scope)
        assert hit.dense == pytest.approx(float(hit.embedded.vector @ vector), abs=1e-5)
        terms = (hit.lexical or 0.0) / sum(known.values())
        nearest = SENTENCE * float((hit.embedded.sentence_vectors @ plain).max())
        near = (1 - ASKED) * hit.dense + ASKED * float(hit.embedded.vector @ plain)
        assert hit.score == pytest.approx(near + nearest + LEXICAL * terms + SCOPE * scope, abs=1e-5)
    assert hits[0].document.id == "d2"


def test_a_term_that_is_given_twice_counts_twice(app: App) -> None:
    for i, text in enumerate(TOPICS):
        put(app, f"d{i}", text)

    def scores(*terms: str) -> dict[str, float]:
        return app.index.read("default", lambda view: dict(view.lexical.search(terms, 10)))

    once, twice, beside = scores("comet"), scores("comet", "comet"), scores("comet", "return", "comet")
    assert once
    assert twice == {chunk_id: pytest.approx(2 * score) for chunk_id, score in once.items()}
    added = scores("return")
    assert beside == {i: pytest.approx(twice.get(i, 0.0) + added.get(i, 0.0)) for i in {*twice, *added}}


def test_a_passage_is_found_by_what_its_document_names(app: App) -> None:
    """The name stands in the opening, the answer elsewhere, and both documents say the same of it."""
    for town in ("Aldbury", "Brimley"):
        filler = "\n\n".join(f"The council met in room {i} and adjourned without a vote." for i in range(60))
        answer = "The bell tower was struck by lightning during the harvest."
        put(app, town, f"This is the chronicle of {town}.\n\n{filler}\n\n{answer}")
    for town in ("Aldbury", "Brimley"):
        hits = search(app, f"When was the bell tower of {town} struck by lightning?")
        assert hits[0].document.id == town
        assert "lightning" in hits[0].chunk.text


def test_names_in_a_large_collection_are_searched_by_themselves(app: App) -> None:
    """More passages match the question's words than are candidates; only one document holds the name."""
    for i in range(130):
        put(
            app,
            f"d{i:03}",
            f"The annual report of branch {i} states the revenue, the revenue and the profit.",
        )
    put(app, "named", "Zyxwell Holdings was founded by two brothers.\n\nThey later sold all of it.")
    found = search(app, "What revenue does the annual report of branch Zyxwell state?", k=3)
    assert found[0].document.id == "named"
