"""The benches over the real parts, on a few invented texts."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.bench.answers import measure, report
from eval.bench.quickstart import QuickStart
from eval.bench.retrieval import ablate
from eval.bench.sets import GoldSet, read_sets
from eval.bench.variants import SHIPPED, VARIANTS
from eval.runner import run
from eval.runs import Run, load_run, save_run
from eval.summary import summarise
from eval.training.evidence import is_held_out
from index import retrieve
from index.embed.onnx import OnnxEmbedder
from index.errors import InvalidInput
from service.answering import pipeline

FRUITS = ("apple", "pear", "plum", "quince", "cherry", "medlar", "fig", "date", "lime", "sloe")


def _squad(path: Path) -> Path:
    """Ten articles, each with a question that it answers and one that it does not."""
    articles = []
    for number, fruit in enumerate(FRUITS):
        sold = str(1900 + number)
        text = (
            f"The {fruit} of Elm Valley grows slowly. It was first sold in {sold} at Oak Fair. It is sweet."
        )
        asked = [
            {
                "id": f"{fruit}-when",
                "question": f"When was the {fruit} first sold?",
                "answers": [{"text": sold, "answer_start": text.index(sold)}],
            },
            {
                "id": f"{fruit}-who",
                "question": f"Who bred the {fruit}?",
                "answers": [],
                "is_impossible": True,
            },
        ]
        articles.append({"title": f"The_{fruit}", "paragraphs": [{"context": text, "qas": asked}]})
    path.write_text(json.dumps({"data": articles}))
    return path


@pytest.fixture
def fruits(tmp_path: Path) -> GoldSet:
    (found,) = read_sets([f"squad:{_squad(tmp_path / 'fruits.json')}:6"])
    return found


def test_a_set_is_drawn_from_the_same_documents_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _squad(tmp_path / "fruits.json")
    (whole,) = read_sets([f"squad:{path}"])
    (drawn,) = read_sets([f"squad:{path}:6"])
    (again,) = read_sets([f"squad:{path}:6"])
    (few,) = read_sets([f"squad:{path}:2:4docs"])
    (held_out,) = read_sets([f"squad:{path}"], held_out=True)
    assert (len(whole.cases), len(drawn.cases), len(few.cases)) == (20, 6, 2)
    assert drawn.cases == again.cases
    assert (drawn.name, few.name) == ("fruits", "fruits-4docs")
    assert held_out.cases == [c for c in whole.cases if is_held_out(c.document_id or "")]
    assert 0 < len(held_out.cases) < 20
    assert read_sets([f"squad:{path}.none:6"]) == []
    assert "Skipped squad: there is no" in capsys.readouterr().err
    with pytest.raises(InvalidInput, match="names no set"):
        read_sets([f"trec:{path}"])


def test_files_and_their_gold_questions_are_a_set(tmp_path: Path) -> None:
    gold = tmp_path / "questions.jsonl"
    gold.write_text(json.dumps({"id": "a", "question": "Who bred it?", "answerable": False}))
    (found,) = read_sets([f"gold:{tmp_path}:{gold}"])
    assert (found.name, found.gold, len(found.cases)) == (tmp_path.name, gold, 1)


def test_the_quickstart_is_measured_as_any_other(embedder: OnnxEmbedder, fruits: GoldSet) -> None:
    texts = {
        "0000_The_apple": "It is sweet. The apple was first sold in 1900 at Oak Fair.",
        "1": "Elm trees.",
    }
    floor = QuickStart(texts, embedder, sentences=2)
    response = floor.answer(replace(fruits.cases[0], question="When was the apple first sold?"))
    assert response.text.startswith("The apple was first sold in 1900 at Oak Fair. ")
    assert response.citations is not None
    for citation in response.citations:
        (source,) = citation.sources
        assert response.text[citation.start : citation.end] == source.cited_text
        assert texts[source.document_id][source.start : source.end] == source.cited_text
    done = run(floor, [c for c in fruits.cases if not c.answerable], fruits.gold)
    assert summarise(done.results)["refused"].value == 0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    folder = tmp_path_factory.mktemp("answers")
    (found,) = read_sets([f"squad:{_squad(folder / 'fruits.json')}:6"])
    return measure(found, folder / "index")


def test_answers_and_the_floor_are_reported_side_by_side(measured: tuple[Run, Run], tmp_path: Path) -> None:
    own, floor = measured
    assert [r.failure for r in (*own.results, *floor.results) if r.failure] == []
    text = report("fruits", own, floor)
    lines = {line.split("|")[1].strip(): line.split("|")[2:-1] for line in text.split("\n") if "|" in line}
    assert lines["evidence recall: gold places in 8 passages"][0].strip() == "1.000"
    assert lines["expected calibration error of given answers"][-1].strip() == "–"
    assert int(lines["answerable"][0]) + int(lines["unanswerable"][0]) == 6
    assert {"retrieve", "compose", "as waited"} <= lines.keys()
    save_run(own, tmp_path / "run.json")
    assert load_run(tmp_path / "run.json").results == own.results


def test_variants_replace_what_there_is_and_put_it_back() -> None:
    before = (retrieve.LEXICAL, retrieve.SCOPE, pipeline.retrieve, pipeline.by_names)  # type: ignore[attr-defined]  # what it patches
    for variant in VARIANTS:
        with variant.in_place():
            pass
    after = (retrieve.LEXICAL, retrieve.SCOPE, pipeline.retrieve, pipeline.by_names)  # type: ignore[attr-defined]
    assert before == after
    assert len({v.name for v in VARIANTS}) == len(VARIANTS)
    assert VARIANTS[0] is SHIPPED


def test_variants_search_otherwise_over_indexes_of_their_own(fruits: GoldSet, tmp_path: Path) -> None:
    chosen = [
        v for v in VARIANTS if v is SHIPPED or "ranks" in v.name or v.index in ("no-context", "110-tokens")
    ]
    table = ablate(fruits, tmp_path, chosen)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.split("\n")[4:]]
    assert [row[0] for row in rows] == [v.name for v in chosen]
    assert {row[1] for row in rows} == {"1.000 [1.000, 1.000]"}
    assert rows[0][3] == ""
    assert rows[1][3] == "+0.000 [+0.000, +0.000], p 1.000"
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"shipped", "no-context", "110-tokens"}
