from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, Sentence
from service.answering.asked.question import understand
from service.answering.composing.compose import Statement, merge, says_the_same, select, short_answer
from service.answering.evidence import FEATURES, Evidence

SAME, OTHER = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)


def _evidence(
    text: str, support: float, document_id: str = "d", start: int = 0, vector: np.ndarray = SAME
) -> Evidence:
    document = Document(document_id, " " * start + text)
    sentence = Sentence(start, start + len(text), "prose")
    chunk = Chunk(document_id, document.revision, sentence.start, sentence.end, text, "", (sentence,))
    record = DocumentRecord(
        document_id, "default", document.revision, {}, (document.revision,), 1, 1, 1, "now"
    )
    hit = Hit(EmbeddedChunk(chunk, vector, vector.reshape(1, 2)), record, 1.0, 1.0, None)
    return Evidence(hit, sentence, text, vector, support, np.zeros(len(FEATURES)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The roof leaked in 2019.", "The roof leaked in 2019!", True),
        ("The roof leaked in 2019.", "The roof leaked in 2015.", False),
        ("The hall is 25 by 4.", "The hall is 20 by 3.", False),
        ("It was held in Rome.", "It was held in Paris.", False),
        ("The vote was valid.", "The vote was not valid.", False),
        ("The vote was valid.", "The vote wasn't valid.", False),
    ],
)
def test_only_the_same_facts_corroborate(one: str, other: str, same: bool) -> None:
    first, second = _evidence(one, 0.5), _evidence(other, 0.5, "e")
    assert says_the_same(first, second) is same
    statements = select(understand("What is it?"), [first, second], 3)
    assert len(statements) == (1 if same else 2)


def test_further_sentences_have_to_come_close() -> None:
    evidence = [_evidence("Ada.", 0.9), _evidence("Bob.", 0.8, "e"), _evidence("Cid.", 0.2, "f")]
    assert len(select(understand("Which names are there?"), evidence, 3)) == 2
    assert len(select(understand("What is the name?"), evidence, 3)) == 1
    doubtful = [_evidence("Ada.", 0.4), _evidence("Bob.", 0.3, "e"), _evidence("Cid.", 0.1, "f")]
    assert len(select(understand("What is the name?"), doubtful, 3)) == 2
    assert len(select(understand("Which names are there?"), evidence, 1)) == 1
    assert select(understand("Which names are there?"), [], 3) == []


def test_beside_a_value_that_is_asked_for_other_lines_of_the_form_are_left_out() -> None:
    value = replace(_evidence("Length: 31 metres", 0.5), stated=(8, 17))
    others = [_evidence("Draught: 2 metres", 0.4, "e"), _evidence("It is 31 metres long.", 0.3, "f")]
    told = select(understand("What is the length?"), [value, *others], 3)
    assert [s.best.text for s in told] == ["Length: 31 metres", "It is 31 metres long."]


def test_statements_are_merged_in_an_order_that_reads() -> None:
    late, early = _evidence("Late.", 0.9, start=50), _evidence("Early.", 0.8, start=5)
    other = _evidence("Other.", 0.85, "e")
    asked = understand("Which names are there?")
    merged = merge([select(asked, [late, other, early], 3), select(asked, [late], 1)], 5)
    assert [s.best.text for s in merged] == ["Early.", "Late.", "Other."]


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("When was it built?", "It was built on 4 May 1921.", "4 May 1921"),
        ("When was it built?", "It was begun in 1921 and built by 1930.", None),
        ("How many ships sailed?", "In 1588 some 130 ships sailed.", "130"),
        ("Which metals rust?", "Metals such as iron, zinc and tin rust.", "iron, zinc and tin rust"),
        ("Who built it?", "It was built by Ada in 1921.", None),
        ("Which sectors does it support?", "It supports the following sectors:", None),
        (
            "Which sectors does it support?",
            "It supports these:\n\n- energy,\n- **trade**: all of it\n- tourism.",
            "energy, trade, tourism",
        ),
        ("Which rules are there?", "The rules:\n1. Stop, look\n2. Go on", "Stop, look; Go on"),
        ("Which rules are there?", "The rules:\n" + "- a rule of some length for many\n" * 9, None),
    ],
)
def test_short_answers_are_given_only_where_they_are_certain(
    question: str, sentence: str, expected: str | None
) -> None:
    assert short_answer(understand(question), question, [_evidence(sentence, 0.9)]) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many sails were sewn?", "70"),
        ("How many people?", "40 ropes and 70"),
        ("What was made?", "40 ropes and 70"),
    ],
)
def test_of_several_numbers_the_one_that_counts_what_is_asked_is_the_short_answer(
    question: str, expected: str
) -> None:
    text = "They made 40 ropes and 70 sails."
    read = replace(_evidence(text, 0.9), span=(10, 25), answerable=5.0)
    assert short_answer(understand(question), question, [read]) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "read", "expected"),
    [
        (
            "When was it built?",
            "It was built by the guild after the fire.",
            "after the fire",
            "after the fire",
        ),
        ("When was it built?", "It was built by the guild of masons.", "the guild of masons", None),
        ("When was it built?", "It was begun on 4 May 1921 by the guild.", "the guild", None),
        ("When was it built?", "It was finished at midnight.", "at midnight", "at midnight"),
        ("How many ships sailed?", "Ships sailed with the fleet.", "the fleet", None),
        ("How many ships sailed?", "With the fleet, 130 ships sailed.", "the fleet", "130"),
        ("Where was it held?", "It was held in Xi’an last May.", "Xi", "Xi’an"),
        ("Whose was it?", "It was China’s turn.", "China", "China"),
        ("How many were there?", "There were 1,500 ships.", "1", "1,500"),
        ("Who built it?", "The Rebuilders built it.", "builders", "Rebuilders"),
        ("How much is it?", "It is .5 mg, he said.", ".5 mg,", ".5 mg"),
        ("How often do ships sail?", "Ships sail twice.", "twice", "twice"),
        ("Who keeps the goal?", "Only the goalkeeper may touch it.", "the goalkeeper", "the goalkeeper"),
        ("Who built it?", "**Ada (1921):** It is mine.", "**Ada (1921):**", "Ada (1921)"),
        ("Who built it?", "**Ada:** It is mine.", ":**", None),
    ],
)
def test_the_span_that_was_read_is_the_short_answer_if_it_is_of_the_kind_asked_for(
    question: str, sentence: str, read: str, expected: str | None
) -> None:
    start = sentence.index(read)
    evidence = replace(_evidence(sentence, 0.9), span=(start, start + len(read)), answerable=5.0)
    assert short_answer(understand(question), question, [evidence]) == expected


def test_yes_or_no_is_the_short_answer_only_where_it_is_sure() -> None:
    question = "Was the mill sold in 1931?"
    asked = understand(question)
    sold = _evidence("The mill was sold in 1931.", 0.9)
    assert short_answer(asked, question, [sold]) == "Yes"
    read = replace(sold, text="The mill was reportedly sold in 1931.", span=(0, 8), answerable=5.0)
    assert short_answer(asked, question, [read]) is None


_ranked = st.lists(
    st.builds(
        lambda support, document, start: Statement((_evidence("Said.", support, document, start),)),
        st.floats(0, 1),
        st.sampled_from("abc"),
        st.integers(0, 5),
    ),
    max_size=4,
    unique_by=lambda s: (s.best.hit.document.id, s.best.sentence.start),
)


@given(st.lists(_ranked, max_size=4), st.integers(1, 6), st.booleans())
def test_every_part_has_its_best_before_any_has_a_second(
    chosen: list[list[Statement]], most: int, side_by_side: bool
) -> None:
    merged = merge(chosen, most, side_by_side=side_by_side)
    places = [(s.best.hit.document.id, s.best.sentence.start) for s in merged]
    offered = {(s.best.hit.document.id, s.best.sentence.start) for part in chosen for s in part}
    assert len(places) == len(set(places)) == min(most, len(offered))
    bests = list(dict.fromkeys((p[0].best.hit.document.id, p[0].best.sentence.start) for p in chosen if p))
    assert set(bests[:most]) <= set(places)
    if side_by_side:
        assert places[: len(bests)] == bests[:most]


def test_a_comparison_shows_a_fact_of_each_side_by_side() -> None:
    one = [_evidence("A first.", 0.9, "a", 50), _evidence("A second.", 0.8, "a", 5)]
    two = [_evidence("B first.", 0.6, "b", 9), _evidence("B second.", 0.5, "b", 1)]
    chosen = [[Statement((e,)) for e in part] for part in (one, two)]

    def texts(most: int, *, side_by_side: bool) -> list[str]:
        return [s.best.text for s in merge(chosen, most, side_by_side=side_by_side)]

    assert texts(3, side_by_side=True) == ["A first.", "B first.", "A second."]
    assert texts(2, side_by_side=True) == ["A first.", "B first."]
    assert texts(3, side_by_side=False) == ["A second.", "A first.", "B first."]


def test_a_summary_is_a_run_of_sentences_from_the_best_one() -> None:
    evidence = [
        _evidence("The plan has parts.", 0.9, start=20),
        _evidence("Another text.", 0.8, "e"),
        _evidence("Opening words here.", 0.7, start=0),
        _evidence("One is a bridge.", 0.1, start=40),
        _evidence("One is far away.", 0.6, start=400),
    ]
    statements = select(understand("Summarize the plan."), evidence, 4)
    assert [s.best.text for s in statements] == ["The plan has parts.", "One is a bridge."]
    assert len(select(understand("Summarize the plan."), evidence, 1)) == 1
    assert select(understand("Summarize the plan."), [], 4) == []


def test_a_summary_of_what_a_heading_names_begins_below_it() -> None:
    evidence = [
        _below("The Fire", _evidence("It burnt to the ground.", 0.1, start=20)),
        _below("The Fire", _evidence("A lamp had fallen over.", 0.9, start=44)),
        _below("Its Years", _evidence("The mill was built early.", 0.9, start=80)),
    ]
    chosen = select(understand("Summarize the years of the mill."), evidence, 4)
    assert [s.best.text for s in chosen] == ["The mill was built early."]
    chosen = select(understand("Summarize the fire at the mill."), evidence, 4)
    assert [s.best.text for s in chosen] == ["It burnt to the ground.", "A lamp had fallen over."]


def test_a_summary_is_not_of_the_line_that_repeats_a_name() -> None:
    near = np.array([0.77 if name == "dense_sentence" else 0.0 for name in FEATURES])
    name = replace(_below("Basic Data", _evidence("Name: P. Adler", 0.5)), features=near)
    hand = _below("Examination", _evidence("The grip of the hand is weak.", 0.1, start=20))
    chosen = select(understand("Summarize the examination of P. Adler."), [name, hand], 4)
    assert [s.best.text for s in chosen] == ["The grip of the hand is weak."]


def test_a_heading_of_names_counts_for_less_than_one_that_says_what_is_asked() -> None:
    court = _below("Court of Orrin", _evidence("Criminal division.", 0.5))
    result = _below("Result", _evidence("He was fined ten pounds.", 0.1, start=40))
    asked = understand("Summarize the result of the trial before the Court of Orrin.")
    assert [s.best.text for s in select(asked, [court, result], 4)] == ["He was fined ten pounds."]
    asked = understand("Summarize what is known of Orrin.")
    one, two = (
        _below("Orrin", _evidence(text, 0.1, start=at))
        for text, at in (("It is a port.", 40), ("It trades.", 54))
    )
    assert [s.best.text for s in select(asked, [court, two, one], 4)] == ["It is a port.", "It trades."]


def test_a_summary_of_a_section_does_not_begin_in_another_with_the_same_heading() -> None:
    former, between, later, last = (
        _below(heading, _evidence(text, support, start=at))
        for heading, text, support, at in (
            ("The Fire", "The first one was small.", 0.1, 0),
            ("Its Years", "Ten years passed.", 0.1, 25),
            ("The Fire", "It burnt to the ground.", 0.1, 45),
            ("The Fire", "A lamp had fallen over.", 0.9, 69),
        )
    )
    near = np.array([1.0 if name == "dense_sentence" else 0.0 for name in FEATURES])
    evidence = [replace(last, features=near), former, between, later]
    chosen = select(understand("Summarize the fire at the mill."), evidence, 4)
    assert [s.best.text for s in chosen] == ["It burnt to the ground.", "A lamp had fallen over."]


def _below(heading: str, evidence: Evidence) -> Evidence:
    chunk = replace(evidence.hit.chunk, context=f"Mills › {heading}")
    return replace(evidence, hit=replace(evidence.hit, embedded=replace(evidence.hit.embedded, chunk=chunk)))


def test_the_heading_of_a_sentence_is_the_nearest_above_it() -> None:
    evidence = _below("Its Years", _evidence("Its End\nIt burnt.", 0.5, start=10))
    assert evidence.heading == "Its Years"
    chunk = evidence.hit.chunk
    parts = (Sentence(10, 17, "heading"), Sentence(18, 27, "prose"))
    embedded = replace(evidence.hit.embedded, chunk=replace(chunk, sentences=parts))
    hit = replace(evidence.hit, embedded=embedded)
    assert replace(evidence, hit=hit, sentence=parts[1]).heading == "Its End"
    untitled = replace(evidence.hit.embedded, chunk=replace(chunk, context="Mills"))
    assert replace(evidence, hit=replace(evidence.hit, embedded=untitled)).heading == ""
