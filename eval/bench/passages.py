"""How much of the gold a number of passages holds, and how much there is to read in them."""

from eval.measures.citations import evidence_recall
from eval.measures.gold import resolve
from eval.targets.target import Target
from eval.types import Case, Passage

# As many as are retrieved unless a setting says otherwise.
PASSAGES = 8


def look_up(target: Target, case: Case, k: int = PASSAGES) -> tuple[list[Passage], float]:
    """Search for ``k`` passages, no more: what is found first of more may be others.

    A question that asks two things is searched for twice, and ``k`` are shared between both.

    Args:
        target: What to search.
        case: The question.
        k: How many passages.

    Returns:
        The passages, and the share of gold places that they hold half of; 0 without places.
    """
    passages = target.search(case, k)
    places, _ = resolve(case, target.text)
    return passages, evidence_recall(passages, places, k) if places else 0.0


def characters(passages: list[Passage]) -> int:
    """Code points in some passages."""
    return sum(p.end - p.start for p in passages)
