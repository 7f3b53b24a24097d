"""The first corpus is what it says it is."""

import hashlib
import json

from eval.datasets.contract import read_cases
from eval.measures.gold import resolve
from index.text.canonical import canonical
from tests.conftest import QUESTIONS, SEEDS

TEXTS = {p.name: canonical(p.read_text(encoding="utf-8")) for p in SEEDS.glob("*.txt")}


def test_seeds_are_five_documents_word_for_word() -> None:
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in sorted(SEEDS.glob("*.txt"))}
    assert digests == {
        "000_b9b620dfc64a20f5.txt": "72b1698d4400d851",
        "001_15a6b1e45cf97de1.txt": "2264e8480be71a16",
        "002_6f44717531d63dab.txt": "c320f307dd10d5c9",
        "003_e913ab203d0612b3.txt": "82c8559d2b08c929",
        "004_926adabbab824b91.txt": "9be3ea90334eacbb",
    }


def test_metadata_states_only_what_the_text_states() -> None:
    described = json.loads((SEEDS / "metadata.json").read_text(encoding="utf-8"))
    assert described.keys() == TEXTS.keys()
    for name, metadata in described.items():
        for value in metadata.values():
            assert value.lower() in TEXTS[name].lower()


def test_every_gold_quote_is_in_its_document() -> None:
    cases = read_cases(QUESTIONS)
    problems = [problem for case in cases for problem in resolve(case, TEXTS.get)[1]]
    assert problems == []
    assert all(bool(case.evidence) == case.answerable for case in cases)


def test_gold_questions_cover_what_they_should() -> None:
    cases = read_cases(QUESTIONS)
    tags = [tag for case in cases for tag in case.tags]
    assert len(cases) >= 80
    assert sum(not case.answerable for case in cases) >= 20
    for tag in ("fact", "list", "date", "who", "why", "scope", "multi_document", "paraphrase"):
        assert tags.count(tag) >= 5, tag
    documents = {e.document_id for case in cases for e in case.evidence}
    assert documents == TEXTS.keys()
    for case in cases:
        if "multi_document" in case.tags:
            assert len({e.document_id for e in case.evidence}) == 2
