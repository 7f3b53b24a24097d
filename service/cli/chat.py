"""``citewise chat``: a conversation in the terminal, or one question a line of a pipe."""

import contextlib
import io
import sys
from collections.abc import Callable, Generator
from dataclasses import replace
from importlib import import_module
from queue import SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import Annotated

import typer

from index.errors import CitewiseError, InvalidInput
from index.text.canonical import canonical
from service.asking import Asker
from service.cli.options import (
    Collection,
    DataDir,
    Embedder,
    Filter,
    TopK,
    announce,
    complain,
    show,
    stderr,
    stdout,
)
from service.cli.showing import place, show_grounds, show_sources
from service.excerpt import excerpt
from service.filters import parse_filters
from service.settings import load_settings
from service.types import Answer, Ask, Delta, Event, Turn
from service.wiring import App, open_app

_HELP = """\
/source N   read source N of the last answer in its place
/sources    list the sources of the last answer again
/new        forget the conversation
/help       show this
/quit       leave, as Ctrl-D does; Ctrl-C stops an answer"""
_STOPPING_SECONDS = 1


def chat(
    collection: Collection = None,
    filters: Filter = None,
    top_k: TopK = None,
    max_sentences: Annotated[
        int | None, typer.Option("--max-sentences", help="Most sentences quoted.")
    ] = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
) -> None:
    """Converse with the documents; a question may lean on those before it."""
    settings = load_settings(
        data_dir=data_dir, embedder=embedder, collection=collection, top_k=top_k, max_sentences=max_sentences
    )
    asked = Ask("", settings.collection, parse_filters(filters), settings.top_k, settings.max_sentences)
    asked = replace(asked, composer=settings.composer)
    with open_app(settings, announce=announce) as app:
        with app.index.store.snapshot():
            app.index.store.require_collection(settings.collection)
        conversation = _Conversation(app, asked)
        if sys.stdin.isatty():
            _converse(conversation)
        else:
            _read_lines(conversation)


class _Conversation:
    """What was asked and answered so far."""

    def __init__(self, app: App, asked: Ask) -> None:
        self._app = app
        self._asked = asked
        self._last: Answer | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "/source": self._show_source,
            "/sources": lambda _: show_sources(self._require_last().citations),
            "/new": self._forget,
            "/help": lambda _: show(_HELP),
            "/quit": self._leave,
            "/exit": self._leave,
        }

    def take(self, line: str) -> None:
        """Answer a question or obey a command.

        Raises:
            EOFError: The command to leave.
            CitewiseError: What answering raises; no such command or source.
        """
        line = canonical(line).strip()
        name, _, argument = line.partition(" ")
        if name in self._commands:
            self._commands[name](argument.strip())
        elif name.startswith("/"):
            raise InvalidInput(f"There is no command {name!r}.", "/help lists them.")
        elif line:
            self._answer(line)
        sys.stdout.flush()

    def _answer(self, question: str) -> None:
        ask = replace(self._asked, question=question)
        with contextlib.closing(_told(self._app.asker, ask)) as events:
            for event in events:
                if isinstance(event, Delta):
                    show(event.text, end="")
                    sys.stdout.flush()
                elif isinstance(event, Answer):
                    self._conclude(event)

    def _conclude(self, answer: Answer) -> None:
        show("\n")
        if answer.short_answer:
            show(f"→ {answer.short_answer}\n", style="bold")
        if answer.standalone_question != answer.question:
            show(f"Understood as: {answer.standalone_question}\n", style="dim")
        show_grounds(answer)
        show()
        turns = Turn("user", answer.question), Turn("assistant", answer.text)
        self._asked = replace(self._asked, history=(*self._asked.history, *turns))
        self._last = answer

    def _show_source(self, number: str) -> None:
        citations = self._require_last().citations
        for citation in citations:
            if citation.id == number.strip("[]"):
                break
        else:
            known = ", ".join(c.id for c in citations) or "none"
            raise InvalidInput(f"There is no source {number!r}.", f"The last answer has {known}.")
        store = self._app.index.store
        # Without colours the quoted characters still have to be told from the rest.
        marks = ("", "") if stdout.color_system else (">>", "<<")
        for source in citation.sources:
            found = excerpt(
                store,
                self._asked.collection,
                source.document_id,
                source.revision,
                source.start,
                source.end,
            )
            show(place(source), style="cyan")
            show(found.before, end="")
            show(f"{marks[0]}{found.text}{marks[1]}", style="reverse", end="")
            show(f"{found.after}\n")

    def _require_last(self) -> Answer:
        if self._last is None:
            raise InvalidInput("Nothing was answered yet.", "Ask a question first.")
        return self._last

    def _forget(self, _: str) -> None:
        self._asked = replace(self._asked, history=())
        self._last = None
        stderr.print("The conversation is forgotten.", style="dim")

    def _leave(self, _: str) -> None:
        raise EOFError


def _told(asker: Asker, ask: Ask) -> Generator[Event, None, None]:
    """The events of an answer, made in a thread of its own.

    Ctrl-C interrupts only the main thread, so it stops the waiting at once and never breaks
    off a read of the index halfway.
    """
    events: SimpleQueue[Event | BaseException] = SimpleQueue()
    cancelled = Flag()

    def work() -> None:
        try:
            for event in asker.events(ask, cancelled):
                events.put(event)
        except BaseException as error:
            events.put(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            event = events.get()
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, Answer):
                return
    finally:
        cancelled.set()
        thread.join(_STOPPING_SECONDS)


def _converse(conversation: _Conversation) -> None:
    """Prompt for lines with editing and a history, until Ctrl-D or Ctrl-C twice."""
    with contextlib.suppress(ImportError):  # there is none on every platform
        import_module("readline")  # from then on input() edits lines
    stderr.print("Ask what you want to know. /help lists the commands, Ctrl-D leaves.", style="dim")
    prompt = "? " if stdout.is_terminal else ""
    interrupts = 0
    while interrupts < 2:
        try:
            line = input(prompt)
        except KeyboardInterrupt:
            interrupts += 1
            stderr.print("\nCtrl-C again leaves." if interrupts < 2 else "", style="dim")
            continue
        except EOFError:
            stderr.print()
            return
        interrupts = 0
        try:
            conversation.take(line)
        except KeyboardInterrupt:
            stderr.print("\nStopped.", style="dim")
        except EOFError:
            return
        except CitewiseError as error:
            complain(error)


def _read_lines(conversation: _Conversation) -> None:
    """Take each line of stdin; a line that fails ends the run, as it does in any script."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    with contextlib.suppress(EOFError):
        for line in sys.stdin:
            conversation.take(line)
