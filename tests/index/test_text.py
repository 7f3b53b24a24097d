import unicodedata
from time import process_time

import pytest
from hypothesis import given

from index.text.analysis import content_terms, tokenize, unnamed
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.text.sentences import split_sentences
from tests.strategies import texts


@given(texts)
def test_canonical_is_idempotent_nfc_with_newlines_only(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(once) & set("\r\u2028\u2029\x85\x00\x0b\x0c")
    once.encode("utf-8")


def test_canonical_replaces_lone_surrogates_and_drops_the_byte_order_mark() -> None:
    assert canonical("\ufeffa\ud800b\r\nc") == "a\ufffdb\nc"


@given(texts)
def test_sentences_are_ordered_disjoint_and_trimmed(raw: str) -> None:
    text = canonical(raw)
    end = 0
    for sentence in split_sentences(text, infer_headings(text)):
        quoted = text[sentence.start : sentence.end]
        assert end <= sentence.start < sentence.end <= len(text)
        assert quoted == quoted.strip()
        assert quoted
        end = sentence.end


@given(texts)
def test_sentences_lose_no_letter_outside_list_marks(raw: str) -> None:
    text = canonical(raw)
    inside = set[int]()
    for sentence in split_sentences(text, infer_headings(text)):
        inside.update(range(sentence.start, sentence.end))
    for line_start, line in _lines(text):
        letters = [i for i, c in enumerate(line) if c.isalnum()]
        outside = [i for i in letters if line_start + i not in inside]
        # A mark such as "12." or "iv)" is all that may stay outside, at the line's start.
        assert len(outside) <= 5
        assert outside == letters[: len(outside)]


def _lines(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for line in text.split("\n"):
        found.append((start, line))
        start += len(line) + 1
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. J. K. Lee met Mr. Yi. They agreed.", ["Dr. J. K. Lee met Mr. Yi.", "They agreed."]),
        ("• First item\n• Second item, no stop", ["First item", "Second item, no stop"]),
        ("“Is it true?” he asked. “Yes.”", ["“Is it true?” he asked.", "“Yes.”"]),
        ("他们在西安开会。会议结束了！好的", ["他们在西安开会。", "会议结束了！", "好的"]),
        ("A line without a stop\nAnother line", ["A line without a stop", "Another line"]),
        ("It was building on several areas,\nhe said.", ["It was building on several areas,\nhe said."]),
        ("the cat sat on\nthe mat. It slept.", ["the cat sat on\nthe mat.", "It slept."]),
        (
            "It stands in Orrin.[1] The mayor said “yes.”[2][3] It rose,[a] then fell.[note 4]\nNext.",
            [
                "It stands in Orrin.[1]",
                "The mayor said “yes.”[2][3]",
                "It rose,[a] then fell.[note 4]",
                "Next.",
            ],
        ),
        (
            "Model: X1; Max. flow: 9 l/h; Min. 3 l/h. It runs.",
            ["Model: X1; Max. flow: 9 l/h; Min. 3 l/h.", "It runs."],
        ),
        (
            "They met at Trinity-St. Olave's Hall. It was dry.",
            ["They met at Trinity-St. Olave's Hall.", "It was dry."],
        ),
        ("It ran at the max. Then it fell.", ["It ran at the max.", "Then it fell."]),
        ("[1] Smith, J. wrote. [2] Jones did.", ["[1] Smith, J. wrote.", "[2] Jones did."]),
    ],
)
def test_sentences_survive_layout(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in split_sentences(text, ())] == expected


def test_hard_wrapped_paragraph_is_joined() -> None:
    line = (
        "This paragraph was wrapped by an editor at a fixed width, as Plain Text\n"
        "Often is when people write mail in it. A second one."
    )
    found = [line[s.start : s.end] for s in split_sentences(line, ())]
    assert len(found) == 2


def test_each_line_of_a_form_stands_by_itself() -> None:
    lines = [
        "Keeper: her mother Maria Orrin of Elm Hill",
        "Name of the harbour: Tamsin",
        "**Depth:** eleven metres, at\nlow tide",
    ]
    form = "\n".join(lines)
    assert [form[s.start : s.end] for s in split_sentences(form, ())] == lines


_BY_HAND = """\
There was a long discussion about smoke. After two complaints from
Cawdor Road it was resolved that fires are allowed only on the first
Saturday of a month between November and March, when it is calm and
nobody has washing out. Two members of the committee will write

to the council, and a third will ask the fire brigade whether it has
Rules of its own on this; an answer is expected in time for the next
meeting, which the chair will open with it.
"""


def test_text_that_was_wrapped_by_hand_has_no_headings_and_whole_sentences() -> None:
    assert infer_headings(_BY_HAND) == ()
    found = [" ".join(_BY_HAND[s.start : s.end].split()) for s in split_sentences(_BY_HAND, ())]
    assert found[1].startswith("After two complaints from Cawdor Road")
    assert "the fire brigade whether it has Rules of its own" in found[3]


def test_records_of_like_length_are_no_wrapped_prose() -> None:
    sold = "Orrin Mills sold a part of what it had in Elm Valley in"
    records = [*[f"{sold} {year}" for year in range(1912, 1920)], f"{sold} the end, to Tamsin Mills"]
    assert len(split_sentences("\n".join(records), ())) == len(records)


@pytest.mark.parametrize(
    "text",
    [
        "# a" + " " * 60_000 + "b",
        "x\n" * 60_000,
        "- " * 30_000,
        "*" * 60_000,
        "**" + "a " * 30_000,
        "\n".join(f"Label {n}:" for n in range(6000)),
        "!" * 60_000,
        'a.")]' * 15_000,
        "a " + "?)" * 30_000,
    ],
)
def test_awkward_layout_takes_no_longer_than_plain_text(text: str) -> None:
    """Linear, none takes 20 times as long; quadratic or worse, they take hundreds of times as long."""
    plain = "The comet returned to the harbour. " * (len(text) // 35)
    assert _seconds(text) < 100 * _seconds(plain)


def _seconds(text: str) -> float:
    begun = process_time()
    split_sentences(text, infer_headings(text))
    return process_time() - begun


def test_headings_are_inferred_from_layout() -> None:
    text = "A Title of the Thing\n\n" + "A paragraph that is long enough to stand under it, as they do. " * 2
    (heading,) = infer_headings(text)
    assert heading.title == "A Title of the Thing"
    assert heading.level == 1


_BODY = "A paragraph that is long enough to stand under it, as paragraphs mostly do in a report."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"**The Mill**\n\n{_BODY}\n\n**II. Its years:**\n{_BODY}", [(1, "The Mill"), (2, "II. Its years")]),
        (f"## Mills\n\n__The oldest__\n\n{_BODY}", [(2, "Mills"), (3, "The oldest")]),
        (f"{_BODY}\n\nPast History:\nNo illness.\nNo operation.", [(2, "Past History")]),
        (f"{_BODY}\n\n基本信息：\n姓名：王宁", [(2, "基本信息")]),
        # What stands among other lines, names who speaks, announces a list, is a sentence, a value, the end.
        (f"Name: Ada\nBorn: 1815\n{_BODY}", []),
        (f"Ada:\n{_BODY}\n\nBob:\n{_BODY}\n\nAda:\n{_BODY}\n\nBob:\n{_BODY}", []),
        ("These Towns:\n- Aldbury\n- Brimley", []),
        ("The following towns were named:\nAldbury and Brimley.", []),
        (f"**It was never found.**\n\n{_BODY}", []),
        (f"{_BODY}\n\n**Deadline: 5 May**\n\n{_BODY}", []),
        (f"**Ada:** {_BODY}", []),
        (f"{_BODY}\n\n**The end**", []),
    ],
)
def test_lines_that_are_bold_and_labels_are_headings(text: str, expected: list[tuple[int, str]]) -> None:
    found = infer_headings(text)
    assert [(h.level, h.title) for h in found] == expected
    assert all(text[h.start : h.end] == h.title for h in found)
    kinds = {text[s.start : s.end]: s.kind for s in split_sentences(text, found)}
    assert all(kinds[title] == "heading" for _, title in expected)


@given(texts)
def test_tokens_point_at_their_surface(raw: str) -> None:
    text = canonical(raw)
    for token in tokenize(text):
        assert text[token.start : token.end] == token.surface
        assert token.term


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xi’an's meetings", "xian meeting"),
        ("the Fourth meeting", "4th meeting"),
        ("five key areas", "5 key area"),
        ("Diagnoses, analyses", "diagnosis analysis"),
        ("1,500 places", "1500 place"),
        ("Élites", "elite"),
        ("成都会议", "成都会议"),
        ("Donau\u00addampf\u00adschiff", "Donaudampfschiff"),
        ("مُحَمَّد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("می\u200cخواهم", "میخواهم"),
        ("x\u030c1\ufe0f", "x1"),
    ],
)
def test_question_and_document_meet_in_terms(one: str, other: str) -> None:
    assert set(content_terms(one)) == set(content_terms(other))


@pytest.mark.parametrize("text", ["हिन्दी साहित्य का इतिहास", "தமிழ்நாடு எப்போது", "বাংলাদেশের রাজধানী"])
def test_vowel_signs_are_part_of_a_word(text: str) -> None:
    assert [t.surface for t in tokenize(text)] == text.split()
    assert [unicodedata.normalize("NFC", term) for term in content_terms(text)] == text.split()


def test_a_clause_of_thai_is_searched_by_pieces() -> None:
    assert {"วมกร", "งเทพ"} < set(content_terms("น้ำท่วมกรุงเทพ"))


def test_cjk_is_searched_by_bigrams() -> None:
    assert content_terms("成都会议") == ["成都", "都会", "会议"]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What was the net profit of Orrin Mills in 2019?", "What was the net profit of in ?"),
        ("Who is Tamsin Orrin?", "Who is Tamsin Orrin?"),
        ("what was the net profit?", "what was the net profit?"),
        ("《年报》的净利润是多少？", "《年报》的净利润是多少？"),
    ],
)
def test_what_is_asked_is_told_from_the_names(question: str, asked: str) -> None:
    assert unnamed(question) == asked
