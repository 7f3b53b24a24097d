import json

import pytest

from index.errors import EmptyDocument, LoadError
from tests.index.load.making import RECORDS, documents_of, failures_of, load, load_all


def test_records_become_documents_with_their_fields() -> None:
    documents = documents_of(load_all(json.dumps(RECORDS).encode(), "r.json", {"source": "S"}))
    assert list(documents) == ["r.json/a", "r.json/2"]
    first, second = documents.values()
    assert first.text == "Words of the first."
    assert first.title == "First"
    assert first.metadata["published_at"] == "2024-05-01"
    assert first.metadata["tags"] == ["x"]
    assert first.metadata["source"] == "S"
    assert second.metadata["author"] == "Eve"


@pytest.mark.parametrize(
    "field",
    [
        '"source": {"id": null, "name": "CNN"}',
        '"tags": "a"',
        '"published_at": 1709337600',
        '"published_at": "yesterday"',
        '"title": ["T"]',
        '"size": 1e999',
        f'"deep": {"[" * 40}{"]" * 40}',
    ],
)
@pytest.mark.parametrize("name", ["r.json", "r.jsonl"])
def test_a_field_that_does_not_fit_is_left_out_and_the_text_kept(name: str, field: str) -> None:
    document = load(f'{{"text": "Words.", "author": "Eve", {field}}}'.encode(), name, {"url": "U"})
    assert document.text == "Words."
    assert document.metadata == {"author": "Eve", "url": "U"}


def test_another_field_stands_in_for_one_that_does_not_fit() -> None:
    record = {"text": "Words.", "title": 1, "headline": "Head", "published_at": 17, "date": "2024-05-01"}
    metadata = load(json.dumps(record).encode(), "r.json").metadata
    assert (metadata["title"], metadata["published_at"]) == ("Head", "2024-05-01")


def test_ids_that_are_too_long_are_cut_and_told_apart() -> None:
    names = ("a" * 2000, "a" * 2001, "a" * 2000, "a" * 2000)
    records = [{"id": name, "text": f"Text {i}."} for i, name in enumerate(names)]
    documents = documents_of(load_all(json.dumps(records).encode(), "r.json"))
    assert [document.text for document in documents.values()] == [f"Text {i}." for i in range(4)]
    assert {len(name) for name in documents} == {1000}


def test_json_lines_keep_what_is_good_and_name_what_is_not() -> None:
    lines = '{"text": "One."}\n\n{"text": \n{"id": 7, "body": "Three."}\n{"text": ""}\n{"a": {"b": [1, 2]}}\n'
    loaded = load_all(lines.encode(), "r.jsonl")
    assert {name: document.text for name, document in documents_of(loaded).items()} == {
        "r.jsonl/1": "One.",
        "r.jsonl/7": "Three.",
        "r.jsonl/6": "a.b: 1, 2",
    }
    failures = failures_of(loaded)
    assert list(failures) == ["r.jsonl/3", "r.jsonl/5"]
    assert "line 3, column 10" in failures["r.jsonl/3"]


def test_a_number_of_too_many_digits_stops_no_other_line() -> None:
    loaded = load_all(b'{"text": "One."}\n{"n": ' + b"1" * 5000 + b'}\n{"text": "Three."}', "r.jsonl")
    assert [document.text for document in documents_of(loaded).values()] == ["One.", "Three."]
    assert "too many digits at line 2" in failures_of(loaded)["r.jsonl/2"]


def test_records_of_one_id_are_all_kept() -> None:
    records = [{"id": name, "text": f"Text {i}."} for i, name in enumerate(("a", "a", "3", "a (record 2)"))]
    documents = documents_of(load_all(json.dumps(records).encode(), "r.json"))
    assert [document.text for document in documents.values()] == [f"Text {i}." for i in range(4)]


def test_ids_that_no_address_could_carry_are_changed_and_told_apart() -> None:
    names = ("text", "text_", "..", "a/./b", "a\x07b", "a_b")
    lines = "\n".join(json.dumps({"id": name, "text": f"Text {i}."}) for i, name in enumerate(names))
    documents = documents_of(load_all(lines.encode(), "r.jsonl"))
    assert {name: document.text for name, document in documents.items()} == {
        "r.jsonl/text_": "Text 0.",
        "r.jsonl/text_ (record 2)": "Text 1.",
        "r.jsonl/__": "Text 2.",
        "r.jsonl/a/_/b": "Text 3.",
        "r.jsonl/a_b": "Text 4.",
        "r.jsonl/a_b (record 6)": "Text 5.",
    }


def test_any_other_json_is_lines_of_paths_and_values() -> None:
    value = {
        "name": "Citewise",
        "empty": None,
        "parts": [{"size": 3, "open": True}, {"size": 4.5}],
        "tags": ["a", "b"],
    }
    assert load(json.dumps(value).encode(), "v.json").text == (
        "name: Citewise\n\nparts[1].size: 3\n\nparts[1].open: true\n\nparts[2].size: 4.5\n\ntags: a, b"
    )


def test_lone_surrogates_and_numbers_that_are_none_survive() -> None:
    document = load(b'{"text": "A \\ud800 mark\\u0000.", "x\\udc00": NaN}', "v.json")
    assert document.text == "A \ufffd mark\ufffd."
    assert document.metadata["x\ufffd"] is None
    assert load(b'{"\\ud800": "\\udfff odd"}', "v.json").text == "\ufffd: \ufffd odd"


def test_bad_json_names_line_and_column() -> None:
    with pytest.raises(LoadError, match="line 2, column 7"):
        load(b'{"a": 1,\n "b": }', "v.json")
    with pytest.raises(LoadError, match="nested too deeply"):
        load(b"[" * 100_000, "v.json")
    with pytest.raises(EmptyDocument):
        load(b"[]", "v.json")
