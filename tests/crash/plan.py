"""Random sequences of operations that make sense one after the other, from a seed."""

from random import Random
from typing import Any

from index.points import Point
from tests.crash.model import Model, Operation

COLLECTIONS = ("default", "letters")
_NOUNS = "harbour orchard comet violin bridge archive lantern glacier".split()
_VERBS = "was dredged,bore pears,returned,was tuned,was closed,burned down,was opened".split(",")
_WEIGHTS = {
    "put": 8,
    "delete": 3,
    "add": 5,
    "delete collection": 1,
    "rebuild": 1,
    "save": 2,
    "search": 2,
    "backup": 2,
    "restore": 2,
    "purge": 1,
}
# Which operations pass a point.
REACHING = {
    "put": "put",
    "delete": "delete",
    "collection": "delete collection",
    "file": "add",
    "rebuild": "rebuild",
    "vectors": "save",
    "lexical": "search",
    "erase": "purge",
    "backup": "backup",
    "restore": "restore",
}


def plan(random: Random, model: Model, folder: str, backups: str, length: int) -> list[Operation]:
    """Operations to perform one after the other on an index that is as the model says.

    Args:
        random: Decides.
        model: What the index holds; it is not changed.
        folder: Whose files are added.
        backups: Where backups are put.
        length: How many.
    """
    after, planned = model.copy(), list[Operation]()
    while len(planned) < length:
        kind = random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        drawn = draw(random, after, kind, folder, backups)
        if drawn:
            after.apply(drawn)
            planned.append(drawn)
    return planned


def plan_for(random: Random, model: Model, point: Point, folder: str, backups: str) -> list[Operation]:
    """Operations of which the last but a few passes a point, whatever stood before."""
    kind = REACHING[point.partition(".")[0]]
    planned = plan(random, model, folder, backups, random.randint(0, 3))
    after = model.copy()
    for before in planned:
        after.apply(before)
    # A new document: there is something to delete, to save, to search and to add.
    for wanted in ("put", "backup", kind) if kind == "restore" else ("put", kind):
        operation: Operation | None = None
        while operation is None:
            operation = draw(random, after, wanted, folder, backups, new=True)
        after.apply(operation)
        planned.append(operation)
    return planned


def draw(
    random: Random, model: Model, kind: str, folder: str, backups: str, *, new: bool = False
) -> Operation | None:
    """One operation of a kind, or None where there is nothing to do it to."""
    state = model.state
    collection = random.choice(COLLECTIONS)
    there = state.collections.get(collection, {})
    operation: dict[str, Any] = {"do": kind, "collection": collection}
    match kind:
        case "put":
            # Sometimes one that came from a file.
            name = random.choice(["d0", "d1", "d2", "d3", "d4", "a.txt", "b.md"])
            text, metadata = _text(random), _metadata(random)
            if name in there and not new:
                known = there[name].document
                # As it is, with other metadata, or as it was before.
                former = [f.text for f in state.revisions[collection, name].values() if f.text]
                text = random.choice([text, known.text, random.choice(former)])
                metadata = random.choice([metadata, dict(known.metadata)])
            return operation | {"id": name, "text": text, "metadata": metadata}
        case "delete":
            return operation | {"id": random.choice(sorted(there))} if there else None
        case "delete collection":
            return operation if collection in state.collections else None
        case "add":
            files = {
                name: (_text(random), {"title": "On the " + random.choice(_NOUNS)} if name == "b.md" else {})
                for name in random.sample(["a.txt", "b.md", "c.txt", "d.txt"], random.randint(1, 3))
            }
            return operation | {"folder": folder, "files": files, "prune": random.random() < 0.5}
        case "backup":
            return {"do": kind, "file": f"{backups}/{random.choice('xy')}.db"}
        case "restore":
            return {"do": kind, "file": random.choice(sorted(model.backups))} if model.backups else None
        case "search":
            return operation if collection in state.collections else None
        case _:
            return {"do": kind}


def _text(random: Random) -> str:
    sentences = [
        f"The {random.choice(_NOUNS)} {random.choice(_VERBS)} in {random.randint(1900, 1999)}."
        for _ in range(random.randint(1, 4))
    ]
    return random.choice([" ", "\n\n"]).join(sentences)


def _metadata(random: Random) -> dict[str, Any]:
    known = {"title": "The " + random.choice(_NOUNS), "year": random.randint(1900, 1903), "tags": ["x", "y"]}
    return {key: known[key] for key in random.sample(sorted(known), random.randint(0, 3))}
