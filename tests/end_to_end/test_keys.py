"""Keys as an operator uses them: the real command beside a real server."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.conftest import CHENGDU, QUESTIONS
from tests.serving import COMMAND, serving


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False)


def _keys(data_dir: Path, *arguments: str) -> dict[str, object]:
    done = _run("keys", *arguments, "--data-dir", str(data_dir), "--json")
    assert done.returncode == 0, done.stderr
    shape: dict[str, object] = json.loads(done.stdout)
    return shape


def _secret(key: str) -> str:
    """What of ``cw_ID_SECRET`` nobody else may see; there may be a ``_`` in it."""
    return key.split("_", 2)[2]


@pytest.fixture
def own(seeds_dir: Path, tmp_path: Path) -> Path:
    shutil.copytree(seeds_dir, tmp_path / "index")
    return tmp_path / "index"


def test_keys_are_made_listed_and_revoked_before_there_is_an_index(tmp_path: Path) -> None:
    made = _run("keys", "create", "web", "--right", "read", "-c", "sky", "--data-dir", str(tmp_path))
    assert re.fullmatch(r"cw_[0-9a-f]+_\S{43}\n", made.stdout)
    (listed,) = json.loads(_run("keys", "list", "--data-dir", str(tmp_path), "--json").stdout)["keys"]
    assert (listed["name"], listed["right"], listed["collections"]) == ("web", "read", ["sky"])
    assert listed.keys() == {"id", "name", "right", "collections", "created_at", "expires_at"}
    assert _run("keys", "revoke", listed["id"], "--data-dir", str(tmp_path)).returncode == 0
    again = _run("keys", "revoke", listed["id"], "--data-dir", str(tmp_path))
    assert (again.returncode, "keys list" in again.stderr) == (1, True)
    assert _run("keys", "create", "web", "--data-dir", str(tmp_path)).returncode == 2


def test_an_address_open_to_others_is_not_served_without_a_key(tmp_path: Path) -> None:
    refused = _run("serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path))  # noqa: S104  # it has to refuse
    assert refused.returncode == 1
    assert "citewise keys create" in refused.stderr
    assert "--without-keys" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_keys_of_a_running_server_count_at_once_and_are_never_logged(own: Path) -> None:
    first = _keys(own, "create", "first", "--right", "read")
    log: list[str] = []
    with serving(own, log, CITEWISE_REQUIRE_KEYS="true", CITEWISE_LOG_LEVEL="DEBUG") as address:
        second = _keys(own, "create", "second", "--right", "write")
        headers = [{"authorization": f"Bearer {key['key']}"} for key in (first, second)]
        with httpx2.Client(base_url=address, timeout=60) as client:
            assert client.get("/v1/documents").status_code == 401
            for sent in headers:
                response = client.post("/v1/search", json={"question": CHENGDU}, headers=sent)
                assert response.status_code == 200
            assert "server" not in response.headers
            assert client.delete("/v1/documents/none", headers=headers[0]).status_code == 403
            _keys(own, "revoke", str(first["id"]))
            assert [client.get("/v1/documents", headers=h).status_code for h in headers] == [401, 200]
            assert client.put("/v1/documents/a", headers=headers[1], json={"text": 1}).status_code == 422
    logged = "".join(log)
    assert "/v1/search" in logged
    for key in (first, second):
        assert _secret(str(key["key"])) not in logged


def test_evaluation_asks_a_server_with_a_key_for_one_collection(own: Path, tmp_path: Path) -> None:
    key = str(_keys(own, "create", "eval", "--right", "read", "-c", "default")["key"])
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)[:2]))
    with serving(own, CITEWISE_REQUIRE_KEYS="true") as address:
        asked = ("eval", "run", str(gold), "--url", address, "--out", str(tmp_path / "run.json"))
        without = _run(*asked)
        done = _run(*asked, "--key", key)
    assert (without.returncode, "401" in without.stderr) == (1, True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run.json").is_file()
    assert _secret(key) not in (tmp_path / "run.json").read_text() + done.stdout + done.stderr
