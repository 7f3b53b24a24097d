"""A sentence-transformers model into one ONNX file, once.

Importing torch and sentence-transformers takes about ten seconds, ONNX Runtime a third
of one. So the model is loaded by sentence-transformers a single time, its whole
pipeline (encoder, pooling, normalisation) is traced into one graph, and every later
process answers with ONNX Runtime alone.
"""

import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from index.embed.resolve import fingerprint, resolve_model, stat_signature
from index.errors import ModelUnavailable, StorageFailed
from index.types import sha256_hex

log = logging.getLogger(__name__)

EXPORT_FORMAT = 2


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """What lies in an export's folder, beside ``model.onnx`` and ``tokenizer.json``.

    Attributes:
        revision: Fingerprint of the source model's files.
        inputs: Names of the graph's inputs, a subset of the tokenizer's three outputs.
        max_tokens: Tokens the model reads, its special tokens not counted.
        special_tokens: Special tokens that the tokenizer adds to one text.
    """

    format: int
    revision: str
    dimension: int
    max_tokens: int
    special_tokens: int
    pad_id: int
    inputs: tuple[str, ...]
    query_prompt: str
    passage_prompt: str


def exported_model(
    name: str, cache: Path, announce: Callable[[str], None] = log.info
) -> tuple[Path, ExportedModel]:
    """Return the export of a model, making it first if there is none yet.

    Args:
        name: As ``resolve_model`` takes it.
        cache: Folder that keeps exports, one folder a model revision.
        announce: Told when an export starts, because that takes some ten seconds.

    Raises:
        ModelUnavailable: The model is not here, or is no sentence-transformers model.
    """
    source = resolve_model(name)
    index_file = cache / "exports" / f"{sha256_hex(str(source))[:16]}.json"
    signature = stat_signature(source)
    known = _read_json(index_file)
    if known.get("signature") == signature:
        found = _open(cache / str(known["export"]))
        if found:
            return cache / str(known["export"]), found
    revision = fingerprint(source)
    folder = f"{source.name}-{revision.removeprefix('sha256:')[:16]}-{EXPORT_FORMAT}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(
            f"The cache folder {cache} cannot be made ({error.strerror}).",
            "Choose another with CITEWISE_CACHE_DIR.",
        ) from error
    with FileLock(cache / f"{folder}.lock"):
        found = _open(cache / folder)
        if found is None:
            announce(f"Exporting {name} to ONNX (once, about 15 s) …")
            _export(source, name, revision, cache / folder)
            found = _open(cache / folder)
    if found is None:
        raise ModelUnavailable(
            f"The export of {name} in {cache / folder} cannot be read.",
            "Remove that folder and run the command again.",
        )
    index_file.parent.mkdir(exist_ok=True)
    _write_atomically(index_file, json.dumps({"signature": signature, "export": folder}))
    return cache / folder, found


def _open(folder: Path) -> ExportedModel | None:
    described = _read_json(folder / "export.json")
    if described.get("format") != EXPORT_FORMAT or not (folder / "model.onnx").is_file():
        return None
    return ExportedModel(**{**described, "inputs": tuple(described["inputs"])})


def _export(source: Path, name: str, revision: str, target: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # declares no types
    try:
        model = SentenceTransformer(str(source), device="cpu", local_files_only=True).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"{source} cannot be loaded by sentence-transformers ({error}).",
            "Name a folder or a model that it can load.",
        ) from error
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    dimension = model.get_embedding_dimension()
    if tokenizer is None or dimension is None:
        raise ModelUnavailable(
            f"{name} has no fast tokenizer or states no dimension.", "Choose another model."
        )
    encoded = model.tokenizer(["a short text", "another"], padding=True, return_tensors="pt")
    inputs = tuple(k for k in ("input_ids", "attention_mask", "token_type_ids") if k in encoded)

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *features: torch.Tensor) -> torch.Tensor:
            embedded: torch.Tensor = self.model(dict(zip(inputs, features, strict=True)))[
                "sentence_embedding"
            ]
            return torch.nn.functional.normalize(embedded, dim=1)

    special = model.tokenizer.num_special_tokens_to_add()
    described = ExportedModel(
        format=EXPORT_FORMAT,
        revision=revision,
        dimension=dimension,
        max_tokens=int(model.max_seq_length or model.tokenizer.model_max_length) - special,
        special_tokens=special,
        pad_id=int(model.tokenizer.pad_token_id or 0),
        inputs=inputs,
        query_prompt=_prompt(model.prompts, "query"),
        passage_prompt=_prompt(model.prompts, "document", "passage"),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        axes = {0: "batch", 1: "sequence"}
        with warnings.catch_warnings(), torch.no_grad():
            # The TorchScript exporter warns that it is the old one. It needs no further
            # package, and a test holds that its graph agrees with sentence-transformers.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Pipeline(),
                tuple(encoded[k] for k in inputs),
                str(building / "model.onnx"),
                input_names=list(inputs),
                output_names=["embedding"],
                dynamic_axes={**dict.fromkeys(inputs, axes), "embedding": {0: "batch"}},
                opset_version=17,
                dynamo=False,
            )
        tokenizer.save(str(building / "tokenizer.json"))
        (building / "export.json").write_text(json.dumps(asdict(described), indent=2))
        shutil.rmtree(target, ignore_errors=True)
        building.rename(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _prompt(prompts: Mapping[str, str | None], *names: str) -> str:
    return next((prompt for n in names if (prompt := prompts.get(n))), "")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write_atomically(path: Path, text: str) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(text)
    temporary.replace(path)
