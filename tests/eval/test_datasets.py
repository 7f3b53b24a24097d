import json
from pathlib import Path

import pytest

from eval.datasets.contract import read_cases
from eval.datasets.dragonball import read_dragonball
from eval.datasets.gold import read_gold, sample, write_texts
from eval.datasets.squad import read_squad
from eval.measures.gold import resolve
from eval.runner import run
from eval.summary import summarise
from eval.targets.in_process import InProcess
from eval.types import Case
from index.errors import InvalidInput, PathNotFound
from index.load.files import find_sources
from service.types import Ask, Turn
from service.wiring import App


def test_gold_files_name_the_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    good = {"id": "a", "question": "q", "answerable": False}
    for line, message in (
        ('{"id": "b"}', r":2 .*question"),
        ("nonsense", ":2"),
        (json.dumps(good), "again"),
        (json.dumps({**good, "id": "b", "extra": 1}), "extra"),
    ):
        path.write_text(json.dumps(good) + "\n" + line + "\n")
        with pytest.raises(InvalidInput, match=message):
            read_cases(path)
    path.write_text("\n")
    with pytest.raises(InvalidInput, match="no gold questions"):
        read_cases(path)
    with pytest.raises(PathNotFound):
        read_gold(tmp_path / "none.jsonl")


def test_history_comes_with_a_case(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    turns = [{"role": "user", "content": "And before?"}]
    path.write_text(json.dumps({"id": "a", "question": "q", "answerable": True, "history": turns}))
    assert read_gold(path)[0].history == (Turn("user", "And before?"),)


def _squad(path: Path) -> Path:
    paragraph = {
        "context": "The comet came in 1910.",
        "qas": [
            {"id": 1, "question": "When?", "answers": [{"text": "1910", "answer_start": 18}]},
            {"id": 2, "question": "Why?", "answers": [], "is_impossible": True},
        ],
    }
    path.write_text(json.dumps({"data": [{"title": "A/Comet", "paragraphs": [paragraph, paragraph]}]}))
    return path


def test_squad_articles_become_documents_with_exact_places(tmp_path: Path) -> None:
    texts, cases = read_squad(_squad(tmp_path / "squad.json"))
    (name,) = texts
    for case in cases:
        for place in case.evidence:
            assert texts[name][place.start : place.end] == "1910"
    assert {case.document_id for case in cases} == {name}


def test_squad_runs_over_the_texts_that_are_written_for_it(app: App, tmp_path: Path) -> None:
    gold = _squad(tmp_path / "squad.json")
    assert write_texts(gold, tmp_path / "texts") == 1
    app.ingest("default").add(find_sources([tmp_path / "texts"]))
    done = run(InProcess(app, Ask("")), read_gold(gold), gold)
    assert [r.failure for r in done.results if r.failure] == []
    assert summarise(done.results)["evidence_recall@1"].value == 1


def _dragonball(folder: Path) -> Path:
    folder.mkdir()
    documents = [
        {
            "doc_id": 1,
            "language": "en",
            "content": "Ada Pear founded it.\r\nIt sold ten ships in Cafe\u0301 Bay.",
        },
        {"doc_id": 2, "language": "en", "content": "Bo Plum founded it. It sold ten ships in Caf\u00e9 Bay."},
        {"doc_id": 3, "language": "zh", "content": "它卖了十艘船。"},
    ]
    sold, ada, bo = "It sold ten ships in Cafe\u0301 Bay.", "Ada Pear founded it.", "Bo Plum founded it."
    rows = [
        ("Factual Question", [sold], [1, 2]),
        ("Multi-document Comparison Question", [ada, bo], [1, 2]),
        ("Multi-hop Reasoning Question", [ada, "Ada Pear went away."], [1]),
        ("Unanswerable Question", [], [2]),
        ("Irrelevant Unsolvable Question", [], []),
    ]
    questions = [
        {"id": i, "type": kind, "question": "Which?", "answer": "That.", "references": said, "doc_ids": ids}
        for i, (kind, said, ids) in enumerate(rows)
    ]
    for name, lines in (("dragonball_docs.jsonl", documents), ("dragonball_en_queries.jsonl", questions)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_dragonball_questions_keep_to_what_is_verbatim(tmp_path: Path) -> None:
    texts, (factual, comparison, unanswerable, irrelevant) = read_dragonball(_dragonball(tmp_path / "set"))
    assert set(texts) == {"1", "2"}
    assert [e.document_id for e in factual.evidence] == ["1", "2"]
    assert [e.document_id for e in comparison.evidence] == ["1", "2"]
    for case in (factual, comparison):
        assert all(e.quote and e.quote in texts[e.document_id] for e in case.evidence)
    assert (factual.tags, factual.answerable, factual.answer) == (("factual",), True, "That.")
    assert comparison.tags == ("multi-document-comparison", "multi_document")
    assert (unanswerable.answerable, unanswerable.tags) == (False, ("unanswerable",))
    assert (unanswerable.document_id, irrelevant.document_id) == ("2", None)
    assert irrelevant.tags == ("unanswerable", "irrelevant")


def test_dragonball_searches_the_texts_that_are_written_for_it(app: App, tmp_path: Path) -> None:
    folder = _dragonball(tmp_path / "set")
    assert write_texts(folder, tmp_path / "texts") == 2
    app.ingest("default").add(find_sources([tmp_path / "texts"]))
    factual = read_gold(folder)[0]
    target = InProcess(app, Ask(""))
    assert resolve(factual, target.text)[1] == []
    assert {p.document_id for p in target.search(factual, 8)} == {"1.txt", "2.txt"}


def test_dragonball_folders_that_are_wrong_are_named(tmp_path: Path) -> None:
    folder = _dragonball(tmp_path / "set")
    queries = folder / "dragonball_en_queries.jsonl"
    good = queries.read_text()
    for line, message in (
        ("nonsense", ":1 is no JSON object"),
        ('{"id": 7}', ":1 has no answer, doc_ids"),
        (good.split("\n")[0].replace("Factual", "Odd"), "Question 0 .*'Odd Question'"),
    ):
        queries.write_text(line + "\n")
        with pytest.raises(InvalidInput, match=message):
            read_gold(folder)
    queries.unlink()
    with pytest.raises(InvalidInput, match="has no dragonball_en_queries"):
        read_gold(folder)


def _beir(folder: Path, *, trec: bool = False) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": "d1", "title": "Comets", "text": "The comet returned."},
        {"_id": "d2", "text": "Pears grow."},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    queries = [{"_id": "q1", "text": "When did the comet return?"}, {"_id": "q2", "text": "unjudged"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    if trec:
        (folder / "qrels.txt").write_text("q1 0 d1 2\nq1 0 d2 0\n")
    else:
        (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n")
    return folder


@pytest.mark.parametrize("trec", [False, True])
def test_beir_folders_are_searched_and_not_asked(app: App, tmp_path: Path, trec: bool) -> None:
    folder = _beir(tmp_path / "beir", trec=trec)
    (case,) = read_gold(folder)
    assert (case.id, case.answerable, dict(case.relevance)["corpus.jsonl/d1"]) == ("q1", None, 2)
    app.ingest("default").add(find_sources([folder / "corpus.jsonl"]))
    done = run(InProcess(app, Ask("")), [case], folder)
    assert done.results[0].outcome == "searched"
    figures = summarise(done.results)
    assert figures["ndcg@10"].value == figures["recall@1"].value == 1
    assert "right" not in figures


def test_beir_lines_end_at_line_feeds_alone(tmp_path: Path) -> None:
    folder = _beir(tmp_path / "beir")
    queries = folder / "queries.jsonl"
    lines = queries.read_text(encoding="utf-8").rstrip("\n").split("\n")
    row = json.loads(lines[0])
    lines[0] = json.dumps(row | {"text": "Who\u2028won\x85it?"}, ensure_ascii=False)
    queries.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    assert any(case.question == "Who\u2028won\x85it?" for case in read_gold(folder))


def test_beir_folders_that_are_wrong_are_named(tmp_path: Path) -> None:
    folder = _beir(tmp_path / "beir")
    (folder / "qrels" / "test.tsv").write_text("q9\td1\t1\n")
    with pytest.raises(InvalidInput, match="'q9'"):
        read_gold(folder)
    (folder / "qrels" / "test.tsv").write_text("q1\td1\tx\nq1\td1\tx\n")
    with pytest.raises(InvalidInput, match=r"test\.tsv:2"):
        read_gold(folder)
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(InvalidInput, match="neither"):
        read_gold(folder)
    with pytest.raises(InvalidInput, match="no BEIR folder"):
        read_gold(tmp_path)


def test_a_table_of_question_and_answer(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(
        'question,answer,tags\n"When, then?",1910,date a\nWhy?,,\nHow?,"It was, all in all, a long way."\n'
    )
    first, second, third = read_gold(path)
    assert (first.question, first.answers, first.answer, first.tags) == (
        "When, then?",
        ("1910",),
        "1910",
        ("date", "a"),
    )
    assert (second.answerable, second.answers) == (False, ())
    assert (third.answerable, third.answers) == (True, ())
    for content, message in (
        ("q,a\n1,2\n", "no column answer, question"),
        ("question,answer\n,x\n", ":2 has no question"),
        ("id,question,answer\na,q,x\na,r,y\n", ":3 uses the id 'a' again"),
    ):
        path.write_text(content)
        with pytest.raises(InvalidInput, match=message):
            read_gold(path)


def test_a_sample_is_drawn_once_and_for_all() -> None:
    cases = [Case(str(i), "q", True) for i in range(50)]
    drawn = [c.id for c in sample(cases, 5, seed=1)]
    assert drawn == [c.id for c in sample(cases, 5, seed=1)] == sorted(drawn, key=int)
    assert drawn != [c.id for c in sample(cases, 5, seed=2)]
    assert sample(cases, None, 1) == sample(cases, 99, 1) == cases
