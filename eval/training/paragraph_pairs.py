"""Groups of candidate sentences from one paragraph, for sets that are read, not searched.

    python -m eval.training.paragraph_pairs --out more.jsonl policyqa:PATH nqg:SRC:TGT

``policyqa`` asks the same questions of every website, so its negatives have to come from
the same paragraph. ``nqg`` is lines of sentences and questions; its negatives are the lines
around. A question that is also in ``--exclude`` (groups whose held-out side is reported) is
left out.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from eval.datasets.squad import read_squad
from eval.measures.short import normalise
from index.text.sentences import split_sentences
from index.types import sha256_hex

CANDIDATES = 6
AROUND = (1, -1, 2, -2, 4, -4)


def main() -> None:
    """Write the groups of the named sets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, help="groups whose questions are not to be used")
    parser.add_argument("--limit", type=int, default=2500, help="groups of each set")
    parser.add_argument("sets", nargs="+", help="policyqa:PATH or nqg:SOURCES:QUESTIONS")
    arguments = parser.parse_args()
    taken = set()
    if arguments.exclude:
        with arguments.exclude.open(encoding="utf-8") as lines:
            taken = {normalise(json.loads(line)["question"]) for line in lines}
    with arguments.out.open("w", encoding="utf-8") as out:
        for named in arguments.sets:
            kind, *paths = named.split(":")
            groups = _policyqa(Path(paths[0])) if kind == "policyqa" else _nqg(Path(paths[0]), Path(paths[1]))
            usable = [g for g in groups if normalise(str(g["question"])) not in taken]
            for group in sorted(usable, key=lambda g: sha256_hex(str(g)))[: arguments.limit]:
                out.write(
                    json.dumps({"collection": kind, "held_out": False, **group}, ensure_ascii=False) + "\n"
                )


def _policyqa(path: Path) -> Iterator[dict[str, object]]:
    texts, cases = read_squad(path)
    for case in cases:
        (place,) = case.evidence
        text = texts[place.document_id]
        start = text.rfind("\n\n", 0, place.start or 0) + 1
        end = text.find("\n\n", place.end or 0)
        paragraph = text[start : end if end > 0 else len(text)]
        spans = split_sentences(paragraph, ())
        gold = [s.start + start < (place.end or 0) and (place.start or 0) < s.end + start for s in spans]
        at = gold.index(True) if any(gold) else 0
        kept = spans[max(0, at - 2) : at + CANDIDATES - 2]
        if any(gold) and len(kept) > 1:
            sentences = [" ".join(paragraph[s.start : s.end].split()) for s in kept]
            title = place.document_id.split("_", 1)[1]
            yield {
                "question": case.question,
                "sentences": sentences,
                "contexts": [title] * len(kept),
                "gold": gold[max(0, at - 2) : at + CANDIDATES - 2],
            }


def _nqg(sources: Path, questions: Path) -> Iterator[dict[str, object]]:
    lines = sources.read_text(encoding="utf-8").splitlines()
    for i, question in enumerate(questions.read_text(encoding="utf-8").splitlines()):
        others = [lines[i + step] for step in AROUND if 0 <= i + step < len(lines)]
        sentences = list(dict.fromkeys([lines[i], *others]))[:4]
        yield {
            "question": question,
            "sentences": sentences,
            "contexts": [""] * len(sentences),
            "gold": [True] + [False] * (len(sentences) - 1),
        }


if __name__ == "__main__":
    main()
