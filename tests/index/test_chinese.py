"""Chinese works by its terms, with an embedder that cannot read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import ChunkerConfig, SentenceChunker
from index.embed.onnx import OnnxEmbedder
from index.text.analysis import content_terms, distinctive, spelled, terms
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.text.sentences import split_sentences
from index.types import Document, Hit
from service.settings import load_settings
from service.types import Ask
from service.wiring import App, open_app
from tests.chinese import DOCUMENTS, QUESTIONS

_PROSE = ["他们在西安开会", "2021年", "ＡＢＣ", "𠮷野家", "水", "ISO 9001", "カタカナ", "한국어 ", "第三届"]
_MARKS = ["。", "！", "？”", "“", "……", "；", "，", "（见附件）", "》", "《", " ", "?", "\n", "\n\n"]
chinese_texts = st.lists(st.sampled_from(_PROSE + _MARKS), max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他说：“我们成功了。”然后离开了。", ["他说：“我们成功了。”", "然后离开了。"]),
        ("你去吗？！我不去……好吧；再见。", ["你去吗？！", "我不去……", "好吧；", "再见。"]),
        ("「行きます。」と言った。次の文です。", ["「行きます。」", "と言った。", "次の文です。"]),
        ("这是什么?是苹果!真的。", ["这是什么?", "是苹果!", "真的。"]),
        ("价格为3.5元（约合５美元）。ABC Inc. 成立。", ["价格为3.5元（约合５美元）。", "ABC Inc. 成立。"]),
        ("入院时间: 11月11日\n主诉: 发热三天", ["入院时间: 11月11日", "主诉: 发热三天"]),
    ],
)
def test_sentences_end_at_chinese_stops(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in split_sentences(text, ())] == expected


def test_lines_without_stops_stay_apart_where_longer_lines_stand_beside_them() -> None:
    text = "姓名：周某某，女，住云溪镇桥头街\n主诉：" + "近日反复咳嗽并伴有低热" * 6 + "\n过敏史：无"
    assert [text[s.start : s.end] for s in split_sentences(text, ())] == text.split("\n")


def test_a_short_line_above_a_paragraph_is_its_heading() -> None:
    text = canonical(DOCUMENTS["lanhai.txt"])
    assert [h.title for h in infer_headings(text)] == ["蓝海渔具有限公司年度报告"]


@given(chinese_texts)
def test_sentences_lose_no_letter(raw: str) -> None:
    text = canonical(raw)
    sentences = split_sentences(text, infer_headings(text))
    kept = "".join(text[s.start : s.end] for s in sentences)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


@settings(max_examples=40)
@given(st.lists(chinese_texts, max_size=8).map("\n\n".join))
def test_passages_are_bounded_and_hold_every_sentence(embedder: OnnxEmbedder, raw: str) -> None:
    text = canonical(raw)
    document = Document("d", text, {"title": "云溪镇志略" * 20}, infer_headings(text))
    config = ChunkerConfig(max_tokens=40, min_tokens=8, context_tokens=16, lead_tokens=8)
    chunks = SentenceChunker(embedder.count_tokens, config).chunk(document)
    assert all(text[c.start : c.end] == c.text for c in chunks)
    assert all(count <= 40 for count in embedder.count_tokens([c.text for c in chunks]))
    assert all(0 < count <= 16 for count in embedder.count_tokens([c.context for c in chunks]))
    inside = "".join(c.text[s.start - c.start : s.end - c.start] for c in chunks for s in c.sentences)
    outside = "".join(text[s.start : s.end] for s in split_sentences(text, document.headings))
    assert [c for c in inside if c.isalnum()] == [c for c in outside if c.isalnum()]


def test_a_document_without_a_title_is_led_by_the_start_of_its_first_sentence(
    embedder: OnnxEmbedder,
) -> None:
    text = "蓝海渔具有限公司是一家总部设在东港市的企业。" + "公司生产鱼竿，产品销往各地。" * 60
    chunks = SentenceChunker(embedder.count_tokens, ChunkerConfig()).chunk(Document("d", text))
    assert len(chunks) > 1
    assert all(c.context.startswith("蓝海渔具有限公司") for c in chunks[1:])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ部门", "abc部门"),
        ("２０２１年", "2021年"),
        ("３．５亿", "3.5亿"),
        ("二〇二一年", "2021年"),
        ("１，５００元", "1500元"),
    ],
)
def test_width_and_numerals_do_not_matter(one: str, other: str) -> None:
    assert content_terms(one) == content_terms(other)


def test_question_words_do_not_decide_the_match() -> None:
    assert content_terms("云溪镇的人口是多少？") == ["云溪", "溪镇", "人口"]
    assert content_terms("什么是石拱桥？") == ["石拱", "拱桥"]
    assert content_terms("是谁？") == ["是谁"]


def test_text_is_found_by_pairs_and_by_single_characters() -> None:
    assert terms("成都") == ["成都", "成", "都"]
    assert content_terms("水") == ["水"]
    assert content_terms("ジョン・スミス") == ["ジョ", "ョン", "スミ", "ミス"]
    assert "水" in terms("水库放水")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("《云溪旧事》收录了多少照片？", ["云溪旧事"]),
        ("蓝海公司2021年通过了ISO认证吗？", ["2021", "ISO"]),
        ("ISO认证是什么？", ["ISO"]),
        ("二〇一九年3月发生了什么？", ["二〇一九", "3"]),
        ("他说的“青石桥”在哪里？", ["青石桥"]),
        ("云溪镇在哪里？", []),
        ("When was 云溪镇 founded?", ["云溪镇"]),
    ],
)
def test_what_singles_out_one_thing(question: str, names: list[str]) -> None:
    assert spelled(distinctive(question)) == names


def test_a_question_that_the_embedder_cannot_read_has_no_vector(embedder: OnnxEmbedder) -> None:
    assert not embedder.embed_query("云溪镇的人口是多少？").any()
    assert not embedder.embed_query("水").any()
    assert not embedder.embed_query("마을은 어디에 있습니까?").any()
    assert embedder.embed_query("Where is 云溪镇?").any()
    assert embedder.embed_query("¿Dónde está el pueblo?").any()


@pytest.fixture(scope="module")
def chinese_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The corpus in the company of an English document. Read only."""
    data_dir: Path = tmp_path_factory.mktemp("chinese") / "index"
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        for name, raw in DOCUMENTS.items():
            text = canonical(raw)
            app.builder.put("default", Document(name, text, {}, infer_headings(text)))
        app.builder.put("default", Document("en.txt", "The harbour of Eastport was dredged in 2021."))
        yield app


def _search(app: App, question: str) -> list[Hit]:
    return list(app.pipeline.search(Ask(question, top_k=3)).hits)


@pytest.mark.parametrize(("question", "document", "words"), QUESTIONS)
def test_the_right_document_comes_first(chinese_app: App, question: str, document: str, words: str) -> None:
    best = _search(chinese_app, question)[0]
    assert best.document.id == document
    assert words in best.chunk.text
    text = canonical(DOCUMENTS[document])
    assert text[best.chunk.start : best.chunk.end] == best.chunk.text


def test_one_character_is_enough_to_search_by(chinese_app: App) -> None:
    assert _search(chinese_app, "闸")[0].document.id == "reservoir.txt"


def test_what_shares_no_term_is_not_found(chinese_app: App) -> None:
    assert _search(chinese_app, "咖啡烘焙") == []


def test_an_english_question_still_finds_its_document(chinese_app: App) -> None:
    assert _search(chinese_app, "Which harbour was dredged?")[0].document.id == "en.txt"
