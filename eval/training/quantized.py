"""A trained reader as an 8-bit ONNX file.

ONNX Runtime's dynamic quantization gives all activations that enter a layer one scale, so a few
channels that reach far leave little resolution to the others; in this encoder some reach over ten times
as far as most. They are divided by a constant before the layer, and its weights for them multiplied by
it (Xiao et al., 2023, "SmoothQuant"), which leaves its outputs as they are: weights have a scale for
each output, and room for it. Only the two layers of the feed-forward part are treated so, since there
the rounding costs most.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers.models.bert.modeling_bert import BertLayer

from service.answering.reading.reader import INPUTS, Encoded, padded

# How far a channel may reach, in medians of all channels of its layer.
REACH = 3.0


class Smoothed(torch.nn.Linear):
    """A linear layer with the outputs of another, whose inputs reach less far.

    Args:
        linear: The other layer.
        reach: How far each of its inputs reaches, shape ``(in,)``.
    """

    factor: torch.Tensor

    def __init__(self, linear: torch.nn.Linear, reach: torch.Tensor) -> None:
        super().__init__(linear.in_features, linear.out_features)
        divisor = (reach / (REACH * reach.median())).clamp(min=1)
        self.register_buffer("factor", 1 / divisor)
        self.weight = torch.nn.Parameter(linear.weight.detach() * divisor)
        self.bias = linear.bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The layer's outputs, shape ``(…, out)``."""
        return super().forward(inputs * self.factor)


def export(model: torch.nn.Module, passages: Sequence[Encoded], path: Path) -> None:
    """Write a model in 8 bit; its feed-forward layers are changed.

    Args:
        model: Has a BERT encoder; takes what ``padded`` gives, gives logits of shape ``(n, tokens, 3)``.
        passages: Some to see how far activations reach, none of them held out.
        path: The ONNX file.
    """
    model.eval()
    _smooth(model, passages)
    full = path.with_suffix(".full")
    example = tuple(torch.ones((2, 8), dtype=torch.long) for _ in INPUTS)
    axes = {0: "batch", 1: "sequence"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example,
            str(full),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes={**dict.fromkeys(INPUTS, axes), "logits": axes},
            opset_version=17,
            dynamo=False,
        )
    quantize_dynamic(str(full), str(path), weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()


def _smooth(model: torch.nn.Module, passages: Sequence[Encoded]) -> None:
    layers = [module for module in model.modules() if isinstance(module, BertLayer)]
    places = [(owner, owner.dense) for layer in layers for owner in (layer.intermediate, layer.output)]
    reach = [torch.zeros(linear.in_features) for _, linear in places]

    def watch(i: int, inputs: torch.Tensor) -> None:
        reach[i] = torch.maximum(reach[i], inputs.detach().abs().flatten(0, -2).amax(0))

    hooks = [
        linear.register_forward_pre_hook(lambda _, inputs, i=i: watch(i, inputs[0]))
        for i, (_, linear) in enumerate(places)
    ]
    with torch.no_grad():
        for passage in passages:
            model(*(torch.from_numpy(array) for array in padded([passage])))
    for hook in hooks:
        hook.remove()
    for (owner, linear), reached in zip(places, reach, strict=True):
        owner.dense = Smoothed(linear, reached)
