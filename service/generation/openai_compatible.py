"""Anything that speaks OpenAI's chat endpoint: a hosted API, vLLM, Ollama, a llama.cpp server."""

from collections.abc import Callable, Sequence
from collections.abc import Generator as Pieces
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Event as Flag
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from index.errors import ExtraMissing, GeneratorFailed, InvalidSettings
from service.generation.protocol import Budget, Message

# How soon a cancelled request is noticed, in seconds.
_NOTICE = 0.05
_CONNECT_SECONDS = 10.0
_RETRIES = 2
# UTF-8 bytes to a token: English has four, and Chinese its three of a character.
_BYTES_PER_TOKEN = 3


class OpenAiGenerator:
    """Streams from ``POST URL/chat/completions`` at temperature 0. Thread-safe.

    What fails before the first piece of text (a refused connection, a timeout, 408, 409, 429, 5xx) is
    tried twice more, with growing pauses or as ``Retry-After`` says; nothing is tried again later.

    Args:
        url: The base address, such as ``http://127.0.0.1:8080/v1``.
        model: The model to name in the request.
        key: The API key, if the endpoint wants one.
        timeout: Longest wait for the next piece, in seconds.
        budget: Of the model; the endpoint is not asked for it.

    Raises:
        ExtraMissing: The library is not installed.
        InvalidSettings: The address is none.
    """

    def __init__(self, url: str, model: str, key: SecretStr | None, timeout: float, budget: Budget) -> None:
        try:
            import_module("openai")
        except ImportError as error:
            raise ExtraMissing(
                "The library that speaks to generators is not installed.",
                "Run: pip install 'citewise[openai]'",
            ) from error
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname or not model:
            raise InvalidSettings(
                "generator_url and generator_model name no generator.",
                "Set them, as in http://127.0.0.1:8080/v1 and the model's name there.",
            )
        self._url = url
        self._model = model
        self._key = key
        self._timeout = timeout
        self.budget = budget
        # Without a user and password that may stand in the address.
        self._host = address.hostname + (f":{address.port}" if address.port else "")
        self.revision = f"{model}@{self._host}"

    def count_tokens(self, text: str) -> int:
        """An estimate, since the endpoint has no call for it."""
        return len(text.encode()) // _BYTES_PER_TOKEN + 1

    def stream(self, messages: Sequence[Message], cancelled: Flag) -> Pieces[str, None, None]:
        """Write the next message; raises what ``Generator.stream`` raises."""
        from anyio.from_thread import start_blocking_portal

        # A read that blocks cannot be interrupted, so the connection lives in an event loop.
        pieces: SimpleQueue[str | None] = SimpleQueue()
        with start_blocking_portal() as portal:
            request = portal.start_task_soon(self._request, messages, pieces.put)
            try:
                while not cancelled.is_set():
                    try:
                        piece = pieces.get(timeout=_NOTICE)
                    except Empty:
                        continue
                    if piece is None:
                        request.result()
                        return
                    yield piece
            finally:
                request.cancel()

    async def _request(self, messages: Sequence[Message], put: Callable[[str | None], None]) -> None:
        import httpx2
        import openai

        # Without a key of ours, the library would send the one that the environment holds for OpenAI.
        key = self._key.get_secret_value() if self._key else "none"
        chat: Any = [{"role": m.role, "content": m.content} for m in messages]
        try:
            async with openai.AsyncOpenAI(
                base_url=self._url,
                api_key=key,
                timeout=openai.Timeout(self._timeout, connect=_CONNECT_SECONDS),
                max_retries=_RETRIES,
                # Documents go to the address that is set, and to no other.
                http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
            ) as client:
                chunks = await client.chat.completions.create(
                    model=self._model,
                    messages=chat,
                    max_tokens=self.budget.output,
                    temperature=0.0,
                    stream=True,
                )
                ended = False
                async with chunks:
                    async for chunk in chunks:
                        for choice in chunk.choices[:1]:
                            if choice.delta.content:
                                put(choice.delta.content)
                            ended = ended or choice.finish_reason is not None
            if not ended:
                raise self._failed("broke off before the end of its answer")
        except openai.APIStatusError as error:
            raise self._failed(f"answered with status {error.status_code}") from None
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise self._failed(f"did not answer within {self._timeout:g} seconds") from None
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            cause = type(error.__cause__ or error).__name__
            raise self._failed(f"cannot be reached, or broke off ({cause})") from None
        except (openai.OpenAIError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise self._failed(f"answered with something else than a chat ({type(error).__name__})") from None
        finally:
            put(None)

    def _failed(self, what: str) -> GeneratorFailed:
        # What the endpoint says of the error is left out: it may repeat the key or the documents.
        return GeneratorFailed(
            f"The generator {self.revision} {what}.",
            "Check generator_url, generator_model and generator_key, and whether it is running.",
        )
