"""The protocol of local models, with a tiny one of random weights that is made here."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from index.errors import ModelUnavailable
from service.generation.protocol import Budget, Message
from service.generation.transformers_local import TransformersGenerator

BUDGET = Budget(context=256, output=24)
HELLO = [Message("system", "Answer."), Message("user", "When did the comet return?")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model and a tokenizer of bytes, neither of which knows anything."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(["<end>", *alphabet])}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    make_fast: Any = PreTrainedTokenizerFast
    fast = make_fast(tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>")
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(alphabet) + 1,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=256,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    made = tmp_path_factory.mktemp("tiny")
    LlamaForCausalLM(config).save_pretrained(made)
    fast.save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def generator(folder: Path) -> TransformersGenerator:
    return TransformersGenerator(str(folder), BUDGET)


def test_a_local_model_streams_the_same_text_each_time(generator: TransformersGenerator) -> None:
    first, second = ("".join(generator.stream(HELLO, Event())) for _ in range(2))
    assert first
    assert first == second


def test_a_local_model_writes_no_more_than_the_budget(generator: TransformersGenerator) -> None:
    written = "".join(generator.stream(HELLO, Event()))
    # Of bytes that are no UTF-8 the text holds a replacement character each.
    assert len(written) <= BUDGET.output


def test_a_budget_is_no_larger_than_the_model(folder: Path) -> None:
    assert TransformersGenerator(str(folder), Budget(100_000, 50_000)).budget == Budget(256, 128)


def test_a_cancelled_local_model_stops_writing(folder: Path) -> None:
    long = TransformersGenerator(str(folder), Budget(context=256, output=128))
    cancelled = Event()
    stream = long.stream([Message("user", "?")], cancelled)
    next(stream)
    cancelled.set()
    assert list(stream) == []


def test_a_closed_local_model_lets_the_next_one_write(generator: TransformersGenerator) -> None:
    stream = generator.stream(HELLO, Event())
    next(stream)
    stream.close()
    assert list(generator.stream(HELLO, Event()))


def test_a_chat_template_is_used(folder: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    plain = AutoTokenizer.from_pretrained(folder)
    plain.chat_template = "{% for m in messages %}({{ m.role }}) {{ m.content }}{% endfor %}"
    encoded = TransformersGenerator._encoded(plain, HELLO)
    assert plain.decode(encoded["input_ids"][0]) == "(system) Answer.(user) When did the comet return?"


def test_a_local_model_is_named_with_the_hash_of_its_files(
    folder: Path, generator: TransformersGenerator
) -> None:
    assert generator.revision.startswith(f"{folder}@sha256:")


def test_a_model_that_is_not_here_is_named_when_the_service_starts() -> None:
    with pytest.raises(ModelUnavailable, match="no-such/model"):
        TransformersGenerator("no-such/model", BUDGET)


def test_a_folder_that_holds_no_language_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "nonsense"}')
    with pytest.raises(ModelUnavailable, match="causal language model"):
        TransformersGenerator(str(tmp_path), BUDGET).count_tokens("x")
