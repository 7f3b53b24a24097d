"""Whether a model can read a text at all, as far as its vocabulary tells.

An English model encodes Chinese as unknown tokens and stray characters, and a clause of Thai as
one unknown token. What it computes of them is no statement about the text, and a score that
trusts it is worse than one without.
"""

from functools import cached_property

from tokenizers import Tokenizer

from index.text import cjk

_UNKNOWN = ("[UNK]", "<unk>")
# A character in more tokens than this is spelled in bytes or strokes, not known.
_TOKENS_PER_CHARACTER = 1.5
_LEAST_KNOWN = 0.5


class Vocabulary:
    """What a tokenizer knows of the scripts of East Asia, and of the words of a text in another.

    Args:
        tokenizer: Of the model.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def reads(self, text: str) -> bool:
        """Whether most of what a text is written in is known."""
        if cjk.prevails(text):
            return self._hangul if cjk.is_korean(text) else self._han
        unknown, tokens = self._unknown(text)
        return unknown <= (1 - _LEAST_KNOWN) * tokens

    @cached_property
    def _han(self) -> bool:
        return self._knows(_characters("gb2312", range(0xB0, 0xD8)))

    @cached_property
    def _hangul(self) -> bool:
        return self._knows(_characters("euc_kr", range(0xB0, 0xC9)))

    @cached_property
    def _alone(self) -> Tokenizer:
        """A copy, since others may use the tokenizer meanwhile, and have it cut texts off."""
        tokenizer = Tokenizer.from_str(self._tokenizer.to_str())
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def _unknown(self, text: str) -> tuple[int, int]:
        """How many tokens of a text are unknown, and how many there are."""
        ids = self._alone.encode(text, add_special_tokens=False).ids
        unknown = {self._alone.token_to_id(token) for token in _UNKNOWN}
        return sum(i in unknown for i in ids), len(ids)

    def _knows(self, characters: str) -> bool:
        unknown, tokens = self._unknown(characters)
        known = tokens - unknown
        return known >= _LEAST_KNOWN * len(characters) and tokens <= _TOKENS_PER_CHARACTER * len(characters)


def _characters(encoding: str, rows: range) -> str:
    """The common characters of a language: those that its first national standard puts first."""
    return b"".join(bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF)).decode(
        encoding, "ignore"
    )
