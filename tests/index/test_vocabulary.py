"""A vocabulary is judged by characters, however its tokenizer spells them."""

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from index.embed.resolve import DEFAULT_MODEL, resolve_model
from index.vocabulary import Vocabulary

CHINESE, KOREAN, ENGLISH = "公司成立于哪一年？", "회사는 언제 설립되었습니까?", "When was 成都会议 held?"


def test_an_english_vocabulary_reads_neither_chinese_nor_korean() -> None:
    tokenizer = Tokenizer.from_file(str(resolve_model(DEFAULT_MODEL) / "tokenizer.json"))
    vocabulary = Vocabulary(tokenizer)
    assert [vocabulary.reads(text) for text in (CHINESE, KOREAN, ENGLISH)] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ประเทศไทยมีประชากรเท่าไร", False),
        ("ភ្នំពេញ ជារាជធានី", False),
        ("What does สวัสดี mean?", True),
        ("Wann wurde die Donaudampfschifffahrtsgesellschaft gegründet?", True),
        ("?", True),
        ("", True),
    ],
)
def test_a_text_of_unknown_words_is_not_read(text: str, read: bool) -> None:
    tokenizer = Tokenizer.from_file(str(resolve_model(DEFAULT_MODEL) / "tokenizer.json"))
    assert Vocabulary(tokenizer).reads(text) == read


def test_a_vocabulary_of_characters_reads_them() -> None:
    characters = [chr(c) for c in range(0x4E00, 0xA000)]
    known = {token: i for i, token in enumerate(["[UNK]", *characters])}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    vocabulary = Vocabulary(tokenizer)
    assert vocabulary.reads(CHINESE)
    assert not vocabulary.reads(KOREAN)


def test_characters_that_are_spelled_in_bytes_are_not_known() -> None:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE({c: i for i, c in enumerate(sorted(alphabet))}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    assert not Vocabulary(tokenizer).reads(CHINESE)
