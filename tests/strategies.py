"""Texts as people have them, for Hypothesis."""

from hypothesis import strategies as st

_PROSE = ["The", "ministers", "met", "in", "Xi’an", "on", "4", "May", "2023.", "“Driven", "by", "trust,”"]
_MARKS = ["Dr.", "J.", "K.", "Lee", "1,500.5", "don't", "#tag", "(see", "Fig.", "3).", "U.S.", "—"]
_UNICODE = [
    "e\u0301lite",
    "Ångström",
    "👩‍👩‍👧",
    "🇨🇳",
    "成都会议。",
    "他们在西安开会！",
    "한국어",
    "ｆｕｌｌ",
    "ﬁne",
    "\u200b",
    "\u00a0",
]
_WORDS = st.sampled_from([*_PROSE, *_MARKS, *_UNICODE])
_LINES = st.builds(
    lambda mark, words: mark + " ".join(words),
    st.sampled_from(["", "", "", "  • ", "1. ", "## ", "- ", "\t", "> "]),
    st.lists(_WORDS, max_size=14),
)
_BREAKS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\u2028", " \n"])

structured_texts = st.lists(st.tuples(_LINES, _BREAKS), max_size=14).map(
    lambda parts: "".join(line + end for line, end in parts)
)
"""Headings, bullets, wrapped lines, CJK, emoji, combining marks and every line end."""

any_texts = st.text(max_size=300)
texts = st.one_of(structured_texts, any_texts)
