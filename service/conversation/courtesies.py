"""What is said to a service and asks nothing of its documents: greetings, thanks, who it is.

Closed lists, in English, German and a few words of other languages; what is not in them is a question.
"""

import re

_HELLO = (
    r"(?:hi|hello|hey|hiya|howdy|greetings|good\s+(?:morning|afternoon|evening|day)|hallo|servus|moin"
    r"|guten\s+(?:tag|morgen|abend)|gr(?:ü|ue)(?:ß|ss)\s+gott|bonjour|salut|hola|ciao|你好|您好)(?:\s+(?:there|all|everyone|again|citewise))?"
    r"|how\s+are\s+(?:you|things)(?:\s+doing)?(?:\s+today)?|how['’]?s\s+it\s+going|what['’]?s\s+up|wie\s+geht['’]?s"
)
_THANKS = (
    r"(?:many\s+|ok(?:ay)?,?\s+|great,?\s+|super,?\s+)?(?:thanks|thank\s+you|thank\s+u|thx|ty|cheers|danke(?:\s*sch(?:ö|oe)n)?"
    r"|vielen\s+dank|besten\s+dank|merci|gracias|谢谢)(?:\s+(?:a\s+lot|so\s+much|very\s+much|again|mate))?"
    r"(?:[,!]?\s+(?:for|that|it|this|für|das|f(?:ü|ue)r)\s+[^?.:]{1,60})?|much\s+appreciated"
)
_ASSENT = (
    r"ok(?:ay)?|all\s*right|alright|fine|great|cool|nice|super|perfect|wonderful|good(?:\s+to\s+know)?|got\s+it|i\s+see"
    r"|understood|sure|sorry|please|bitte|yes|yeah|yep|no|nope|lol|haha|hm+|wow|awesome|interesting|never\s*mind|that['’]?s\s+all|gut|ja|nein|alles\s+klar"
)
_BYE = (
    r"(?:good)?\s*bye(?:[\s-]*bye)?|see\s+(?:you|ya)(?:\s+later|\s+soon)?|good\s*night|take\s+care|tsch(?:ü|ue)ss"
    r"|auf\s+wiedersehen"
)
_YOU = (
    r"(?:who|what)\s+are\s+you|what(?:['’]?s|\s+is)\s+your\s+name|what\s+(?:can|do)\s+you\s+do|how\s+do\s+you\s+work"
    r"|what\s+can\s+i\s+ask(?:\s+you)?|(?:can|could)\s+you\s+help(?:\s+me)?|help(?:\s+me)?"
    r"|are\s+you\s+(?:an?\s+)?(?:ai|bot|robot|human|person|real|there|chatgpt)"
    r"|wer\s+bist\s+du|was\s+kannst\s+du|hilfe"
)
_SOURCE = (
    r"where\s+did\s+you\s+(?:find|get|read)\s+(?:that|this|it)|what(?:['’]?s|\s+(?:is|are))\s+your\s+sources?"
    r"|how\s+do\s+you\s+know(?:\s+(?:that|this))?|says\s+who|are\s+you\s+(?:really\s+)?sure(?:\s+about\s+(?:that|this))?"
    r"|really"
)
_SHORTER = (
    r"(?:(?:can|could)\s+you\s+)?(?:make\s+(?:it|that)\s+)?(?:a\s+bit\s+)?(?:shorter|briefer)(?:\s+please)?"
    r"|tl\s*;?\s*dr|(?:please\s+)?be\s+brief"
)
_REPLIES = {
    "hello": (_HELLO, "Hello. Ask me something that the documents may answer."),
    "thanks": (_THANKS, "You are welcome."),
    "bye": (_BYE, "Goodbye."),
    "you": (
        _YOU,
        "I answer questions with sentences of the documents that were put in here, each with its source.",
    ),
    "source": (
        _SOURCE,
        "The number behind each sentence leads to its source, where it stands word for word.",
    ),
    "shorter": (
        _SHORTER,
        "I quote whole sentences. Ask for one thing, and the answer is as short as its sentence.",
    ),
    "assent": (_ASSENT, "That asks nothing of the documents. Ask them a question."),
}
_ALL = "|".join(f"(?P<{kind}>{pattern})" for kind, (pattern, _) in _REPLIES.items())
_ONE = re.compile(rf"(?:{_ALL})(?=$|[\s,.!?;:…-])", re.I)
_BETWEEN = re.compile(r"(?:[\s,.!?;:…\-)(]|\band\b|[\u2600-\u27bf\U0001F000-\U0001FAFF\ufe0f])*", re.I)
_MOST_WORDS = 10
# What may stand in front of a question: "Thanks. And who chaired it?"
_IN_FRONT = re.compile(
    rf"\s*(?:(?:{_HELLO}|{_THANKS}|ok(?:ay)?|great|super)\s*[.!,]+\s*|(?:{_ASSENT})\s*[.!]+\s*|(?:thx|thanks)\s+(?=and\b)"
    r"|(?:no|nope|sorry|actually)\b[,.!]?\s+i\s+meant?\s+(?=(?:who|what|when|where|which|why|how|is|are|was|were|do|does|did|has|had)\b))+"
    r"(?=\S)",
    re.I,
)
_PICTURES = re.compile(r"[\s\u2600-\u27bf\U0001F000-\U0001FAFF\ufe0f]+")


def reply(text: str) -> str | None:
    """What to say to a courtesy or a question about the service; None to any other question."""
    if len(text.split()) > _MOST_WORDS:
        return None
    if text.strip() and _PICTURES.fullmatch(text):
        return _REPLIES["assent"][1]
    said: list[str] = []
    at = _past(text, 0)
    while at < len(text):
        match = _ONE.match(text, at)
        if not match or match.end() == at:
            return None
        said.append(str(match.lastgroup))
        at = _past(text, match.end())
    telling = [kind for kind in said if kind != "assent"] or said
    return _REPLIES[telling[0]][1] if telling else None


def without(question: str) -> str:
    """A question without the courtesies in front of it."""
    return question[match.end() :] if (match := _IN_FRONT.match(question)) else question


def _past(text: str, at: int) -> int:
    """Where what stands between two courtesies ends."""
    between = _BETWEEN.match(text, at)
    return between.end() if between else at
