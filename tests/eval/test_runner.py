"""The harness over the real product: in process, over HTTP, and against a chat endpoint."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eval.datasets.contract import read_cases
from eval.runner import run
from eval.runs import Run, digest, load_run, run_json, save_run
from eval.summary import by_tag, summarise
from eval.targets.http import HttpTarget
from eval.targets.in_process import InProcess
from eval.targets.openai import OpenAiTarget
from eval.types import Case, Result
from index.errors import InvalidInput, PathNotFound, ServerUnusable
from service.types import Ask
from service.wiring import App
from tests.conftest import QUESTIONS
from tests.serving import serving


def _timeless(results: tuple[Result, ...]) -> list[object]:
    """Results without times, as JSON."""
    kept: list[object] = []
    for result in results:
        scores = {k: v for k, v in result.scores.items() if k != "seconds" and not k.startswith("ms_")}
        response = result.response and replace(result.response, seconds=0.0, timings_ms={})
        kept.append(asdict(replace(result, scores=scores, response=response)))
    return kept


def test_every_case_of_the_seeds_runs_and_every_citation_verifies(seeds_run: Run) -> None:
    cases = read_cases(QUESTIONS)
    figures = summarise(seeds_run.results)
    assert [r.case for r in seeds_run.results] == cases
    assert [r.failure for r in seeds_run.results if r.failure] == []
    assert figures["verified"].value == 1
    assert figures["verified"].n > 40
    assert figures["right"].n == sum(bool(c.answerable) for c in cases)
    assert figures["refused"].n == sum(not c.answerable for c in cases)
    assert set(by_tag(seeds_run.results)) == {tag for c in cases for tag in c.tags}


def test_the_same_run_gives_the_same_results(seeds_run: Run, seeds_app: App) -> None:
    again = run(InProcess(seeds_app, Ask("")), read_cases(QUESTIONS)[:12], QUESTIONS)
    assert _timeless(again.results) == _timeless(seeds_run.results[:12])


def test_a_server_gives_the_results_of_the_index_in_process(
    seeds_run: Run, seeds_dir: Path, seeds_app: App
) -> None:
    cases = read_cases(QUESTIONS)[:15]
    with serving(seeds_dir) as address:
        target = HttpTarget(address, top_k=Ask("").top_k, max_sentences=Ask("").max_sentences)
        over_http = run(target, cases, QUESTIONS)
        target.close()
    assert _timeless(over_http.results) == _timeless(seeds_run.results[:15])
    for what in ("index_version", "documents_sha256", "gold_sha256"):
        assert over_http.fingerprint[what] == seeds_run.fingerprint[what]


def test_a_server_that_is_not_there_or_refuses_says_so(seeds_dir: Path) -> None:
    with pytest.raises(ServerUnusable, match="does not answer"):
        HttpTarget("http://127.0.0.1:9").describe()
    with serving(seeds_dir) as address:
        target = HttpTarget(address, collection="none")
        with pytest.raises(ServerUnusable, match="404"):
            run(target, read_cases(QUESTIONS)[:1], QUESTIONS)
        target.close()


def test_a_run_comes_back_from_its_file(seeds_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    save_run(seeds_run, path)
    assert load_run(path) == seeds_run
    assert json.loads(path.read_text()) == json.loads(json.dumps(run_json(seeds_run)))
    with pytest.raises(PathNotFound):
        load_run(tmp_path / "none.json")
    for content in ("{}", "[]", "x", '{"format": 99}'):
        path.write_text(content)
        with pytest.raises(InvalidInput, match=r"run\.json"):
            load_run(path)


def test_the_fingerprint_is_of_gold_and_configuration(seeds_run: Run, tmp_path: Path) -> None:
    assert seeds_run.fingerprint["gold_sha256"] == digest(QUESTIONS)
    assert str(seeds_run.fingerprint["models"]).count("sha256:") == 2
    (tmp_path / "a").write_text("1")
    first = digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest(tmp_path) != first


class _Chat(BaseHTTPRequestHandler):
    """The chat protocol over a real socket: it says the last question back."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = asked["messages"][-1]["content"]
        wrong = asked["model"] == "broken"
        body = json.dumps({} if wrong else {"choices": [{"message": {"role": "assistant", "content": said}}]})
        self.send_response(200 if self.headers["authorization"] == "Bearer k" else 401)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def chat() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Chat)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_of_a_chat_endpoint_the_words_are_measured_and_the_rest_says_why(chat: str) -> None:
    cases = [Case("a", "It was 1910.", True, ("1910",), "In 1910."), Case("b", "Why?", False)]
    target = OpenAiTarget(chat, "m", "k")
    done = run(target, cases, QUESTIONS)
    target.close()
    figures = summarise(done.results)
    assert figures["right"].value == 1
    assert figures["facts"].value == 1
    assert not {"citation_precision", "verified", "refused", "auroc", "ndcg@10"} & figures.keys()
    assert done.unmeasured.keys() == {"citations", "retrieval", "abstention"}


@pytest.mark.parametrize(("model", "key"), [("broken", "k"), ("m", None)])
def test_a_chat_endpoint_that_fails_fails_the_case(chat: str, model: str, key: str | None) -> None:
    target = OpenAiTarget(chat, model, key)
    done = run(target, [Case("a", "It was 1910.", True, ("1910",))], QUESTIONS)
    target.close()
    assert "gave no answer" in (done.results[0].failure or "")
    assert summarise(done.results)["right"].value == 0
