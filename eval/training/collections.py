"""Public question answering sets as indexed collections with gold questions."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets.squad import read_squad
from eval.types import Case, GoldEvidence
from index.build import Builder
from index.index import Index
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.types import Document, sha256_hex


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents to index, by id with their titles and texts, and questions about them."""

    name: str
    documents: Mapping[str, tuple[str, str]]
    cases: list[Case]

    def to_index(self) -> Iterator[Document]:
        """The documents as they are indexed."""
        for document_id, (title, text) in self.documents.items():
            yield Document(document_id, text, {"title": title}, infer_headings(text))


def squad(path: Path) -> Collection:
    """SQuAD format; a document is an article, of which some sets name no title."""
    texts, cases = read_squad(path)
    titles = {i: i.split("_", 1)[1].replace("_", " ") for i in texts}
    documents = {i: ("" if titles[i] == "article" else titles[i], text) for i, text in texts.items()}
    return Collection(path.stem, documents, cases)


def policyqa(path: Path) -> Collection:
    """PolicyQA, in SQuAD format; a document is a website's policy, its title the site's name."""
    collection = squad(path)
    documents = {i: (title.replace(".", " "), text) for i, (title, text) in collection.documents.items()}
    return replace(collection, documents=documents)


def natural_questions(path: Path) -> Collection:
    """Natural Questions with their gold passage (``nq-open-oracle``); a document is a passage."""
    documents: dict[str, tuple[str, str]] = {}
    cases = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            passage = row["ctxs"][0]
            text = canonical(passage["text"])
            document_id = f"{number:05}"
            places = [(text.find(a), a) for a in row["answers"] if a in text]
            if places:
                start, answer = min(places)
                documents[document_id] = (passage["title"], text)
                evidence = (GoldEvidence(document_id, start=start, end=start + len(answer)),)
                cases.append(
                    Case(document_id, row["question"], True, tuple(row["answers"]), evidence=evidence)
                )
    return Collection("nq", documents, cases)


def ares(path: Path) -> Collection:
    """A table of ARES: generated questions with their passage and answer; a document is a passage.

    Kept are questions that the table calls answerable and answered rightly, in words of the passage.
    """
    csv.field_size_limit(2**31 - 1)
    documents: dict[str, tuple[str, str]] = {}
    cases = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t")):
            text, answer = canonical(row["document"]), canonical(row["generated_answer"])
            labels = [v for name, v in row.items() if name.endswith("_Label")]
            question = row["synthetic_query"].strip()
            if labels.count("Yes") < len(labels) or answer not in text or not question.endswith("?"):
                continue
            document_id, start = f"{path.stem}-{sha256_hex(text)[:16]}", text.find(answer)
            documents[document_id] = ("", text)
            evidence = (GoldEvidence(document_id, start=start, end=start + len(answer)),)
            cases.append(Case(f"{path.stem}-{number}", question, True, (answer,), evidence=evidence))
    return Collection(path.stem, documents, cases)


READERS: Mapping[str, Callable[[Path], Collection]] = {
    "squad": squad,
    "policyqa": policyqa,
    "nq": natural_questions,
    "ares": ares,
}


def drawn(collection: Collection, count: int) -> Collection:
    """So many documents, by a hash of their ids, and the questions about them."""
    ids = sorted(collection.documents, key=lambda i: sha256_hex("sample", i))[:count]
    documents = {i: collection.documents[i] for i in ids}
    cases = [case for case in collection.cases if case.document_id in documents]
    return Collection(f"{collection.name}-{count}docs", documents, cases)


def build(collection: Collection, builder: Builder, index: Index) -> None:
    """Index a collection under its name; what is there already is skipped."""
    done = {r.id for r in index.store.documents(collection.name)}
    for document in collection.to_index():
        if document.id not in done:
            builder.put(collection.name, document)
    builder.save()
