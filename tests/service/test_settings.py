from pathlib import Path

import pytest

from index.errors import InvalidSettings
from service.settings import load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_flags_win_over_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("citewise.toml").write_text("top_k = 3\nport = 1234\nmax_sentences = 2\n")
    monkeypatch.setenv("CITEWISE_TOP_K", "4")
    monkeypatch.setenv("CITEWISE_PORT", "4321")
    settings = load_settings(top_k=5, port=None)
    assert (settings.top_k, settings.port, settings.max_sentences) == (5, 4321, 2)


def test_an_unknown_key_in_the_file_is_an_error() -> None:
    Path("citewise.toml").write_text("topk = 3\n")
    with pytest.raises(InvalidSettings, match="topk"):
        load_settings()


def test_an_unknown_key_in_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWISE_TOPK", "3")
    with pytest.raises(InvalidSettings, match="CITEWISE_TOPK"):
        load_settings()


def test_a_file_that_is_not_toml_is_an_error() -> None:
    Path("citewise.toml").write_text("top_k 3")
    with pytest.raises(InvalidSettings, match=r"citewise\.toml"):
        load_settings()


def test_a_value_out_of_range_names_the_setting() -> None:
    with pytest.raises(InvalidSettings, match="top_k"):
        load_settings(top_k=0)
