"""Ranked documents against relevance judgements, by ir-measures."""

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import AP, RR, R, nDCG

from eval.types import Passage

CUTOFFS = (1, 3, 5, 8, 10, 20)
_MEASURES = {
    "ndcg@10": nDCG @ 10,
    "mrr@10": RR @ 10,
    "map@20": AP @ 20,
    **{f"recall@{k}": R @ k for k in CUTOFFS},
}


def ranked_documents(passages: Sequence[Passage]) -> list[str]:
    """Passages to documents: a document stands where the first of its passages stands."""
    return list(dict.fromkeys(passage.document_id for passage in passages))


def retrieval_scores(passages: Sequence[Passage], relevance: Mapping[str, int]) -> dict[str, float]:
    """nDCG@10, MRR@10, MAP@20 and recall@k of documents; all zero when nothing was retrieved.

    Source: ir-measures (MacAvaney et al. 2022), with pytrec_eval behind it.

    Args:
        passages: As retrieved, best first.
        relevance: Graded relevance by document id.
    """
    documents = ranked_documents(passages)
    qrels = [ir_measures.Qrel("q", document, grade) for document, grade in relevance.items()]
    # trec_eval orders by score, and equal scores by id: a rank is a score without ties.
    run = [ir_measures.ScoredDoc("q", d, float(-rank)) for rank, d in enumerate(documents)]
    if not run:
        return dict.fromkeys(_MEASURES, 0.0)
    calculated = ir_measures.calc_aggregate(list(_MEASURES.values()), qrels, run)
    return {name: float(calculated[measure]) for name, measure in _MEASURES.items()}
