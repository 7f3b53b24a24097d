"""The process that is killed: performs operations on a real index and says what it has done.

It is a server that has imported everything and forks a child for each run, which is what
makes a start cheap; the child opens the product just as a command does. A run is one JSON
line on stdin. What happens is one JSON line each on stdout.
"""

import json
import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from index.backup import back_up, restore
from index.load.files import find_sources
from index.lock import write_lock
from index.points import Point, on_reach
from index.retrieve import Question, retrieve
from index.types import Document
from service.settings import load_settings
from service.wiring import App, open_app
from tests.crash.model import Operation


def perform(app: App, operation: Operation) -> None:
    """Do one operation with the real product."""
    builder = app.builder
    match operation["do"]:
        case "put":
            document = Document(operation["id"], operation["text"], operation["metadata"])
            builder.put(operation["collection"], document)
        case "delete":
            builder.delete(operation["collection"], operation["id"])
        case "delete collection":
            builder.delete_collection(operation["collection"])
        case "add":
            folder = Path(operation["folder"])
            app.ingest(operation["collection"]).add(
                find_sources([folder]), [folder], prune=operation["prune"]
            )
        case "rebuild":
            builder.rebuild()
        case "save":
            builder.save()
        case "purge":
            builder.expire(0)
            builder.purge()
        case "backup":
            file = Path(operation["file"])
            file.parent.mkdir(exist_ok=True)
            back_up(app.index.store, file)
        case "restore":
            with write_lock(app.index.layout):
                restore(Path(operation["file"]), app.index.layout, replace=True)
        case "search":
            question = Question.of("The comet returned.", builder.embedder.embed_query)
            app.index.read(operation["collection"], lambda view: retrieve(view, question, 5))


def _lay_out(folder: Path, files: dict[str, tuple[str, dict[str, Any]]]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, (text, _) in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    described = {name: metadata for name, (_, metadata) in files.items() if metadata}
    (folder / "metadata.json").write_text(json.dumps(described), encoding="utf-8")


def _tell(**what: object) -> None:
    # One write, so that a kill leaves no half of a line.
    os.write(1, json.dumps(what).encode() + b"\n")


def _stop_at(point: str, number: int) -> None:
    left = number

    def hook(reached: Point) -> None:
        nonlocal left
        left -= reached == point
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    on_reach(hook)


def _run(request: dict[str, Any]) -> None:
    _tell(begin=-1)
    with open_app(load_settings(data_dir=Path(request["data_dir"])), create=True) as app:
        _tell(ack=-1, seconds=0)
        if request["point"]:
            _stop_at(request["point"], request["nth"])
        for number, operation in enumerate(request["operations"]):
            if operation["do"] == "add":
                _lay_out(Path(operation["folder"]), operation["files"])
            start = time.perf_counter()
            _tell(begin=number)
            perform(app, operation)
            _tell(ack=number, seconds=time.perf_counter() - start)


def main() -> None:
    """Serve runs until stdin ends."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.setsid()
            try:
                _tell(pid=os.getpid())
                _run(json.loads(line))
            except BaseException:
                _tell(error=traceback.format_exc())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _tell(end=status)


if __name__ == "__main__":
    main()
