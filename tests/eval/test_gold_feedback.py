"""Feedback into draft cases, on a real store."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli.app import group
from eval.datasets.contract import read_cases
from eval.gold.feedback import Draft, drafts
from eval.types import GoldEvidence
from index.store.feedback import Place, Quotation, Said
from index.types import Document
from service.wiring import App

TEXT = "The comet returned in May 1910. Many saw it. Halley was right."
WHEN, SAW = "The comet returned in May 1910.", "Many saw it."


@pytest.fixture
def comet(app: App) -> App:
    app.builder.put("default", Document("comet", TEXT))
    return app


def _place(quote: str, text: str = TEXT) -> Place:
    at = text.index(quote)
    return Place("comet", Document("comet", text).revision, at, at + len(quote))


def _drafts(app: App, *said: Said) -> list[Draft]:
    for one in said:
        app.index.store.feedback.add("default", one)
    with app.index.store.snapshot():
        return drafts(app.index.store, app.index.store.feedback.page("default"))


def test_thumbs_up_vouch_for_what_was_cited(comet: App) -> None:
    (draft,) = _drafts(comet, Said("a", "When?", "up", cited=(_place(WHEN), _place(SAW))))
    case = draft.case
    assert case.evidence == (GoldEvidence("comet", WHEN), GoldEvidence("comet", SAW))
    assert (case.answerable, case.answers, case.tags) == (True, (), ("feedback",))


def test_thumbs_up_for_an_abstention_make_an_unanswerable_case(comet: App) -> None:
    known, unknown = _drafts(comet, Said("a", "Why?", "up", cited=()), Said("b", "Who?", "up"))
    assert (known.case.answerable, known.case.tags) == (False, ("feedback",))
    assert unknown.case.answerable is True
    assert unknown.case.tags == ("feedback", "unresolved", "unresolved:no-place")


def test_a_correction_gives_the_answer_and_a_short_one_is_accepted(comet: App) -> None:
    long = "It came back in the May of that year."
    first, second = _drafts(
        comet,
        Said("a", "When?", "down", None, "May 1910", (Quotation("comet", WHEN),), (_place(SAW),)),
        Said("b", "Who?", "down", None, long, (Quotation("comet", "Many people"),)),
    )
    assert (first.case.answer, first.case.answers) == ("May 1910", ("May 1910",))
    assert first.case.evidence == (GoldEvidence("comet", WHEN),)
    assert (second.case.answer, second.case.answers) == (long, ())
    assert second.case.evidence == (GoldEvidence("comet", "Many people"),)
    assert "unresolved:no-such-text" in second.case.tags


def test_thumbs_down_alone_are_for_a_person(comet: App) -> None:
    (draft,) = _drafts(comet, Said("a", "When?", "down", "Wrong year.", cited=(_place(SAW),)))
    assert (draft.case.evidence, draft.case.tags) == ((), ("feedback", "todo"))
    assert "Wrong year." in draft.remarks[0]


def test_feedback_on_one_question_makes_one_draft(comet: App) -> None:
    up = Said("a", "When did the comet return?", "up", cited=(_place(WHEN),))
    again = Said("b", "when did comet return", "up", cited=(_place(SAW),))
    (draft,) = _drafts(comet, up, again)
    assert [e.quote for e in draft.case.evidence] == [WHEN, SAW]
    assert draft.case.tags == ("feedback",)


@pytest.mark.parametrize(
    ("later", "answer"),
    [
        (Said("a", "When?", "down"), None),
        (Said("a", "When?", "down", correction="In 1911"), "In 1911"),
        (Said("b", "When?", "up", cited=()), None),
    ],
)
def test_who_disagrees_is_for_a_person_to_decide(comet: App, later: Said, answer: str | None) -> None:
    (draft,) = _drafts(comet, Said("a", "When?", "up", cited=(_place(WHEN),)), later)
    assert {"todo", "disputed"} <= set(draft.case.tags)
    assert draft.case.answer == answer


def test_places_move_with_the_text_and_say_so_when_they_cannot(comet: App) -> None:
    changed = f"News. {WHEN} Few saw it."
    feedback = [Said("a", q, "up", cited=(_place(q),)) for q in (WHEN, SAW)]
    feedback.append(Said("a", "Gone?", "up", cited=(Place("other", "r", 0, 4),)))
    feedback.append(Said("a", "Old?", "up", cited=(Place("comet", "sha256:0", 0, 4),)))
    comet.builder.put("default", Document("comet", changed))
    moved, lost, gone, old = _drafts(comet, *feedback)
    assert (moved.case.evidence, moved.case.tags) == ((GoldEvidence("comet", WHEN),), ("feedback",))
    assert "unresolved:text-changed" in lost.case.tags
    assert SAW in lost.remarks[0]
    assert "unresolved:no-document" in gone.case.tags
    assert "unresolved:no-revision" in old.case.tags
    comet.builder.delete("default", "comet")
    assert all("unresolved" in draft.case.tags for draft in _drafts(comet))


def test_the_command_writes_drafts_and_overwrites_none(comet: App, tmp_path: Path) -> None:
    out, runner = tmp_path / "drafts.jsonl", CliRunner()
    arguments = ["from-feedback", str(out), "--data-dir", str(comet.settings.data_dir)]
    store = comet.index.store
    assert "no such feedback" in str(runner.invoke(group, arguments).exception)
    store.feedback.add("default", Said("a", "When?", "up", cited=(_place(WHEN),)))
    store.feedback.add("default", Said("a", "Who?", "down", "Not he."))
    done = runner.invoke(group, arguments)
    assert done.exit_code == 0, done.output
    assert len(read_cases(out)) == 2
    assert "there already" in str(runner.invoke(group, arguments).exception)
    out.unlink()
    runner.invoke(group, [*arguments, "--rating", "down"])
    assert [case.question for case in read_cases(out)] == ["Who?"]
