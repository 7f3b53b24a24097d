import numpy as np
import pytest

from index.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, Sentence
from service.answering.compose import merge, says_the_same, select, short_answer
from service.answering.evidence import FEATURES, Evidence
from service.answering.question import understand

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
    ],
)
def test_short_answers_are_given_only_where_they_are_certain(
    question: str, sentence: str, expected: str | None
) -> None:
    assert short_answer(understand(question), question, _evidence(sentence, 0.9)) == expected
