"""Settings into generators, and asking with them from outside."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from eval.bench.obedient import obedient
from index.errors import ExtraMissing, InvalidSettings
from index.types import Document
from service.settings import load_settings
from service.wiring import open_app
from tests.serving import COMMAND, serving

COMET = Document("comet", "The comet returned in May 1910. It was seen from Lima.")
QUESTION = "When did the comet return?"
KEY = "sk-very-secret-0123456789"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    with open_app(load_settings(data_dir=tmp_path / "index"), create=True) as app:
        app.builder.put("default", COMET)
    return tmp_path / "index"


def _environment(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in {"": "openai", "_URL": url, "_MODEL": "fake", "_KEY": KEY}.items():
        monkeypatch.setenv(f"CITEWISE_GENERATOR{name}", value)


def test_the_command_line_asks_a_generator(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with obedient("It was seen from Lima [1].") as server:
        _environment(monkeypatch, server.url)
        ask = [
            str(COMMAND),
            "ask",
            QUESTION,
            "--composer",
            "generative",
            "--json",
            "--data-dir",
            str(data_dir),
        ]
        shown = json.loads(subprocess.run(ask, capture_output=True, text=True, check=True).stdout)
    assert (shown["composer"], shown["answer"], shown["withheld"]) == (
        "generative",
        "It was seen from Lima. [1]",
        0,
    )


def test_http_asks_a_generator_and_says_what_was_withheld(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with obedient("It was seen from Lima [1]. It is made of cheese [1].") as server:
        _environment(monkeypatch, server.url)
        with serving(data_dir) as url:
            body = {"question": QUESTION, "composer": "generative"}
            shown = httpx2.post(f"{url}/v1/answers", json=body, timeout=60).json()
    assert (shown["composer"], shown["withheld"]) == ("generative", 1)


def test_the_composer_of_the_settings_is_the_default(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWISE_COMPOSER", "generative")
    with obedient("It was seen from Lima [1].") as server:
        _environment(monkeypatch, server.url)
        with serving(data_dir) as url:
            shown = httpx2.post(f"{url}/v1/answers", json={"question": QUESTION}, timeout=60).json()
    assert shown["composer"] == "generative"


@pytest.mark.parametrize("setting", [{"composer": "generative"}, {"rewriter": "generator"}])
def test_a_generator_that_is_wanted_and_not_set_is_named(tmp_path: Path, setting: dict[str, str]) -> None:
    with (
        pytest.raises(InvalidSettings, match="none is set"),
        open_app(load_settings(data_dir=tmp_path, **setting), create=True),
    ):
        pass


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    settings = load_settings(
        data_dir=tmp_path, generator="openai", generator_url="http://x/v1", generator_model="m"
    )
    with (
        pytest.raises(ExtraMissing, match=r"pip install 'citewise\[openai\]'"),
        open_app(settings, create=True),
    ):
        pass


def test_settings_do_not_show_the_key(caplog: pytest.LogCaptureFixture) -> None:
    settings = load_settings(generator_key=KEY)
    logging.getLogger("test").warning("%r %s %s", settings, settings, settings.model_dump_json())
    assert KEY not in caplog.text


def test_an_error_in_the_key_does_not_show_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("citewise.toml").write_text("generator_key = 12345678\n")
    with pytest.raises(InvalidSettings, match="generator_key") as refused:
        load_settings()
    assert "12345678" not in str(refused.value)
