"""Whether a model can read a text at all, as far as its vocabulary tells.

An English model encodes Chinese as unknown tokens and stray characters. What it computes of
them is no statement about the text, and a score that trusts it is worse than one without.
"""

from functools import cached_property

from tokenizers import Tokenizer

from index.text import cjk

_UNKNOWN = ("[UNK]", "<unk>")
# A character in more tokens than this is spelled in bytes or strokes, not known.
_TOKENS_PER_CHARACTER = 1.5
_LEAST_KNOWN = 0.5


class Vocabulary:
    """The scripts without spaces that a tokenizer knows; of other scripts it is taken to.

    Args:
        tokenizer: Of the model.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def reads(self, text: str) -> bool:
        """Whether most of what a text is written in is known."""
        if not cjk.prevails(text):
            return True
        return self._hangul if cjk.is_korean(text) else self._han

    @cached_property
    def _han(self) -> bool:
        return self._knows(_characters("gb2312", range(0xB0, 0xD8)))

    @cached_property
    def _hangul(self) -> bool:
        return self._knows(_characters("euc_kr", range(0xB0, 0xC9)))

    def _knows(self, characters: str) -> bool:
        # A copy, since others may use the tokenizer meanwhile, and have it cut texts off.
        tokenizer = Tokenizer.from_str(self._tokenizer.to_str())
        tokenizer.no_padding()
        tokenizer.no_truncation()
        ids = tokenizer.encode(characters, add_special_tokens=False).ids
        unknown = {tokenizer.token_to_id(token) for token in _UNKNOWN}
        known = sum(i not in unknown for i in ids)
        return known >= _LEAST_KNOWN * len(characters) and len(ids) <= _TOKENS_PER_CHARACTER * len(characters)


def _characters(encoding: str, rows: range) -> str:
    """The common characters of a language: those that its first national standard puts first."""
    return b"".join(bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF)).decode(
        encoding, "ignore"
    )
