"""The real parts, opened once: the default model, and the seeds' index."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.load.files import find_sources
from service.settings import Settings, load_settings
from service.wiring import App, open_app

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
QUESTIONS = SEEDS / "questions.jsonl"
# The name that TestClient calls a server by.
TEST_HOSTS = ["testserver"]
# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
CHENGDU = "Which sectors were targeted for cooperation at the Chengdu meeting?"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser", choices=["chromium", "firefox"], default="chromium", help="what the page is tested in"
    )


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(DEFAULT_MODEL, load_settings().cache_dir / "models")


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A file or folder that the first process of a test run that needs it makes, for all of them."""
    own = tmp_path_factory.getbasetemp()
    path = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with FileLock(f"{path}.lock"):
        if not path.exists():
            making = path.with_name(f"{name}.making")
            make(making)
            making.rename(path)
    return path


@pytest.fixture(scope="session")
def seeds_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the seeds indexed. Read only."""

    def make(data_dir: Path) -> None:
        with open_app(load_settings(data_dir=data_dir), create=True) as app:
            app.ingest("default").add(find_sources([SEEDS]))

    return once(tmp_path_factory, "seeds", make)


@pytest.fixture(scope="session")
def seeds_app(seeds_dir: Path) -> Iterator[App]:
    """The seeds' index, opened. Read only."""
    with open_app(load_settings(data_dir=seeds_dir, allowed_hosts=TEST_HOSTS)) as app:
        yield app


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "index", allowed_hosts=TEST_HOSTS)


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    """An empty index of its own for one test."""
    with open_app(settings, create=True) as opened:
        yield opened
