import json
import math
from pathlib import Path
from typing import Any

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


def test_a_collection_is_the_same_however_it_is_composed() -> None:
    assert load_settings(collection="cafe\u0301").collection == "caf\u00e9"


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


@pytest.mark.parametrize(
    ("host", "required", "demanded"),
    [
        ("127.0.0.1", None, False),
        ("127.8.0.1", None, False),
        ("::1", None, False),
        ("localhost", None, False),
        ("0.0.0.0", None, True),  # noqa: S104
        ("::", None, True),
        ("", None, True),
        ("192.168.1.4", None, True),
        ("example.org", None, True),
        ("127.0.0.1", True, True),
        ("::", False, False),
    ],
)
def test_keys_are_demanded_unless_this_machine_alone_gets_in(
    host: str, required: bool | None, demanded: bool
) -> None:
    assert load_settings(host=host, require_keys=required).demands_keys is demanded


@pytest.mark.parametrize(
    ("given_", "named"),
    [
        ({"cors_origins": ["*"]}, "unless keys are demanded"),
        ({"cors_origins": ["https://example.org/"]}, "cors_origins"),
        ({"cors_origins": ["example.org"]}, "cors_origins"),
        ({"rate_limit": "many"}, "rate_limit"),
        ({"keep_revisions_days": 999_999}, "keep_revisions_days"),
        ({"keep_revisions_days": math.inf}, "keep_revisions_days"),
        ({"keep_revisions_days": math.nan}, "keep_revisions_days"),
    ],
)
def test_settings_that_are_not_safe_or_not_clear_are_refused(given_: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named):
        load_settings(**given_)


def test_every_origin_may_call_where_keys_are_demanded() -> None:
    assert load_settings(cors_origins=["*"], require_keys=True).cors_origins == ["*"]


def test_a_list_in_the_environment_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWISE_ALLOWED_HOSTS", json.dumps(["citewise.lan"]))
    assert load_settings().allowed_hosts == ["citewise.lan"]
    monkeypatch.setenv("CITEWISE_ALLOWED_HOSTS", "citewise.lan")
    with pytest.raises(InvalidSettings, match="allowed_hosts"):
        load_settings()
