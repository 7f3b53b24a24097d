import random
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnxruntime.quantization import quantize_dynamic
from transformers import BertConfig, BertModel

from eval.training.dequantized import read_weights
from eval.training.monotone import fit_monotone
from eval.training.quantized import REACH, Smoothed, export
from eval.training.swaps import swapped
from index.onnx import open_session
from service.answering.reading.reader import INPUTS, Encoded, padded

ABOUT = "Ada Brown opened mill 2, the largest of Orrin, in 1921."


@pytest.mark.parametrize(
    ("question", "possible"),
    [
        (
            "When did Ada Brown open it?",
            {"When did Cid Dorn open it?", "When did Ada Brown close it?", "When didn't Ada Brown open it?"},
        ),
        ("what is the largest mill?", {"what is the smallest mill?", "what isn't the largest mill?"}),
        (
            "is mill 2 of the supplier open?",
            {
                *(f"is mill {n} of the supplier open?" for n in (1, 3, 4, 5)),
                "is mill 2 of the customer open?",
                "is mill 2 of the supplier close?",
                "isn't mill 2 of the supplier open?",
            },
        ),
        (
            "what wasn't large in 1921?",
            {f"what wasn't large in {y}?" for y in (1912, 1918, 1920, 1922, 1923, 1928)},
        ),
    ],
)
def test_a_swap_asks_about_something_else(question: str, possible: set[str]) -> None:
    swaps = {swapped(question, ABOUT, ["They met Cid Dorn."], random.Random(seed)) for seed in range(90)}
    assert swaps == possible


def test_what_cannot_be_swapped_gives_no_question() -> None:
    assert swapped("mills?", ABOUT, [], random.Random(1)) is None


@given(st.integers(0, 2**31))
def test_weights_keep_their_sign_and_least_size(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(40, 3))
    target = rng.random(40) < 0.5
    target[:2] = True, False
    model = fit_monotone(("for", "against", "least"), {"against"}, features, target, {"least": 2.0})
    assert model.weights[0] >= 0 >= model.weights[1]
    assert model.weights[2] >= 2.0


def test_a_row_that_counts_twice_is_two_rows() -> None:
    features = np.array([[0.0], [1.0], [1.0], [2.0]])
    target = np.array([False, True, False, True])
    counted = fit_monotone(("x",), set(), features, target, shares=np.array([1.0, 2.0, 1.0, 1.0]))
    doubled = fit_monotone(("x",), set(), features[[0, 1, 1, 2, 3]], target[[0, 1, 1, 2, 3]])
    np.testing.assert_allclose(counted.weights, doubled.weights, atol=1e-4)


class _Encoder(BertModel):  # type: ignore[no-untyped-call]
    """With the three inputs that an export has."""

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = (
            super().forward(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        )
        return states


def test_an_encoder_is_read_back_out_of_its_8_bit_export(tmp_path: Path) -> None:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24
    )
    model = _Encoder(config, add_pooling_layer=False).train(mode=False)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    ones = torch.ones((1, 5), dtype=torch.long)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (ones, ones, ones),
            str(tmp_path / "model.onnx"),
            input_names=["input_ids", "attention_mask", "token_type_ids"],
            opset_version=17,
            dynamo=False,
        )
    quantize_dynamic(str(tmp_path / "model.onnx"), str(tmp_path / "model_quantized.onnx"))
    read = dict(read_weights(tmp_path / "model_quantized.onnx"))
    wanted = {name: weight.numpy() for name, weight in model.state_dict().items()}
    assert read.keys() == wanted.keys()
    for name, weight in wanted.items():
        step = (weight.max() - weight.min()) / 255
        np.testing.assert_allclose(read[name], weight, atol=1.1 * step)


def test_a_layer_whose_inputs_reach_less_far_has_the_same_outputs() -> None:
    torch.manual_seed(1)
    linear = torch.nn.Linear(16, 4)
    inputs = torch.randn(50, 16)
    inputs[:, 3] *= 40
    with torch.no_grad():
        wanted = linear(inputs)
        smoothed = Smoothed(linear, inputs.abs().amax(0))
        np.testing.assert_allclose(smoothed(inputs), wanted, atol=1e-4)
        reach = (inputs * smoothed.factor).abs().amax(0)
    assert reach.max() <= 1.001 * REACH * inputs.abs().amax(0).median()
    assert torch.equal(smoothed.factor != 1, torch.arange(16) == 3)


class _Reader(torch.nn.Module):
    """An encoder and three logits a token."""

    def __init__(self) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=300, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.head = torch.nn.Linear(32, 3)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        logits: torch.Tensor = self.head(states)
        return logits


def test_an_export_in_8_bit_reads_as_the_full_model(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = _Reader().train(mode=False)
    rng = np.random.default_rng(1)
    passages = [
        Encoded([*rng.integers(0, 300, size=40)], 5, 3, np.zeros((34, 2), np.int64)) for _ in range(9)
    ]
    unseen = padded(passages[8:])
    with torch.no_grad():
        wanted = model(*(torch.from_numpy(a) for a in unseen))
    export(model, passages[:8], tmp_path / "reader.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["reader.onnx"]
    (got,) = open_session(tmp_path / "reader.onnx").run(None, dict(zip(INPUTS, unseen, strict=True)))
    np.testing.assert_allclose(got, wanted, atol=0.1)
    smoothed = [name for name, module in model.named_modules() if isinstance(module, Smoothed)]
    assert smoothed == [
        f"encoder.encoder.layer.{i}.{part}.dense" for i in (0, 1) for part in ("intermediate", "output")
    ]
