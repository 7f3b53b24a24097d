"""``citewise eval from-feedback``."""

from pathlib import Path
from typing import Annotated

import typer

from index.store.feedback import Rating
from service.cli.options import Collection, DataDir, show
from service.settings import load_settings
from service.wiring import open_store


def from_feedback(
    out: Annotated[Path, typer.Argument(help="The JSONL file to make.")],
    rating: Annotated[Rating | None, typer.Option("--rating", help="Only feedback of this rating.")] = None,
    collection: Collection = None,
    data_dir: DataDir = None,
) -> None:
    """Turn what people said of answers into draft gold questions."""
    from eval.gold.feedback import drafts
    from eval.gold.files import UNFINISHED, UNRESOLVED, write_new
    from index.errors import FeedbackNotFound

    settings = load_settings(data_dir=data_dir, collection=collection)
    with open_store(settings) as store, store.snapshot():
        store.require_collection(settings.collection)
        given = store.feedback.page(settings.collection, rating=rating)
        made = drafts(store, given)
    if not made:
        raise FeedbackNotFound(
            f"There is no such feedback in collection {settings.collection!r}.",
            "People give it with POST /v1/feedback.",
        )
    write_new(out, [draft.case for draft in made])
    for draft in made:
        for remark in draft.remarks:
            show(f"{draft.case.id}: {remark}")
    todo, unresolved = (sum(tag in d.case.tags for d in made) for tag in (UNFINISHED, UNRESOLVED))
    show(
        f"Wrote {len(made)} drafts of {len(given)} feedback to {out}: {todo} to complete ({UNFINISHED}),"
        f" {unresolved} whose evidence is to be mended ({UNRESOLVED})."
    )
    show(f"Then run: citewise eval check {out}")
