"""Chinese follow-ups, by their characters: there are no spaces and no capitals to go by."""

import re

_HAN = r"[\u4e00-\u9fff·]"
_STOPS = (
    r"是|在|的|有|于|为|把|被|和|与|及|什么|何时|哪|怎|多少|几|出生|成立|讨论|举行|召开|会不会|曾|最|第|从"
    r"|参加|主持|达成|签署|发布|获得|[，。？！?!,]"
)
_QUOTED = re.compile(r"《[^《》]{1,40}》|「[^「」]{1,40}」|“[^“”]{1,40}”")
_OPENS = re.compile(
    rf"(?:请问|那么|请介绍(?:一下)?|介绍(?:一下)?|关于|谁是|什么是|告诉我)*(?P<name>{_HAN}{{2,10}}?)(?=$|{_STOPS})"
)
_PLACE = re.compile(
    rf"(?:在|去|到|来自|位于)(?P<name>{_HAN}{{2,4}}?)(?=$|会|市|省|举|召|开|讨|达|签|发|做|工作|住|当|建|{_STOPS})"
)
_OCCASION = re.compile(rf"(?:在|^)(?P<name>{_HAN}{{2,6}}?(?P<noun>会议|峰会|论坛|比赛|战争|谈判|会谈))")
_PRONOUN = re.compile(r"他们|她们|它们|(?<![其吉])(?:他|她|它)(?![人国乡方])")
_THERE = re.compile(r"那里|那儿|当地")
_THIS = re.compile(r"[这那该][次个场届](?P<noun>会议|峰会|论坛|比赛|战争|谈判|会谈)?")
_FRAGMENT = re.compile(r"(?:那么?|那|而|还有)?[，,]?(?P<rest>[^，。？！?!]{1,20}?)呢[？?]?")
_YEAR = re.compile(r"(?:\d{4}|[〇零一二三四五六七八九]{4})年")
_FURTHER = ("其他", "其它", "别的", "还")
_WHO = re.compile("谁|什么|哪|怎|几|多少|何")


def rewritten(question: str, previous: str, earlier: list[str]) -> str:
    """The question with its pronouns replaced, or as a whole one if it is a fragment.

    Args:
        question: As it was asked.
        previous: What the user asked before, as it stands alone.
        earlier: What the user asked before, oldest first; names are taken from there.
    """
    fragment = _FRAGMENT.fullmatch(question.strip())
    if fragment and previous and not _WHO.search(fragment["rest"]):
        return _exchanged(fragment["rest"], previous)
    text = question
    occasion = _latest(_OCCASION, earlier)
    this = _THIS.search(text)
    if occasion and this and (not this["noun"] or this["noun"] == occasion["noun"]):
        text = _THIS.sub(lambda _: occasion["name"], text, count=1)
    place = _latest(_PLACE, earlier)
    if place:
        text = _THERE.sub(lambda _: place["name"], text, count=1)
    name = _name(earlier)
    return _PRONOUN.sub(lambda _: name, text, count=1) if name else text


def _exchanged(rest: str, previous: str) -> str:
    year, former = _YEAR.search(rest), _YEAR.search(previous)
    if year and former:
        previous = previous[: former.start()] + year.group() + previous[former.end() :]
        rest = rest[: year.start()] + rest[year.end() :]
    rest = rest.removeprefix("在")
    if not rest:
        return previous
    span = None if rest.startswith(_FURTHER) else _alike(rest, previous)
    if span is None:
        return f"{previous.rstrip('？?。 ')}（{rest}）？"
    return previous[: span[0]] + rest + previous[span[1] :]


def _alike(rest: str, previous: str) -> tuple[int, int] | None:
    """What is replaced: the occasion's name, its place, another place, or what opens the question."""
    if occasion := _OCCASION.search(previous):
        noun = 0 if rest.endswith(occasion["noun"]) else len(occasion["noun"])
        return occasion.start("name"), occasion.end("name") - noun
    found = _PLACE.search(previous) or _OPENS.match(previous)
    return found.span("name") if found and previous[found.end() :].strip("？?。") else None


def _name(earlier: list[str]) -> str:
    for text in reversed(earlier):
        quoted, opens = _QUOTED.search(text), _OPENS.match(text)
        if quoted:
            return quoted.group()
        if opens and not _WHO.search(opens["name"]) and not _PRONOUN.search(opens["name"]):
            return opens["name"]
    return ""


def _latest(pattern: re.Pattern[str], earlier: list[str]) -> re.Match[str] | None:
    return next((m for text in reversed(earlier) if (m := pattern.search(text))), None)
