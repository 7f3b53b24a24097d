"""Asking a person for gold questions, passage by passage."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from eval.gold.check import shown
from eval.gold.duplicates import Questions
from eval.gold.files import CONFIRMED, UNFINISHED, append_case, free_id
from eval.gold.propose import Proposal
from eval.targets.in_process import InProcess
from eval.types import Case, GoldEvidence
from index.text.canonical import canonical
from index.text.quotes import like, occurrences

_AROUND = 400
_PASSAGES = 3


class Dialogue:
    """Asks for cases and appends each to a file as soon as it is complete.

    A case that is interrupted is appended as it is, tagged ``todo``: nothing typed is lost.

    Args:
        file: Where the cases go.
        questions: The cases that are there.
        target: The index that holds the documents.
        ask: Shows a prompt and returns a line; ``EOFError`` and ``KeyboardInterrupt`` end it.
        show: Shows text in a style.
    """

    def __init__(
        self,
        file: Path,
        cases: Iterable[Case],
        questions: Questions,
        target: InProcess,
        ask: Callable[[str], str],
        show: Callable[[str, str], None],
    ) -> None:
        self._file = file
        self._ids = {case.id for case in cases}
        self._questions = questions
        self._target = target
        self._ask = ask
        self._show = show
        self.written = 0

    def run(self, proposals: Iterable[Proposal], count: int | None) -> None:
        """Ask about passages until there are ``count`` new cases, or no more are wanted.

        Raises:
            KeyboardInterrupt: From ``ask``; what was typed is in the file.
        """
        for proposal in proposals:
            if self.written == count:
                return
            self._show_proposal(proposal)
            case = Case(free_id(self._ids), "", answerable=True)
            try:
                while not case.question:
                    line = self._line("\nQuestion (Enter: another passage, q: stop): ")
                    if line.lower() in ("", "q"):
                        break
                    case = self._unlike(replace(case, question=line))
                if line.lower() == "q":
                    return
                if case.question:
                    self._complete(case, proposal)
            except EOFError:
                return
        if self.written != count:
            self._show("There are no more passages to ask about.", "")

    def _complete(self, case: Case, proposal: Proposal) -> None:
        """Ask for the rest of a case and append it; when interrupted, as far as it is."""
        try:
            if not self._yes("Do the documents answer it?", default=True):
                case = self._unanswerable(case)
            if case.answerable:
                while line := self._line("An accepted short answer (Enter: no more): "):
                    case = replace(case, answers=(*case.answers, line))
                while True:
                    line = self._line("A quote that answers it, from the document (Enter: no more): ")
                    if not line and case.evidence:
                        break
                    if found := self._quoted(line, proposal):
                        case = replace(case, evidence=(*case.evidence, found))
            tags = self._line("Tags, with spaces between them (Enter: none): ").split()
            case = replace(case, tags=tuple(dict.fromkeys((*case.tags, *tags))))
        except (EOFError, KeyboardInterrupt):
            self._append(replace(case, tags=(*case.tags, UNFINISHED)))
            raise
        self._append(case)

    def _append(self, case: Case) -> None:
        append_case(self._file, case)
        self._ids.add(case.id)
        self._questions.add(case)
        self.written += 1
        unfinished = f", to be completed ({UNFINISHED})" if UNFINISHED in case.tags else ""
        self._show(f"Added {case.id} to {self._file}{unfinished}.", "bold")

    def _unlike(self, case: Case) -> Case:
        """The case, unless it is another one's twin and not wanted; then without its question."""
        twin = self._questions.twin(case)
        if not twin:
            return case
        if twin.equal:
            self._show(f"{twin.case.id} asks this already: “{twin.case.question}”", "yellow")
            return replace(case, question="")
        self._show(f"{twin.case.id} is near (cosine {twin.cosine:.2f}): “{twin.case.question}”", "yellow")
        if self._yes("Is yours another question?", default=False):
            return replace(case, tags=(CONFIRMED,))
        return replace(case, question="")

    def _unanswerable(self, case: Case) -> Case:
        """The case as not answerable, if the person says so after a look at what is near."""
        response = self._target.answer(case)
        if response.answerable:
            self._show(f"It would be answered, with confidence {response.confidence or 0:.2f}:", "yellow")
            for source in response.sources:
                self._show(f"  {shown(source)}", "")
        else:
            self._show("It would be refused. The nearest passages:", "")
        for passage in self._target.search(case, _PASSAGES):
            text = self._target.text(passage.document_id) or ""
            self._show(
                f"  {' '.join(text[passage.start : passage.end].split())} · {passage.document_id}", "dim"
            )
        if not self._yes("Is it right that the documents do not answer it?", default=False):
            return case
        tags = (*case.tags, CONFIRMED) if response.answerable and CONFIRMED not in case.tags else case.tags
        return replace(case, answerable=False, tags=tags)

    def _quoted(self, quote: str, proposal: Proposal) -> GoldEvidence | None:
        text, name = proposal.document.text, proposal.document.id
        if exact := occurrences(text, quote):
            keep = len(exact) == 1 or self._yes(
                f"It stands there {len(exact)} times, and each would count as right. Keep it?", default=False
            )
            return GoldEvidence(name, quote) if keep else None
        if not quote:
            self._show("Without a quote no citation can be checked.", "yellow")
            return None
        for start, end in like(text, quote)[:1]:
            self._show(f"{name} {start}:{end} says: “{text[start:end]}”", "yellow")
            if self._yes("Is that the place?", default=True):
                return GoldEvidence(name, text[start:end])
            return None
        self._show(f"{name} does not say that. Copy the words as they stand there.", "yellow")
        return None

    def _show_proposal(self, proposal: Proposal) -> None:
        document, chunk = proposal.document, proposal.chunk
        before = document.text[max(0, chunk.start - _AROUND) : chunk.start]
        after = document.text[chunk.end : chunk.end + _AROUND]
        self._show(f"\n{document.title or document.id} · {document.id} {chunk.start}:{chunk.end}", "cyan")
        for text, style in ((before, "dim"), (chunk.text, ""), (after, "dim")):
            if text.strip():
                self._show(" ".join(text.split()), style)

    def _yes(self, question: str, *, default: bool) -> bool:
        while True:
            line = self._line(f"{question} [{'Y/n' if default else 'y/N'}]: ").lower()
            if line in ("", "y", "yes", "n", "no"):
                return line.startswith("y") if line else default

    def _line(self, prompt: str) -> str:
        return canonical(self._ask(prompt)).strip()
