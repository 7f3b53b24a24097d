"""What a turn says, without what an answer of ours has around its sentences."""

import re

from service.types import Turn

# As much of a turn as is looked at, in code points: what it is about stands at its beginning.
_MOST_CHARACTERS = 1500
_MARK = re.compile(r"\s*\[\d+\]")
_ABSTAINS = re.compile(
    r"\s*(?:No answer to this question was found in the documents\."
    r"|(?:sorry,? )?i (?:do not|don['’]t|cannot|can['’]t) (?:know|answer|find|say)\b|CANNOTANSWER)",
    re.I,
)
_LEFT_OUT = re.compile(r"No answer to this part was found in the documents: “[^”]*”\.")
# A title in front of a sentence. Headlines are in capitals for show, so that no name can be told.
_TITLE = re.compile(r"(?:^|(?<=[\s\]]))\[[^\[\]]*\]\s*(?=\S)")


def said(turn: Turn) -> str:
    """The words of a turn; none of an answer that says that there is none.

    Marks of citations and bracketed titles are left out, white space is folded, and of a
    long turn the beginning is kept.
    """
    text = turn.content[:_MOST_CHARACTERS]
    if turn.role != "user":
        if _ABSTAINS.match(text):
            return ""
        text = _LEFT_OUT.sub("", _TITLE.sub("", _MARK.sub("", text)))
    return " ".join(text.split())
