"""Making gold questions over the seeds: the dialogue, the check, and what they share."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from eval.datasets.contract import read_cases
from eval.gold.check import check
from eval.gold.dialogue import Dialogue
from eval.gold.duplicates import Questions
from eval.gold.files import append_case, case_json, free_id, read_cases_if_any, write_new
from eval.gold.propose import Proposal, proposals
from eval.measures.gold import Place, resolve
from eval.targets.in_process import InProcess
from eval.types import Case, GoldEvidence
from index.errors import InvalidInput
from index.text.quotes import like, occurrences
from index.types import Document
from service.types import Ask, Turn
from service.wiring import App
from tests.conftest import CHENGDU, QUESTIONS
from tests.eval.making import INTERRUPTIBLE

GULF = "002_6f44717531d63dab.txt"


@pytest.fixture
def target(seeds_app: App) -> InProcess:
    return InProcess(seeds_app, Ask(""))


@pytest.fixture
def talk(seeds_app: App, target: InProcess, tmp_path: Path) -> Callable[..., tuple[list[Case], list[str]]]:
    """Types lines about passages of one document; gives the cases written and what was shown."""

    def typed(*lines: str | BaseException, count: int | None = None) -> tuple[list[Case], list[str]]:
        waiting, shown, gold = iter(lines), list[str](), tmp_path / "gold.jsonl"

        def ask(prompt: str) -> str:
            shown.append(prompt)
            line = next(waiting, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        offered = [p for p in proposals(seeds_app.index.store, "default", [], 1) if p.document.id == GULF]
        cases = read_cases_if_any(gold)
        questions = Questions(seeds_app.builder.embedder, cases)
        dialogue = Dialogue(gold, cases, questions, target, ask, lambda text, _: shown.append(text))
        try:
            dialogue.run(offered, count)
        except KeyboardInterrupt:
            shown.append("interrupted")
        return read_cases_if_any(gold), shown

    return typed


def test_quotes_are_alike_but_for_white_space_and_typography() -> None:
    text = "He said: “It’s  over\n— at last…” It's."
    assert like(text, '"It\'s over - at last..."') == [(9, 32)]
    assert like(text, "  said: ") == [(3, 8)]
    assert like(text, "it's over") == []
    assert like(text, " ") == occurrences(text, "") == []
    assert occurrences("aaa", "aa") == [(0, 2), (1, 3)]


def test_a_case_is_written_as_it_is_read(tmp_path: Path) -> None:
    cases = read_cases(QUESTIONS)
    cases.append(
        Case("h", "And then?", False, history=(Turn("user", "What\n“now”?"),), tags=("a",), answer="x")
    )
    write_new(tmp_path / "gold.jsonl", cases)
    assert read_cases(tmp_path / "gold.jsonl") == cases
    with pytest.raises(InvalidInput, match="there already"):
        write_new(tmp_path / "gold.jsonl", [])


def test_a_case_is_appended_on_a_line_of_its_own(tmp_path: Path) -> None:
    append_case(tmp_path / "new" / "gold.jsonl", Case("g001", "One?", False))
    gold = tmp_path / "gold.jsonl"
    gold.write_text(case_json(Case("g001", "One?", False)))  # without an end of line
    append_case(gold, Case("g002", "Two?", False))
    assert [case.id for case in read_cases(gold)] == ["g001", "g002"]
    assert free_id(["g001", "g003"]) == "g002"
    gold.write_text("\n")
    assert read_cases_if_any(gold) == read_cases_if_any(tmp_path / "none") == []


def test_passages_are_spread_over_documents_and_new(seeds_app: App) -> None:
    store = seeds_app.index.store

    def drawn(used: Iterable[Place] = (), seed: int = 1) -> list[Proposal]:
        return list(proposals(store, "default", list(used), seed))

    first = drawn()
    assert len({p.document.id for p in first[:5]}) == 5
    assert [p.chunk for p in drawn()] == [p.chunk for p in first]
    assert [p.chunk for p in drawn(seed=2)] != [p.chunk for p in first]
    place = Place(first[0].document.id, first[0].chunk.start + 5, first[0].chunk.start + 6)
    assert first[0].chunk not in [p.chunk for p in drawn([place])]
    assert len(drawn([place])) == len(first) - 1


def test_passages_with_sentences_and_facts_come_first(app: App) -> None:
    empty = "It is so. " * 30
    full = "In May 1910 Halley met Anna in Bern. In June 1911 Wolf met Bessel in Rome. " * 10
    app.builder.put("default", Document("a", f"# One\n\n{empty}\n\n# Two\n\n{full}\n\n# Three\n\n{empty}"))
    first = 0
    for seed in range(30):
        first += "1910" in next(proposals(app.index.store, "default", [], seed)).chunk.text
    assert first > 20


def test_a_case_is_asked_for_and_written(talk: Callable[..., tuple[list[Case], list[str]]]) -> None:
    quote = "Wang emphasized that the meeting laid a solid foundation"
    lines = ["", "Who stressed the foundation?", "", "Wang", "Wang Yi", "", quote, "", "person who person"]
    cases, _ = talk(*lines, "q")
    assert cases == [
        Case(
            "g001",
            "Who stressed the foundation?",
            answerable=True,
            answers=("Wang", "Wang Yi"),
            evidence=(GoldEvidence(GULF, quote),),
            tags=("person", "who"),
        )
    ]


def test_a_quote_must_stand_in_the_document(talk: Callable[..., tuple[list[Case], list[str]]]) -> None:
    cases, shown = talk(
        *("Who?", "yes", "", "", "never said"),  # no quote, then a wrong one
        *("Minister  Wang outlined five", "n", "Minister  Wang outlined five", "y"),
        *("the", "n", "", ""),
        count=1,
    )
    assert [e.quote for e in cases[0].evidence] == ["Minister Wang outlined five"]
    assert any("does not say that" in text for text in shown)
    assert any("each would count" in text for text in shown)


def test_what_asks_the_same_is_noticed(talk: Callable[..., tuple[list[Case], list[str]]]) -> None:
    quote = "Minister Wang outlined five"
    talk("When and where was the Chengdu meeting held?", "", "", quote, "", "", "q")
    cases, shown = talk(
        *("when and where was Chengdu meeting held", "When and where was the meeting in Chengdu held?", "n"),
        *("Where and when was the Chengdu meeting held?", "y", "", "", quote, "", "", "q"),
    )
    assert [case.tags for case in cases] == [(), ("confirmed",)]
    assert sum("asks this already" in text for text in shown) == 1
    assert sum("is near" in text for text in shown) == 2


def test_an_unanswerable_question_is_asked_first(
    talk: Callable[..., tuple[list[Case], list[str]]],
) -> None:
    cases, shown = talk(CHENGDU, "n", "y", "", "Who won the chess game in Reykjavik?", "n", "y", "", "q")
    assert [(case.answerable, case.tags) for case in cases] == [(False, ("confirmed",)), (False, ())]
    assert any("with confidence 0." in text for text in shown)
    assert any("refused" in text for text in shown)


@pytest.mark.parametrize("end", [EOFError(), KeyboardInterrupt()])
def test_nothing_typed_is_lost(talk: Callable[..., tuple[list[Case], list[str]]], end: BaseException) -> None:
    cases, shown = talk("Who spoke?", "y", "Wang", end)
    assert cases == [Case("g001", "Who spoke?", True, ("Wang",), tags=("todo",))]
    assert ("interrupted" in shown) is isinstance(end, KeyboardInterrupt)


def test_the_check_names_what_is_wrong(seeds_app: App, target: InProcess) -> None:
    cases = [
        Case("a", CHENGDU, False),
        Case("b", CHENGDU + "?", False, tags=("confirmed",)),
        Case("c", "Which sectors were targeted for cooperation at Chengdu meeting?!", True, ("x",)),
        Case("d", "Who outlined it?", True, evidence=(GoldEvidence(GULF, "Minister  Wang outlined"),)),
        Case("e", "Who spoke?", True, evidence=(GoldEvidence("none.txt", "x"),), tags=("todo",)),
        Case("f", "Who ran?", True),
        Case("g", "Who won the chess game in Reykjavik?", False),
        Case("h", "Who sang?", False, answers=("Wang",)),
    ]
    problems = list(check(cases, target, seeds_app.builder.embedder))
    for part in (
        "a: the documents seem to answer it (confidence 0.",
        "b: asks the same as a",
        "c: asks the same as a",
        "d: the evidence in",
        "white space and typography only: “Minister Wang outlined”",
        "e: is tagged todo",
        "e: there is no document 'none.txt'",
        "f: is answerable, but states neither",
        "h: is not answerable, but states",
    ):
        assert sum(part in problem for problem in problems) == 1, (part, problems)
    assert len(problems) == 9


def test_the_seeds_own_questions_resolve_and_differ(seeds_app: App, target: InProcess) -> None:
    cases = read_cases(QUESTIONS)
    assert Questions(seeds_app.builder.embedder, cases).twins() == []
    assert all(not resolve(case, target.text)[1] for case in cases)


def _start(seeds_dir: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "CITEWISE_DATA_DIR": str(seeds_dir)}
    program = [sys.executable, "-c", f"{INTERRUPTIBLE}from eval.cli import main; main()", "eval"]
    return subprocess.Popen(
        [*program, *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_commands_take_lines_from_a_pipe(seeds_dir: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    writing = _start(seeds_dir, "new", gold, "--count", "1")
    out, _ = writing.communicate("Who won the chess game in Reykjavik?\nn\ny\nchess\n", timeout=60)
    assert (writing.returncode, out) == (0, f"1 new cases in {gold}.\n")
    assert json.loads(gold.read_text())["tags"] == ["chess"]
    with gold.open("a") as file:
        file.write('{"id": "g001"}\n{"id": "g001", "question": "q", "answerable": false}\n')
    checking = _start(seeds_dir, "check", gold)
    out, _ = checking.communicate(timeout=60)
    assert checking.returncode == 1
    assert ":2 is not a gold question" in out
    assert ":3 uses the id 'g001' again" in out


def test_ctrl_c_keeps_what_was_typed(seeds_dir: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    writing = _start(seeds_dir, "new", gold)
    assert writing.stdin is not None
    assert writing.stderr is not None
    writing.stdin.write("Who spoke in Chengdu?\n")
    writing.stdin.flush()
    while "Do the documents answer it?" not in writing.stderr.readline():
        pass
    writing.send_signal(signal.SIGINT)
    _, err = writing.communicate(timeout=60)
    assert writing.returncode == 130
    assert "Traceback" not in err
    assert [case.tags for case in read_cases(gold)] == [("todo",)]
