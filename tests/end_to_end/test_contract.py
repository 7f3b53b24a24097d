"""What schemathesis makes of the API reference and a real server, with keys and without."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.types import Document
from service.access.keyring import KeyRing
from service.access.rights import Right
from service.settings import load_settings
from service.wiring import open_app
from tests.serving import serving

COMMAND = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance"
)
OPTIONS = ["--checks", CHECKS, *"--max-examples 8 --seed 1 --no-color --request-timeout 60".split()]


@pytest.mark.parametrize("keys", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_generated_request_gets_what_the_reference_does_not_say(tmp_path: Path, keys: bool) -> None:
    data_dir = tmp_path / "index"
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        app.builder.put("default", Document("comet", "The comet returned in May 1910."))
    header = []
    if keys:
        _, token = KeyRing(data_dir).create("fuzzer", Right.ADMIN)
        header = ["--header", f"Authorization: Bearer {token}"]
    # The queue is long, so that a refusal is no excuse.
    with serving(data_dir, CITEWISE_REQUIRE_KEYS=str(keys), CITEWISE_QUEUE="1000") as address:
        ran = subprocess.run(
            [COMMAND, "run", f"{address}/openapi.json", *OPTIONS, *header],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout
    assert re.search(r"\d{3,} generated, \d{3,} passed", ran.stdout), ran.stdout
