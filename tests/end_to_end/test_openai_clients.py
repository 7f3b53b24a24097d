"""Clients that were written for OpenAI, unchanged, against a real server."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import CHENGDU, ROOT
from tests.serving import serving

SCRIPTS = ROOT / "tests" / "clients"


@pytest.fixture(scope="module")
def server(seeds_dir: Path) -> Iterator[str]:
    with serving(seeds_dir) as address:
        yield address


@pytest.fixture
def client(server: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as opened:
        yield opened


def _answer(server: str) -> dict[str, Any]:
    answered: dict[str, Any] = httpx.post(f"{server}/v1/answers", json={"question": CHENGDU}).json()
    return answered


def _node(script: str, server: str) -> dict[str, Any]:
    if not shutil.which("node") or not (SCRIPTS / "node_modules").exists():
        pytest.skip("node or its packages are missing: make check installs them")
    ran = subprocess.run(
        ["node", SCRIPTS / script, f"{server}/v1", CHENGDU],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    printed: dict[str, Any] = json.loads(ran.stdout)
    return printed


def _is_annotated(content: str, annotations: list[Any], server: str) -> bool:
    """Every annotation names a range of the content and an address that opens what it cites."""
    for annotation in annotations:
        cited = annotation["url_citation"]
        sentence = content[cited["start_index"] : cited["end_index"]]
        assert " ".join(httpx.get(cited["url"]).text.split()) == sentence
        assert cited["url"].startswith(server)
    return bool(annotations)


def test_python_client_gets_the_answer_with_annotations(client: openai.OpenAI, server: str) -> None:
    completion = client.chat.completions.create(
        model="citewise", messages=[{"role": "user", "content": CHENGDU}]
    )
    message = completion.choices[0].message
    assert message.content == _answer(server)["answer"]
    assert completion.choices[0].finish_reason == "stop"
    assert _is_annotated(message.content or "", [a.model_dump() for a in message.annotations or []], server)
    assert completion.usage is not None
    assert (
        completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    )


def test_python_client_streams_the_same_answer(client: openai.OpenAI, server: str) -> None:
    text = ""
    annotations: list[Any] = []
    finish = []
    with client.chat.completions.create(
        model="citewise",
        messages=[{"role": "user", "content": [{"type": "text", "text": CHENGDU}]}],
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                text += choice.delta.content or ""
                annotations += getattr(choice.delta, "annotations", None) or []
                finish.append(choice.finish_reason)
            assert "usage" in chunk.model_fields_set
            usage = chunk.usage
    assert text == _answer(server)["answer"]
    assert finish[-1] == "stop"
    assert usage is not None
    assert _is_annotated(text, annotations, server)


def test_python_client_raises_its_own_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": CHENGDU}])
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.UnprocessableEntityError) as empty:
        client.chat.completions.create(model="citewise", messages=[{"role": "user", "content": " "}])
    assert "empty" in empty.value.message
    with pytest.raises(openai.UnprocessableEntityError, match="assistant"):
        client.chat.completions.create(model="citewise", messages=[{"role": "assistant", "content": "Hm"}])


def test_python_client_lists_the_collections_as_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["citewise", "citewise/default"]
    assert client.models.retrieve("citewise/default").id == "citewise/default"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("citewise/none")


def test_javascript_client_gets_answers_streams_and_errors(server: str) -> None:
    got = _node("openai.mjs", server)
    answer = _answer(server)["answer"]
    assert got["message"]["content"] == got["text"] == answer
    assert _is_annotated(answer, got["message"]["annotations"], server)
    assert got["annotations"] == got["message"]["annotations"]
    assert got["finish"] == "stop"
    assert got["usage"]["completion_tokens"] > 0
    assert [(e["name"], e["code"]) for e in got["errors"]] == [
        ("NotFoundError", "model_not_found"),
        ("UnprocessableEntityError", "invalid_input"),
        ("UnprocessableEntityError", "invalid_question"),
    ]
    assert got["models"] == ["citewise", "citewise/default"]


def test_ai_sdk_gets_answers_streams_and_errors(server: str) -> None:
    got = _node("ai_sdk.mjs", server)
    assert got["whole"] == got["text"] == _answer(server)["answer"]
    assert got["finish"] == "stop"
    assert got["error"]["status"] == 422
    assert "empty" in got["error"]["message"]
