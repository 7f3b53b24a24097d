"""What Chinese, Japanese and Korean text needs to be searched without a word list.

No space parts its words, so it is searched by overlapping pairs of characters. Each single
character counts as well where text is found, since a question may ask for one alone.
"""

import re
from collections.abc import Iterator

# For a class of a regular expression. Marks among the kana, such as the middle dot, are left out.
CHARACTERS = (
    "\u3005-\u3007\u3040-\u3098\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
_ANY = re.compile(f"[{CHARACTERS}]")
_RUN = re.compile(f"[{CHARACTERS}]{{2,}}")
_HANGUL = re.compile("[\uac00-\ud7af]")
_OTHER_WORD = re.compile(rf"[^\W\d_{CHARACTERS}]+")

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# A year that is spelled digit by digit; other numerals are read as the words that they are.
YEAR = r"[〇零一二三四五六七八九]{4}(?=年)"

# The closed word classes of Chinese, question words first. A single character is here where it
# mostly stands by itself; a pair that touches one says little of the subject.
_FUNCTION_WORDS = re.compile(
    "为什么|什么时候|什么样|怎么样|哪一[年月日天个家种]|有没有|是不是"
    "|什么|怎么|怎样|如何|为何|哪[些个里儿年月天家种位]|何[时地种]|多[少久长大高远]"
    "|几[个年月日天次项种名位家人]|是否|能否|可否|请问|告诉|分别|以及|根据|按照|关于|对于|由于|因为"
    "|所以|但是|而且|并且|或者|如果|虽然|然后|还有|这[个些种]|那[个些种]|其中|[他她它我你]们|自己|之间"
    "|[的了是吗呢吧么嘛谁哪和与及或在于被把其这也]"
)

# Titles and quoted words name one thing.
_QUOTED = re.compile(r"《([^《》]+)》|“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|〈([^〈〉]+)〉")


def pairs(run: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the overlapping pairs of a run of characters; a single one is itself.

    Yields:
        Start, end, and whether the pair touches a function word.
    """
    function = [False] * len(run)
    for word in _FUNCTION_WORDS.finditer(run):
        function[word.start() : word.end()] = [True] * len(word.group())
    width = min(2, len(run))
    for start in range(len(run) - width + 1):
        yield start, start + width, any(function[start : start + width])


def singles(text: str) -> list[str]:
    """Every character that stands in a longer run, and so is not a term of its own."""
    return [character for run in _RUN.findall(text) for character in run]


def is_cjk(term: str) -> bool:
    """Whether a term is made of these characters."""
    return bool(_ANY.match(term))


def year(spelled: str) -> str:
    """A year in digits: ``二〇二一`` is ``2021``."""
    return spelled.translate(_DIGITS)


def quoted(text: str) -> list[tuple[int, int]]:
    """Ranges of what stands between marks of titles and quotations."""
    return [m.span(m.lastindex or 0) for m in _QUOTED.finditer(text)]


def prevails(text: str) -> bool:
    """Whether a text is written in these scripts mostly; two characters are about one word."""
    return len(_ANY.findall(text)) > 2 * len(_OTHER_WORD.findall(text))


def is_korean(text: str) -> bool:
    """Whether most of the characters are Hangul."""
    return len(_HANGUL.findall(text)) * 2 > len(_ANY.findall(text))
