import pytest

from index.text.blocks import infer_headings
from index.text.sentences import split_sentences
from index.types import Document
from service.answering.composing.lists import MAX_CHARACTERS, list_end, list_start
from service.types import Ask
from service.wiring import App


def _completed(text: str) -> str:
    lead, *following = split_sentences(text, infer_headings(text))
    return text[lead.start : list_end(text, lead, following)]


def test_a_lead_in_is_completed_with_its_items() -> None:
    text = "They agreed on three things:\n\n  • to meet\n  • to talk. Often.\n  • to part\n\nThen they left."
    assert _completed(text) == "They agreed on three things:\n\n  • to meet\n  • to talk. Often.\n  • to part"


def test_items_keep_their_unmarked_lines() -> None:
    text = "The rules:\n\n1. First\n   It is about cats.\n2. Second\n   It is about dogs.\n\nThe end came."
    assert _completed(text).endswith("about dogs.")


def test_without_items_nothing_is_added() -> None:
    assert _completed("He said:\n\nNothing at all.") == "He said:"


def test_a_long_list_ends_with_a_whole_item() -> None:
    item = "an item that goes on for a while, as items do"
    text = "All of them:\n\n" + "\n".join(f"- {item}" for _ in range(100))
    shown = _completed(text)
    assert len(shown) <= MAX_CHARACTERS
    assert shown.endswith(item)


STEPS = "To clean it:\n\n1. Unplug it.\n2. Open the lid.\n   It is hot.\n\n3. Rinse it.\n\nThen dry it."


def test_a_list_may_be_announced_without_a_colon_and_with_a_word_on_it() -> None:
    text = "The following can be borrowed. This is not all.\n\n- maps\n- scores\n\nFilms cannot."
    assert _completed(text) == text.partition("\n\nFilms")[0]
    assert _completed("The following happened. It rained.\n\nThen it stopped.") == "The following happened."


def test_a_step_is_found_in_its_list() -> None:
    sentences = split_sentences(STEPS, infer_headings(STEPS))
    starts = {STEPS[s.start : s.end]: list_start(STEPS, sentences, i) for i, s in enumerate(sentences)}
    assert starts["Rinse it."] == starts["Open the lid."] == starts["Unplug it."] == 0
    lead, *following = sentences
    assert STEPS[: list_end(STEPS, lead, following)].endswith("3. Rinse it.")


@pytest.mark.parametrize(
    ("question", "all_steps"),
    [("How do I clean the Orrin kettle?", True), ("What is opened after the kettle is unplugged?", False)],
)
def test_who_asks_how_to_do_something_is_told_every_step_once(
    app: App, question: str, *, all_steps: bool
) -> None:
    steps = ("Unplug the kettle.", "Open the lid of the kettle.", "Clean the kettle with vinegar.")
    listed = "\n".join(f"{i}. {step}" for i, step in enumerate(steps, start=1))
    text = f"# The kettle\n\nIt holds two litres.\n\n## Cleaning\n\n{listed}\n\n## Storing\n\nStore it dry."
    app.builder.put("default", Document("kettle", text, {"title": "The Orrin kettle"}))
    answer = app.asker.answer(Ask(question))
    assert answer.answerable
    assert ([answer.text.count(step) for step in steps] == [1, 1, 1]) == all_steps


def test_of_a_list_of_which_much_answers_all_is_told(app: App) -> None:
    listed = "- 350 g rye flour\n- 150 g wheat flour\n- 100 g starter\n- 10 g salt\n- 1 tsp treacle"
    text = f"# Rye loaf\n\n## Ingredients\n\n{listed}\n\n## Method\n\nMix it all and bake it."
    app.builder.put("default", Document("loaf", text, {"title": "Rye loaf"}))
    answer = app.asker.answer(Ask("What ingredients do I need for the rye loaf?"))
    assert all(answer.text.count(item[2:]) == 1 for item in listed.split("\n"))
    assert answer.short_answer == listed.replace("\n- ", ", ").removeprefix("- ")
