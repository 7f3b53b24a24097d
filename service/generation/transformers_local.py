"""A causal language model on this machine, run by ``transformers``."""

import threading
from collections.abc import Generator as Pieces
from collections.abc import Mapping, Sequence
from functools import cached_property
from queue import Empty
from threading import Event as Flag
from threading import Thread
from typing import Any

from jinja2 import TemplateError

from index.embed.resolve import fingerprint, resolve_model
from index.errors import GeneratorFailed, ModelUnavailable
from service.generation.protocol import Budget, Message

# How soon a cancelled request is noticed, in seconds.
_NOTICE = 0.05


class TransformersGenerator:
    """Writes with a model named by a folder or its name in the local hub cache. Thread-safe.

    It is loaded when it is first asked, always takes the likeliest token, and writes one answer at a
    time. Nothing is fetched from a hub.

    Args:
        name: As ``resolve_model`` takes it.
        budget: How much it may read and write; no more than the model was made for is used.

    Raises:
        ModelUnavailable: It is not on this machine.
    """

    def __init__(self, name: str, budget: Budget) -> None:
        self._name = name
        self._folder = resolve_model(name)
        self._asked = budget
        self._loading = threading.Lock()
        self._writing = threading.Lock()

    @cached_property
    def revision(self) -> str:
        """Its name with a hash of its files."""
        return f"{self._name}@{fingerprint(self._folder)}"

    @property
    def budget(self) -> Budget:
        """What is set, and no more than the model has positions for."""
        positions = getattr(self._loaded[1].config, "max_position_embeddings", None) or self._asked.context
        context = min(self._asked.context, positions)
        return Budget(context, min(self._asked.output, context // 2))

    @property
    def _loaded(self) -> tuple[Any, Any]:
        with self._loading:
            return self._tokenizer_and_model

    @cached_property
    def _tokenizer_and_model(self) -> tuple[Any, Any]:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder = str(self._folder)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelUnavailable(
                f"{folder} cannot be loaded by transformers as a causal language model ({error}).",
                "Name another one as generator_model.",
            ) from error
        return tokenizer, model.eval()

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, without special ones."""
        return len(self._loaded[0](text, add_special_tokens=False)["input_ids"])

    def stream(self, messages: Sequence[Message], cancelled: Flag) -> Pieces[str, None, None]:
        """Write the next message; raises what ``Generator.stream`` raises."""
        from transformers import TextIteratorStreamer

        tokenizer, model = self._loaded
        try:
            inputs = self._encoded(tokenizer, messages)
        except TemplateError as error:
            raise GeneratorFailed(
                f"The chat template of {self._name} cannot be used ({error}).", "Use another model."
            ) from error
        stopped = Flag()
        streamer: Any = TextIteratorStreamer(
            tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=_NOTICE
        )
        failures: list[Exception] = []

        def write() -> None:
            try:
                with self._writing:
                    model.generate(
                        **inputs,
                        streamer=streamer,
                        max_new_tokens=self.budget.output,
                        do_sample=False,
                        pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
                        stopping_criteria=[_stop_when(stopped)],
                    )
            except (RuntimeError, ValueError, IndexError) as error:
                failures.append(error)
            finally:
                streamer.end()

        writer = Thread(target=write, daemon=True)
        writer.start()
        try:
            while not cancelled.is_set():
                try:
                    piece = next(streamer)
                except Empty:
                    continue
                except StopIteration:
                    break
                if piece:
                    yield piece
        finally:
            stopped.set()
            writer.join()
        if failures:
            raise GeneratorFailed(
                f"The generator {self._name} failed ({failures[0]}).",
                "Try a smaller budget or another model.",
            ) from failures[0]

    @staticmethod
    def _encoded(tokenizer: Any, messages: Sequence[Message]) -> Any:
        if tokenizer.chat_template:
            chat = [{"role": m.role, "content": m.content} for m in messages]
            # Some templates know no instructions, or only turns that alternate.
            flat = [{"role": "user", "content": "\n\n".join(m.content for m in messages)}]
            try:
                return _templated(tokenizer, chat)
            except TemplateError:
                return _templated(tokenizer, flat)
        said = "\n\n".join(f"{m.role.capitalize()}: {m.content}" for m in messages)
        return tokenizer(f"{said}\n\nAssistant:", return_tensors="pt")


def _templated(tokenizer: Any, chat: Sequence[Mapping[str, str]]) -> Any:
    return tokenizer.apply_chat_template(
        chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )


def _stop_when(stopped: Flag) -> Any:
    import torch
    from transformers import StoppingCriteria

    class Stop(StoppingCriteria):
        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
            return torch.full((input_ids.shape[0],), stopped.is_set(), dtype=torch.bool)

    return Stop()
