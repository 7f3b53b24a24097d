"""A grid of settings into combinations."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from index.errors import InvalidInput, InvalidSettings, PathNotFound
from service.settings import Settings, load_settings

# Another value of these needs another index.
SHAPING = ("embedder", "chunk_tokens")
# Of all others the same answers come whatever they are: where things are, how files are read and
# answers served.
_ANSWERING = (
    *SHAPING,
    *("reader", "top_k", "max_sentences", "composer", "rewriter"),
    *("generator", "generator_url", "generator_model", "generator_max_tokens", "generator_context_tokens"),
)
_UNSAFE = re.compile(r"[^\w.,=+-]", re.ASCII)
_LONGEST_NAME = 120


def sweepable() -> list[str]:
    """The settings that change answers."""
    return [name for name in Settings.model_fields if name in _ANSWERING]


@dataclass(frozen=True, slots=True)
class Combination:
    """One choice of every setting in the grid.

    Attributes:
        chosen: The settings of the grid, in its order.
        settings: All settings.
    """

    chosen: Mapping[str, Any]
    settings: Settings

    @property
    def name(self) -> str:
        """The choice, such as ``chunk_tokens=96,top_k=4``, fit for a file name."""
        return _named(self.chosen)

    @property
    def index_name(self) -> str:
        """Names the index that it needs, for all that can share it."""
        return _named({name: getattr(self.settings, name) for name in SHAPING})


def read_grid(path: Path, **flags: Any) -> list[Combination]:
    """Read a TOML table of settings, each a value or a list of values, into all combinations.

    They come in the order of the file, the last setting changing first.

    Args:
        path: The file.
        flags: Settings that hold for all, as for ``load_settings``.

    Raises:
        PathNotFound: The file is not there.
        InvalidInput: It is no TOML table, is empty, or says a value twice.
        InvalidSettings: A key that is no setting or changes no answer, or a value out of
            its range.
    """
    values = {key: given if isinstance(given, list) else [given] for key, given in _table(path).items()}
    known = sweepable()
    for key, options in values.items():
        if key not in known:
            raise InvalidSettings(
                f"{path} sweeps {key!r}, which is not a setting that changes answers.",
                f"Such are {', '.join(known)}.",
            )
        if not options:
            raise InvalidInput(f"{path} gives no value for {key!r}.", "Give at least one.")
    combinations = [
        _combination(dict(zip(values, choice, strict=True)), flags) for choice in product(*values.values())
    ]
    names = [combination.name for combination in combinations]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"{path} gives {name} twice.", "Give each value once.")
    return combinations


def _table(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise PathNotFound(f"There is no grid {path}.", "Make one, such as: top_k = [4, 8]")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} is not TOML ({error}).", "Write it like: top_k = [4, 8]") from error
    if not table:
        raise InvalidInput(f"{path} sweeps nothing.", "Write it like: top_k = [4, 8]")
    return table


def _combination(choice: Mapping[str, Any], flags: Mapping[str, Any]) -> Combination:
    settings = load_settings(**flags, **choice)
    return Combination({name: getattr(settings, name) for name in choice}, settings)


def _named(chosen: Mapping[str, Any]) -> str:
    plain = ",".join(f"{name}={value}" for name, value in chosen.items())
    safe = _UNSAFE.sub("_", plain)
    if safe == plain and len(plain) <= _LONGEST_NAME:
        return plain
    return f"{safe[:_LONGEST_NAME]}-{sha256(plain.encode()).hexdigest()[:8]}"


def index_settings(combinations: Sequence[Combination]) -> Mapping[str, Settings]:
    """The settings of each distinct index, by its name."""
    return {combination.index_name: combination.settings for combination in combinations}
