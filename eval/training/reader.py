"""Fine-tune the reader.

    python -m eval.training.reader --encoder BERT --passages passages.jsonl --work DIR --export MODEL

An encoder (the default embedding model's, unless another is named) is trained whole but for its
embeddings, with one linear layer to three numbers a token. The loss of a passage is half the
cross-entropy of start and end (the first token where nothing answers), plus the cross-entropy of
a softmax over its sentences and an empty answer of log-odds 0, plus half the binary cross-entropy
of each sentence, so that each log-odds means something by itself. Passages of like length are
batched up to a number of tokens. A checkpoint after every ``--save-every`` steps lets a later run go
on where one stopped. To go on from weights that are trained already (``--start``), the lower layers may be
left as they are (``--frozen``), which takes a third off a step for half of them.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from onnxruntime import InferenceSession
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import AutoModel

from eval.measures.short import f1
from eval.training.quantized import export
from index.embed.resolve import DEFAULT_MODEL, resolve_model
from index.onnx import open_session
from service.answering.reading.reader import INPUTS, Encoded, Floats, PassageTokenizer, best_span, padded

SEED = 7
BATCH_TOKENS = 3072
ENCODER_RATE, HEAD_RATE = 8e-5, 6e-4
WARM_UP = 0.05
EVALUATED = 600
CALIBRATED = 200
# Numbers of 16 bit where the processor reckons with them; emulated, a step takes twenty times as long.
HALVED = torch.backends.cpu.get_cpu_capability().startswith("AVX512")


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One passage to read.

    Attributes:
        sentences: The tokens of each sentence that was not cut off.
        gold: Which of them answer.
        span: First and last token of the answer; None if it was cut off or there is none.
    """

    encoded: Encoded
    text: str
    sentences: list[range]
    gold: list[bool]
    span: tuple[int, int] | None
    answer: str | None


class Model(torch.nn.Module):
    """An encoder with the logits of start, end and sentence for each token."""

    def __init__(self, encoder: Path) -> None:
        super().__init__()
        # Without dropout and with plain attention a step takes half the time on a CPU, and one
        # epoch hardly sees an example twice.
        self.encoder = AutoModel.from_pretrained(
            str(encoder),
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        # Half of the parameters, and with so few examples nothing to gain from them.
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 3)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Logits, shape ``(n, tokens, 3)``."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        logits: torch.Tensor = self.head(states)
        return logits


def main() -> None:
    """Train, going on from a checkpoint if there is one, and print held-out figures."""
    arguments = _arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    training, held_out = _read(arguments.passages)
    batches = [batch for epoch in range(arguments.epochs) for batch in _batches(training, epoch)]
    model = Model(arguments.encoder or resolve_model(DEFAULT_MODEL))
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["model"])
    model.encoder.encoder.layer[: arguments.frozen].requires_grad_(requires_grad=False)
    optimizer = torch.optim.AdamW(
        [
            {"params": model.encoder.encoder.parameters(), "lr": ENCODER_RATE},
            {"params": model.head.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    total = arguments.steps or len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (WARM_UP * total), (total - step) / ((1 - WARM_UP) * total))
    )
    checkpoint = arguments.work / "checkpoint.pt"
    step = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        step = saved["step"]
    print(f"{len(training)} passages, step {step} of {total}", flush=True)
    started, losses = time.time(), list[float]()
    while step < total:
        model.train()
        loss = _loss(model, batches[step])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch declares none for it
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        step += 1
        losses.append(loss.item())
        if step % arguments.save_every == 0 or step == total:
            print(f"step {step}/{total} loss {np.mean(losses):.3f} {time.time() - started:.0f} s", flush=True)
            losses.clear()
            _save(checkpoint, model, optimizer, schedule, step)
        if step % (5 * arguments.save_every) == 0 and step < total:
            _evaluate(partial(_torch_logits, model), held_out)
    print("in full precision:")
    _evaluate(partial(_torch_logits, model), held_out)
    if arguments.export:
        arguments.export.mkdir(parents=True, exist_ok=True)
        seen = [example.encoded for example in training[:CALIBRATED]]
        export(model, seen, arguments.export / "reader.onnx")
        _tokenizer().save(str(arguments.export / "tokenizer.json"))
        print("as exported, in 8 bit:")
        _evaluate(partial(_onnx_logits, open_session(arguments.export / "reader.onnx")), held_out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--passages", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--encoder", type=Path, help="folder of a BERT to start from (the embedding model)")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="stop, with the rates at nought, after so many")
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--start", type=Path, help="weights of an earlier training to start from")
    parser.add_argument("--frozen", type=int, default=0, help="layers, from below, that are not trained")
    parser.add_argument("--export", type=Path, help="folder for the 8-bit ONNX model")
    return parser.parse_args()


def _tokenizer() -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(resolve_model(DEFAULT_MODEL) / "tokenizer.json"))
    return tokenizer


def _read(path: Path) -> tuple[list[Example], dict[str, list[Example]]]:
    """Examples to train on, and by set those held out, in a fixed random order."""
    tokenizer = PassageTokenizer(_tokenizer())
    training: list[Example] = []
    held_out: dict[str, list[Example]] = defaultdict(list)
    lines = path.read_text(encoding="utf-8").splitlines()
    random.Random(SEED).shuffle(lines)
    for line in lines:
        row = json.loads(line)
        text = row["text"]
        encoded = tokenizer.encode(row["question"], row["context"], text)
        sentences = [encoded.tokens_of(*s) for s in row["sentences"]]
        gold = [i in row["gold"] for i in range(len(sentences))]
        seen = [(s, g) for s, g in zip(sentences, gold, strict=True) if s]
        if not seen or (any(gold) and not any(g for _, g in seen)):
            continue
        span = encoded.tokens_of(*row["span"]) if row["span"] else range(0)
        example = Example(
            encoded,
            text,
            [s for s, _ in seen],
            [g for _, g in seen],
            (span[0], span[-1]) if span else None,
            text[slice(*row["span"])] if row["span"] else None,
        )
        (held_out[row["set"]] if row["held_out"] else training).append(example)
    return training, held_out


def _batches(examples: list[Example], epoch: int) -> list[list[Example]]:
    """The same batches in the same order at every run, passages of like length together."""
    rng = random.Random(SEED + epoch)
    batches: list[list[Example]] = [[]]
    for example in sorted(examples, key=lambda e: len(e.encoded.ids) + 20 * rng.random()):
        longest = max(len(e.encoded.ids) for e in [*batches[-1], example])
        if longest * (len(batches[-1]) + 1) > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(example)
    rng.shuffle(batches)
    return batches


def _logits(model: Model, examples: list[Example]) -> torch.Tensor:
    inputs = [torch.from_numpy(array) for array in padded([e.encoded for e in examples])]
    with torch.autocast("cpu", torch.bfloat16, enabled=HALVED):
        logits = model(*inputs)
    return torch.as_tensor(logits).float()


def _sentence_logits(example: Example, logits: torch.Tensor) -> torch.Tensor:
    return torch.stack([logits[s.start : s.stop, 2].mean() for s in example.sentences])


def _loss(model: Model, examples: list[Example]) -> torch.Tensor:
    losses = []
    for example, logits in zip(examples, _logits(model, examples), strict=True):
        gold = torch.tensor(example.gold)
        scores = _sentence_logits(example, logits)
        everything = torch.cat([torch.zeros(1), scores])
        target = everything[1:][gold] if any(example.gold) else everything[:1]
        loss = torch.logsumexp(everything, 0) - torch.logsumexp(target, 0)
        loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(scores, gold.float(), reduction="sum")
        if example.span or not any(example.gold):
            places = [0, *range(example.encoded.first, example.encoded.first + len(example.encoded.offsets))]
            for column, token in enumerate(example.span or (0, 0)):
                found = torch.log_softmax(logits[places, column], 0)
                loss = loss - 0.5 * found[places.index(token)]
        losses.append(loss)
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


def _torch_logits(model: Model, examples: list[Example]) -> Floats:
    model.eval()
    with torch.no_grad():
        return np.asarray(_logits(model, examples).numpy(), dtype=np.float64)


def _onnx_logits(session: InferenceSession, examples: list[Example]) -> Iterable[Floats]:
    # One by one as the product reads, since a batch shares the scales of its 8-bit numbers.
    for example in examples:
        (logits,) = session.run(None, dict(zip(INPUTS, padded([example.encoded]), strict=True)))
        yield np.asarray(logits[0], dtype=np.float64)


def _evaluate(
    logits_of: Callable[[list[Example]], Iterable[Floats]], held_out: dict[str, list[Example]]
) -> None:
    for name, examples in held_out.items():
        spans, first, best, null, present = [], [], [], [], []
        for at in range(0, min(EVALUATED, len(examples)), 16):
            batch = examples[at : at + 16]
            for example, logits in zip(batch, logits_of(batch), strict=True):
                scores = [logits[s.start : s.stop, 2].mean() for s in example.sentences]
                best.append(max(scores))
                present.append(any(example.gold))
                e = example.encoded
                passage = logits[e.first : e.first + len(e.offsets)]
                a, b, score = best_span(passage[:, 0], passage[:, 1])
                null.append(score - logits[0, :2].sum())
                if any(example.gold):
                    first.append(example.gold[int(np.argmax(scores))])
                if example.answer:
                    read = example.text[e.offsets[a, 0] : e.offsets[b, 1]]
                    spans.append(f1(read, [example.answer]))
        auroc = [roc_auc_score(present, s) if len(set(present)) > 1 else np.nan for s in (best, null)]
        print(
            f"  {name}: span F1 {np.mean(spans):.3f}, sentence first {np.mean(first):.3f}"
            f" (n={len(first)}), AUROC by sentence {auroc[0]:.3f}, by span {auroc[1]:.3f} (n={len(present)})",
            flush=True,
        )


if __name__ == "__main__":
    main()
