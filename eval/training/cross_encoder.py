"""Fine-tune the sentence cross-encoder.

    python -m eval.training.cross_encoder --groups groups.jsonl --work DIR --epochs 1

The encoder of the default embedding model is trained whole, with one linear layer on the
mean of its last states. The loss of a group is the cross-entropy of a softmax over its
candidates and an empty answer of log-odds 0, so that refusing is learned with ranking,
plus the binary cross-entropy of each candidate, so that each log-odds means something by
itself. Groups are batched whole. A checkpoint after every ``--save-every`` steps lets a
later run go on where one stopped. ``--export DIR`` writes the 8-bit ONNX model.
"""

import argparse
import json
import random
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import AutoModel

from eval.training.swaps import swapped
from index.embed.resolve import DEFAULT_MODEL, resolve_model
from service.answering.cross_encoder import PairTokenizer

SEED = 7
BATCH_GROUPS = 8
CANDIDATES = 4
ENCODER_RATE, HEAD_RATE = 6e-5, 5e-4


@dataclass(frozen=True, slots=True)
class Group:
    """One question with its candidates."""

    question: str
    sentences: list[str]
    contexts: list[str]
    gold: list[bool]


class Model(torch.nn.Module):
    """MiniLM with one log-odds for a pair."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(resolve_model(DEFAULT_MODEL)), add_pooling_layer=False)
        # Half of the parameters, and with so few examples nothing to gain from them.
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 1)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Log-odds, shape ``(n, 1)``."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1)
        logits: torch.Tensor = self.head(pooled)
        return logits


def main() -> None:
    """Train, going on from a checkpoint if there is one, and print held-out figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="stop, with the rates at nought, after so many")
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--start", type=Path, help="checkpoint of an earlier training to start from")
    parser.add_argument("--export", type=Path)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    training, held_out = _read(arguments.groups)
    tokenizer = PairTokenizer(_tokenizer())
    model = Model()
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["model"])
    optimizer = torch.optim.AdamW(
        [
            {"params": model.encoder.encoder.parameters(), "lr": ENCODER_RATE},
            {"params": model.head.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    total = arguments.steps or arguments.epochs * (len(training) // BATCH_GROUPS)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (0.06 * total), (total - step) / (0.94 * total))
    )
    checkpoint = arguments.work / "checkpoint.pt"
    step = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        step = saved["step"]
    batches = _batches(training, arguments.epochs)
    started, losses = time.time(), list[float]()
    while step < total:
        model.train()
        loss = _loss(model, tokenizer, batches[step])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        step += 1
        losses.append(loss.item())
        if step % arguments.save_every == 0 or step == total:
            print(f"step {step}/{total} loss {np.mean(losses):.4f} {time.time() - started:.0f} s", flush=True)
            losses.clear()
            _save(checkpoint, model, optimizer, schedule, step)
        if step % (5 * arguments.save_every) == 0 or step == total:
            _evaluate(model, tokenizer, held_out)
    if arguments.export:
        _export(model, arguments.export)


def _read(path: Path) -> tuple[list[Group], list[Group]]:
    training, held_out = [], []
    rng = random.Random(SEED)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        group = Group(row["question"], row["sentences"], row["contexts"], row["gold"])
        if row["held_out"]:
            held_out.append(group)
            continue
        training.append(_hardest(group))
        if any(group.gold):
            at = group.gold.index(True)
            beside = [s for s, gold in zip(group.sentences, group.gold, strict=True) if not gold]
            about = f"{group.sentences[at]} {group.contexts[at]}"
            question = swapped(group.question, about, beside, rng)
            if question:
                nothing = replace(group, question=question, gold=[False] * len(group.gold))
                training.append(_hardest(nothing, at))
    return training, held_out


def _hardest(group: Group, wanted: int | None = None) -> Group:
    """Keep the first candidates, and the wanted or a gold one among them."""
    kept = list(range(min(CANDIDATES, len(group.gold))))
    if wanted is None and any(group.gold) and not any(group.gold[i] for i in kept):
        wanted = group.gold.index(True)
    if wanted is not None and wanted not in kept:
        kept[-1] = wanted
    return Group(
        group.question,
        [group.sentences[i] for i in kept],
        [group.contexts[i] for i in kept],
        [group.gold[i] for i in kept],
    )


def _tokenizer() -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(resolve_model(DEFAULT_MODEL) / "tokenizer.json"))
    return tokenizer


def _batches(groups: list[Group], epochs: int) -> list[list[Group]]:
    """The same batches in the same order at every run, groups of like length together."""
    rng = random.Random(SEED)
    batches: list[list[Group]] = []
    for _ in range(epochs):
        order = sorted(groups, key=lambda g: max(map(len, g.sentences)) + 60 * rng.random())
        epoch = [order[i : i + BATCH_GROUPS] for i in range(0, len(order) - BATCH_GROUPS + 1, BATCH_GROUPS)]
        rng.shuffle(epoch)
        batches.extend(epoch)
    return batches


def _logits(model: Model, tokenizer: PairTokenizer, groups: list[Group]) -> list[torch.Tensor]:
    encoded = [tokenizer.encode(g.question, list(zip(g.sentences, g.contexts, strict=True))) for g in groups]
    length = max(ids.shape[1] for ids, *_ in encoded)
    padded = [
        torch.from_numpy(
            np.concatenate([np.pad(part[i], ((0, 0), (0, length - part[i].shape[1]))) for part in encoded])
        )
        for i in range(3)
    ]
    with torch.autocast("cpu", torch.bfloat16):
        output = model(*padded).squeeze(-1)
    return list(torch.split(output.float(), [len(g.sentences) for g in groups]))


def _loss(model: Model, tokenizer: PairTokenizer, groups: list[Group]) -> torch.Tensor:
    losses = []
    for group, logits in zip(groups, _logits(model, tokenizer, groups), strict=True):
        gold = torch.tensor(group.gold)
        everything = torch.cat([torch.zeros(1), logits])
        target = everything[1:][gold] if any(group.gold) else everything[:1]
        listwise = torch.logsumexp(everything, 0) - torch.logsumexp(target, 0)
        losses.append(listwise + functional.binary_cross_entropy_with_logits(logits, gold.float()))
    return torch.stack(losses).mean()


def _save(
    path: Path,
    model: Model,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    step: int,
) -> None:
    temporary = path.with_suffix(".tmp")
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
    }
    torch.save(state, temporary)
    temporary.replace(path)


def _evaluate(model: Model, tokenizer: PairTokenizer, held_out: list[Group]) -> None:
    model.eval()
    first, reference, best, present = [], [], [], []
    with torch.no_grad():
        for i in range(0, len(held_out), BATCH_GROUPS):
            groups = held_out[i : i + BATCH_GROUPS]
            for group, logits in zip(groups, _logits(model, tokenizer, groups), strict=True):
                best.append(logits.max().item())
                present.append(any(group.gold))
                if any(group.gold):
                    first.append(group.gold[int(logits.argmax())])
                    reference.append(group.gold[0])
    print(
        f"held out: gold first {np.mean(first):.3f} (linear scorer {np.mean(reference):.3f}, n={len(first)}),"
        f" AUROC answer present {roc_auc_score(present, best):.3f} (n={len(present)})",
        flush=True,
    )


def _export(model: Model, folder: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    full = folder / "full.onnx"
    model.eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones((2, 8), dtype=torch.long) for _ in names)
    axes = {0: "batch", 1: "sequence"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example,
            str(full),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={**dict.fromkeys(names, axes), "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    quantize_dynamic(str(full), str(folder / "cross_encoder.onnx"), weight_type=QuantType.QInt8)
    full.unlink()
    _tokenizer().save(str(folder / "tokenizer.json"))


if __name__ == "__main__":
    main()
