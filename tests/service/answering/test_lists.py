from index.text.blocks import infer_headings
from index.text.sentences import split_sentences
from service.answering.composing.lists import MAX_CHARACTERS, list_end


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
