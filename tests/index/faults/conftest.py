import shutil
from pathlib import Path

import pytest

from index.types import Document, Metadata
from tests.crash.compare import Comparison
from tests.index.faults.making import TEXTS


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison()


@pytest.fixture(scope="module")
def original(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small closed index with a former revision and a deleted document. Read only."""
    data_dir = tmp_path_factory.mktemp("original") / "data"
    with comparison.open(data_dir) as builder:
        builder.put("default", Document("harbour", "The harbour was opened in 1899."))
        builder.put("default", Document("gone", "Nobody knows of the lantern."))
        for name, text in TEXTS.items():
            metadata: Metadata = {"title": f"On the {name}", "year": len(name)}
            builder.put("default", Document(name, text, metadata))
        builder.delete("default", "gone")
        with builder.index.writing():
            builder.index.store.record_file("default", "/docs/comet", "abc", {"comet": 3})
        builder.save()
    return data_dir


@pytest.fixture
def data_dir(original: Path, tmp_path: Path) -> Path:
    """A copy of its own for one test."""
    return Path(shutil.copytree(original, tmp_path / "data"))
