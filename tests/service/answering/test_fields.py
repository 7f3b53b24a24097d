"""Lines of forms and rows of tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.fields import fields
from index.types import Document
from service.answering.asked.question import understand
from service.answering.asked.stated import stated
from service.types import Ask
from service.wiring import App

FORM = """\
Log of the Orrin ferry

Captain: Ada Brown
Length: 31 metres
Draught when loaded: 2 metres
Next inspection: 4 May 1931
Crew quarters: none"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Length: 31 metres", ["31 metres"]),
        ("**Length (m):** 31", ["31"]),
        ("长度：31米", ["31米"]),
        ("Length: 31.5 m.", ["31.5 m"]),
        ("Owner: Orrin Mills Ltd.", ["Orrin Mills Ltd."]),
        ("Year: 1921; Sold: 12, all to Tamsin; Note: a", ["1921", "12, all to Tamsin", "a"]),
        ("Length: 31 metres, Draught: 2 metres", ["31 metres", "2 metres"]),
        ("Colours: red, green and blue", ["red, green and blue"]),
        ("It sails at 10:30 from the pier.", []),
        ("See https://example.org: the log.", []),
        ("One of the things that they had all agreed on was this: no.", []),
        ("Length:", []),
        ("", []),
    ],
)
def test_fields_are_told_by_layout(text: str, found: list[str]) -> None:
    assert [text[slice(*field.value)] for field in fields(text)] == found


@given(st.text(alphabet="Ab :：;,.*(\n\u4e00", max_size=60))
def test_values_lie_within_the_text_in_order(text: str) -> None:
    ends = [end for field in fields(text) for end in field.value]
    assert ends == sorted(ends)
    assert all(0 <= end <= len(text) for end in ends)


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("What is the length of the Orrin ferry?", "Length: 31 metres", "31 metres"),
        ("When is the next inspection of the ferry?", "Next inspection: 4 May 1931", "4 May 1931"),
        ("When is the next inspection of the ferry?", "Inspection: passed", None),
        ("What is the name of the captain's sister?", "Captain: Ada Brown", None),
        ("What is the name of the captain's sister?", "Name: Ada Brown", None),
        ("What is the favourite dish of the captain?", "Captain: Ada Brown", None),
        ("What did Brown say?", "Brown: It is late.", None),
        ("How many did Orrin sell in 1921?", "Mill: Orrin; Year: 1921; Sell: 12", None),
        ("What was the output of Orrin in 1921?", "Mill: Orrin; Year: 1921; Output: 12", "12"),
        ("What was the output of Orrin in 1921?", "Mill: Orrin; Year: 1922; Output: 14", None),
        ("What was the output of Orrin in 1921?", "Mill: Tamsin; Year: 1921; Output: 14", None),
    ],
)
def test_a_value_is_stated_under_the_label_that_is_asked_for(
    question: str, text: str, value: str | None
) -> None:
    found = stated(text, understand(question), "")
    assert (found and text[slice(*found)]) == value


def test_a_line_of_a_form_answers(app: App) -> None:
    app.builder.put("default", Document("ferry", FORM))
    other = FORM.replace("Orrin", "Tamsin").replace("31 m", "19 m").replace("Ada Brown", "Cid Dorn")
    app.builder.put("default", Document("other", other))
    answer = app.pipeline.answer(Ask("What is the length of the Orrin ferry?", "default", {}, 8, 3))
    assert answer.short_answer == "31 metres"
    assert answer.citations[0].sources[0].cited_text == "Length: 31 metres"
    refused = app.pipeline.answer(Ask("What is the length of the Lindal ferry?", "default", {}, 8, 3))
    assert refused.abstention is not None
