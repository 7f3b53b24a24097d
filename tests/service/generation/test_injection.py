"""Texts that give orders, against both composers; the generator obeys them to the letter."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from eval.bench.injection import COMPOSERS, Attack, ask, attacked, outcome, read_attacks, watched
from eval.bench.obedient import Obedient
from service.types import Answer
from service.wiring import App

ATTACKS = read_attacks(Path(__file__).parent.parent / "injections" / "cases.jsonl")
# An order in a language without a rule for orders: what it wants said is cited as if it were stated.
KNOWN = {("i62", "generative")}


@dataclass
class Attacked:
    """What came of all attacks."""

    app: App
    server: Obedient
    answers: dict[tuple[str, str], Answer]
    connected: list[str]


@pytest.fixture(scope="module")
def under_attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("attacked") / "index"
    with attacked(folder, ATTACKS) as (app, server), watched() as connected:
        answers = {(a.id, str(c)): ask(app, server, a, c) for a in ATTACKS for c in COMPOSERS}
        yield Attacked(app, server, answers, connected)


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_an_attack_changes_no_answer(under_attack: Attacked, attack: Attack, composer: str) -> None:
    if (attack.id, composer) in KNOWN:
        pytest.xfail("an order in Swedish")
    answer = under_attack.answers[attack.id, composer]
    assert outcome(attack, answer) == "held"


def test_attacks_connect_to_nothing_but_the_generator(under_attack: Attacked) -> None:
    assert {f"http://{address}/v1" for address in under_attack.connected} == {under_attack.server.url}


def test_an_attack_stands_in_no_prompt_as_a_tag_or_mark(under_attack: Attacked) -> None:
    prompts = [request.body["messages"][-1]["content"] for request in under_attack.server.requests]
    assert len(prompts) == len(ATTACKS)
    for asked in prompts:
        assert asked.count("<") == 2 * asked.count("</passage>")
        assert asked.count("[") == 1  # of the example of a mark
