"""``citewise mcp`` as a model's client uses it: the SDK's client, a process of its own, stdio."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp_types import TextContent

from index.load.files import find_sources
from service.mcp.shapes import ExcerptOut
from service.schemas.answers import AnswerResponse, SearchResponse
from service.schemas.documents import DocumentList
from service.settings import load_settings
from service.wiring import open_app
from tests.conftest import ROOT
from tests.serving import COMMAND

COMET = "Halley's comet returned in May 1910.\n\nThe observatory had opened in 1888.\n"
WHEN = "When did Halley's comet return?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    for name, text in {
        "comet.txt": COMET,
        "dam.txt": "The dam is 235 metres high.",
        "gone.txt": "Gone.",
    }.items():
        (folder / name).write_text(text)
    with open_app(load_settings(data_dir=folder / "index"), create=True) as app:
        app.ingest("default").add(find_sources(sorted(folder.glob("*.txt"))))
        app.builder.delete("default", "gone.txt")
    return folder / "index"


class Connection:
    """The SDK's client, for tests that do not await."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self.portal = portal
        self.client = client

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a tool gives back."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert not result.is_error, result.content
        assert isinstance(result.structured_content, dict)
        return result.structured_content

    def fail(self, tool: str, **arguments: Any) -> str:
        """What a tool says of its failure."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert result.is_error
        (content,) = result.content
        assert isinstance(content, TextContent)
        return content.text


@pytest.fixture(scope="module")
def connection(index: Path) -> Iterator[Connection]:
    """Connected as docs/mcp.md tells a client to."""
    snippet = (ROOT / "docs/mcp.md").read_text().split("```json")[1].split("```")[0]
    places = {"/path/to/.venv/bin/citewise": str(COMMAND), "/path/to/.citewise": str(index)}
    told = json.loads(snippet)["mcpServers"]["citewise"]
    server = StdioServerParameters(
        command=places[told["command"]],
        args=[places.get(argument, argument) for argument in told["args"]],
        env=dict(os.environ),
    )
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(server)) as client:
        yield Connection(portal, client)


def test_tools_only_read_and_describe_what_they_take_and_give(connection: Connection) -> None:
    tools = {tool.name: tool for tool in connection.portal.call(connection.client.list_tools).tools}
    assert tools.keys() == {"search", "answer", "open_source", "list_documents"}
    for tool in tools.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema
        assert all("description" in field for field in tool.input_schema["properties"].values()), tool.name
    assert tools["answer"].input_schema["required"] == ["question"]
    assert (tools["answer"].output_schema or {})["properties"].keys() == AnswerResponse.model_fields.keys()


def test_an_answer_is_cited_and_its_source_opens(connection: Connection) -> None:
    answer = AnswerResponse.model_validate(connection.call("answer", question=WHEN))
    source = answer.citations[0].sources[0]
    opened = ExcerptOut.model_validate(
        connection.call(
            "open_source",
            document_id=source.document_id,
            revision=source.revision,
            start=source.start_char_index,
            end=source.end_char_index,
        )
    )
    assert answer.short_answer == "May 1910"
    assert opened.text == source.cited_text
    assert opened.before + opened.text + opened.after == COMET


def test_an_answer_takes_the_conversation(connection: Connection) -> None:
    turns = [{"role": "user", "content": WHEN}, {"role": "assistant", "content": "In May 1910."}]
    answer = connection.call("answer", question=WHEN, history=turns)
    assert answer["id"] != connection.call("answer", question=WHEN)["id"]


def test_search_obeys_filters_and_top_k(connection: Connection) -> None:
    found = SearchResponse.model_validate(connection.call("search", question=WHEN, top_k=1))
    assert [passage.document_id for passage in found.passages] == ["comet.txt"]
    assert connection.call("search", question=WHEN, filters={"source": "Nowhere"})["passages"] == []


def test_documents_are_listed_by_page(connection: Connection) -> None:
    first = DocumentList.model_validate(connection.call("list_documents", limit=1))
    rest = DocumentList.model_validate(connection.call("list_documents", cursor=first.next_cursor))
    assert [d.id for d in first.documents + rest.documents] == ["comet.txt", "dam.txt"]
    assert rest.next_cursor is None


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("open_source", {"document_id": "gone.txt"}, "was deleted"),
        ("open_source", {"document_id": "dam.txt", "start": 5, "end": 500}, "Give 0 <= start <= end"),
        ("answer", {"question": WHEN, "collection": "none"}, "citewise collections list"),
        ("answer", {"question": " "}, "empty"),
        ("search", {"question": WHEN, "top_k": 0}, "greater than or equal to 1"),
    ],
)
def test_a_failure_says_what_is_wrong_and_what_to_do(
    connection: Connection, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert said in connection.fail(tool, **arguments)


def test_two_calls_at_once_are_both_answered(connection: Connection) -> None:
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(lambda _: connection.call("answer", question=WHEN), range(2))
    assert first["answer"] == second["answer"]


def test_without_the_extra_the_command_names_it(index: Path, tmp_path: Path) -> None:
    # As if the SDK were not there.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'mcp' else find(name, package)\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [COMMAND, "mcp", "--data-dir", str(index)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert "pip install 'citewise[mcp]'" in run.stderr
