"""A BERT encoder out of its 8-bit ONNX export, to start a training from.

    python -m eval.training.dequantized MODEL_FOLDER OUT

Model hubs are not always within reach, and what a package registry carries is quantized. An 8-bit weight is
its number, less the zero point, times the scale; what was lost by rounding is not to be had back, and is
learned anew. ``MODEL_FOLDER`` holds ``model_quantized.onnx`` as ONNX Runtime's dynamic quantization writes
it, ``config.json`` and ``tokenizer.json``; ``OUT`` becomes a folder that ``transformers`` reads.
"""

import argparse
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertModel

Array = npt.NDArray[np.float32]


def main() -> None:
    """Read an export and write a model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    model = BertModel(BertConfig.from_pretrained(str(arguments.model)), add_pooling_layer=False)
    weights = {
        name: torch.from_numpy(w) for name, w in read_weights(arguments.model / "model_quantized.onnx")
    }
    model.load_state_dict(weights, strict=True)
    model.save_pretrained(str(arguments.out))
    shutil.copy(arguments.model / "tokenizer.json", arguments.out / "tokenizer.json")
    print(f"{sum(w.numel() for w in weights.values()):,} weights in {arguments.out}")


def read_weights(path: Path) -> Iterator[tuple[str, Array]]:
    """The weights by the names of ``transformers``, shapes as it has them."""
    graph = onnx.load(str(path)).graph
    stored = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for name, value in stored.items():
        if name.startswith("embeddings.") and name.endswith("_quantized"):
            yield name.removesuffix("_quantized"), _full(name, stored)
        elif re.match(r"(embeddings|encoder)\.[\w.]+\.(weight|bias)$", name):
            yield name, np.array(value, dtype=np.float32)
    for node in graph.node:
        place = re.fullmatch(r"/(encoder/[\w./]+)/MatMul_quant", node.name)
        # The products of attention have no weight.
        weight = next((i for i in node.input if i in stored and stored[i].ndim == 2), None)
        if place and weight:
            # A linear layer keeps (out, in), a product (in, out).
            yield f"{place[1].replace('/', '.')}.weight", np.ascontiguousarray(_full(weight, stored).T)


def _full(name: str, stored: Mapping[str, npt.NDArray[Any]]) -> Array:
    base = name.removesuffix("_quantized")
    zero, scale = stored[f"{base}_zero_point"].astype(np.int32), stored[f"{base}_scale"]
    return np.asarray((stored[name].astype(np.int32) - zero) * scale, dtype=np.float32)


if __name__ == "__main__":
    main()
