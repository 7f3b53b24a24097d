"""Small values for tests of the harness."""

from collections.abc import Mapping, Sequence

from eval.measures.gold import Place
from eval.runs import Run
from eval.types import Case, Citation, GoldEvidence, Outcome, Passage, Response, Result, Source
from index.types import Json

TEXT = "x" * 100
# A process that is started in the background may inherit that it ignores Ctrl-C.
INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "


class Texts:
    """A target of two documents that answers what it is told to."""

    unmeasured: Mapping[str, str] = {}

    def __init__(self, response: Response | None = None, passages: Sequence[Passage] = ()) -> None:
        self._response = response
        self._passages = list(passages)

    def answer(self, case: Case) -> Response:
        if self._response is None:
            raise RuntimeError("it broke")
        return self._response

    def search(self, case: Case, depth: int) -> list[Passage]:
        return self._passages[:depth]

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        return TEXT if document_id in ("d", "e") else None

    def describe(self) -> dict[str, Json]:
        return {"target": "texts"}


def case(*tags: str, answers: tuple[str, ...] = ("ten ships",), answer: str | None = None) -> Case:
    return Case("c", "How many?", True, answers, answer, (GoldEvidence("d", start=0, end=10),), tags)


def unanswerable() -> Case:
    return Case("u", "Why?", False)


def source(place: Place, cited: str | None = None) -> Source:
    text = TEXT[place.start : place.end] if cited is None else cited
    return Source(place.document_id, "r", place.start, place.end, text, None)


def response(
    text: str = "ten ships", *places: Place, answerable: bool = True, confidence: float = 0.5
) -> Response:
    citations = tuple(Citation(0, len(text), (source(place),)) for place in places)
    reason = None if answerable else "low_support"
    return Response(text, 0.1, None, answerable, confidence, reason, citations)


def result(case_id: str, outcome: Outcome, **scores: float) -> Result:
    answerable = outcome not in ("refused", "invented")
    return Result(Case(case_id, f"Question {case_id}?", answerable), outcome, scores, (), None)


def run_of(*results: Result, gold: str = "g") -> Run:
    return Run({"gold": "gold.jsonl", "gold_sha256": gold}, {}, results, 1.0)
