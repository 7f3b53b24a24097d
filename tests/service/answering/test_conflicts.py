from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.asked.question import understand
from service.answering.composing.compose import Statement
from service.answering.composing.conflicts import disagreements, with_other_sides
from tests.service.making import evidence


def _figures(question: str, *sentences: str) -> list[list[str]]:
    found = disagreements(
        understand(question), [evidence(s, 0.9 - i / 100, f"d{i}") for i, s in enumerate(sentences)]
    )
    return [[side.text for side in sides] for sides in found]


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        (
            "When was the Orrin Bridge opened?",
            "The Orrin Bridge was opened in 1878.",
            "Opened in 1879, the Orrin Bridge crosses the firth.",
            ["1878", "1879"],
        ),
        (
            "How much did the Lyra telescope cost?",
            "The Lyra telescope cost 40 million euros.",
            "According to the Harbour Post, the Lyra telescope cost 55 million euros.",
            ["40 million", "55 million"],
        ),
        (
            "How many people did the Ardal flood kill?",
            "The Ardal flood killed 31 people.",
            "The Ardal flood killed 45 people, officials said on Monday.",
            ["31", "45"],
        ),
        (
            "What is known of the Nordby ferry?",
            "The Nordby ferry carries 600 passengers.",
            "The Nordby ferry carries 640 passengers and was built of steel.",
            ["600", "640"],
        ),
        (
            "How much did Marlow earn in 2019?",
            "In 2019, Marlow earned 30 % more.",
            "Marlow earned 35 % more in 2019.",
            ["30 %", "35 %"],
        ),
    ],
)
def test_the_same_fact_with_another_figure_conflicts(
    question: str, one: str, other: str, expected: list[str]
) -> None:
    assert _figures(question, one, other) == [expected]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How much?", "Orrin Mills earned 3 million euros.", "Tamsin Mills earned 4 million euros."),
        ("How much?", "Orrin earned 3 million euros in 2019.", "Orrin earned 4 million euros in 2020."),
        ("How much?", "Orrin earned 3 million euros in 2019.", "Orrin earned 4 million euros."),
        ("How much?", "Orrin earned 3 million euros.", "Orrin earned 3.2 million euros."),
        ("How much?", "Orrin earned 3 million euros.", "Orrin earned 4 million dollars."),
        ("How much?", "The net profit of Orrin was 3 euros.", "The gross profit of Orrin was 4 euros."),
        ("How much?", "The company earned 3 million euros.", "The company earned 4 million euros."),
        ("How much?", "Revenue in Europe was 3 euros.", "Revenue in Europe was 4 euros."),
        ("How much?", "The fine of Marlow rose from 30 euros.", "The fine of Marlow rose to 40 euros."),
        ("How many?", "Over 30 people saw Marlow.", "Some 45 people saw Marlow."),
        ("How many?", "Marlow hired 30 people last year.", "Marlow hired 45 people last year."),
        ("How many?", "Marlow owes Brown 30 crowns.", "Brown owes Marlow 40 crowns."),
        ("How many?", "Lyra 3 sold two copies.", "Lyra 4 sold three copies."),
        ("How many?", "The first Lyra had 3 seats.", "The second Lyra had 4 seats."),
        ("How many?", "About 30 people saw Marlow.", "About 31 people saw Marlow."),
        ("When?", "The Orrin Bridge was begun in 1871.", "The Orrin Bridge was opened in 1878."),
        (
            "When?",
            "The Orrin Bridge was opened in 1878.",
            "The Orrin Bridge was planned to be opened in 1876.",
        ),
        ("When?", "The Orrin Bridge was not opened in 1876.", "The Orrin Bridge was opened in 1878."),
        ("When?", "The Orrin Bridge was opened in May 1878.", "The Orrin Bridge was opened in 1878."),
        (
            "When?",
            "The Orrin Bridge was opened to trains in 1878.",
            "The Orrin Bridge was opened to cars in 1966.",
        ),
        ("When?", "In 2019, Orrin reported a loss.", "In 2020, Tamsin reported a loss."),
        ("Where?", "The Lyra fair was held in 2019.", "The Lyra fair was held in 2020."),
    ],
)
def test_what_is_not_the_same_fact_does_not_conflict(question: str, one: str, other: str) -> None:
    assert _figures(question, one, other) == []


def test_a_definite_noun_is_the_same_thing_where_the_passages_are() -> None:
    asked = understand("How long does the warranty last?")
    two, three = "The warranty lasts two years.", "The warranty lasts three years."

    def found(one: str, other: str) -> bool:
        sides = [evidence(two, 0.9, "a", title=one), evidence(three, 0.8, "b", title=other)]
        return bool(disagreements(asked, sides))

    assert found("Terms of Lyra Lamps 2020", "Terms of Lyra Lamps 2022")
    assert not found("Terms of Lyra Lamps", "Terms of Orrin Mills")


def test_persons_who_open_a_sentence_are_told_apart() -> None:
    asked = understand("How high was the fine?")
    fined = [
        evidence(f"{name}, a baker, was fined {euros} euros.", 0.9, name, title="Court news")
        for name, euros in (("Marlow", 30), ("Brown", 40))
    ]
    assert not disagreements(asked, fined)


def test_weak_distant_or_own_sentences_do_not_conflict() -> None:
    asked = understand("How many people did the Ardal flood kill?")
    one = evidence("The Ardal flood killed 31 people.", 0.9, "a")
    text = "The Ardal flood killed 45 people."
    assert not disagreements(asked, [one, evidence(text, 0.4, "b")])
    assert not disagreements(asked, [one, evidence(text, 0.8, "a")])
    far = np.array([0.6, 0.8], dtype=np.float32)
    assert not disagreements(asked, [one, evidence(text, 0.8, "b", far)])
    assert not disagreements(asked, [])


def test_sides_are_newest_first_and_quoted_within_the_answer() -> None:
    old = evidence("The Ardal flood killed 31 people.", 0.9, "a", published_at="2020-01-02")
    new = evidence("The Ardal flood killed 45 people.", 0.8, "b", published_at="2021")
    same = evidence("The Ardal flood killed 31 people.", 0.7, "c")
    (sides,) = disagreements(understand("How many people did the Ardal flood kill?"), [old, new, same])
    assert [side.evidence for side in sides] == [new, old, same]
    other = evidence("The river rose.", 0.6, "d")
    ranked = with_other_sides([Statement((old, same)), Statement((other,))], [sides])
    assert [s.best for s in ranked] == [old, new, other]
    assert [s.best for s in with_other_sides([Statement((other,))], [sides])] == [other]
    both = [Statement((old, same)), Statement((other,)), Statement((new,))]
    assert [s.best for s in with_other_sides(both, [sides])] == [old, new, other]


@given(
    st.lists(st.tuples(st.sampled_from(["Orrin", "Tamsin"]), st.integers(2, 9)), max_size=6),
    st.permutations(range(6)),
)
def test_only_differing_figures_of_one_thing_are_opposed(
    told: list[tuple[str, int]], order: list[int]
) -> None:
    asked = understand("How many mills are there?")
    all_ = [
        evidence(f"The town of {name} has {mills} mills.", 0.8, f"d{order[i]}")
        for i, (name, mills) in enumerate(told)
    ]
    found = disagreements(asked, all_)
    for sides in found:
        assert len({side.evidence.hit.document.id for side in sides}) == len(sides)
        assert len({side.evidence.text.split()[3] for side in sides}) == 1
        assert any(a.text != b.text for a, b in combinations(sides, 2))
        for side in sides:
            assert side.text == side.evidence.text[side.figure.start : side.figure.end]
    for town in ("Orrin", "Tamsin"):
        assert any(f"of {town} " in s[0].evidence.text for s in found) == (
            len({mills for name, mills in told if name == town}) > 1
        )
