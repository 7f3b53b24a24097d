import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text import cjk
from index.text.analysis import content_terms, terms, tokenize
from service.conversation.courtesies import reply
from service.conversation.standalone import standalone
from service.conversation.times import dated
from service.conversation.turns import said
from service.types import MAX_QUESTION, Turn
from tests.strategies import texts

CHENGDU = "Which sectors did they agree on in Chengdu?"
BEFORE = "And in Xi'an the year before?"


def _asked(*said: str) -> str:
    """The last of some turns, rewritten; a turn that begins with ``>`` is an answer."""
    turns = [Turn("assistant" if t.startswith(">") else "user", t.removeprefix("> ")) for t in said]
    return standalone(turns[-1].content, turns[:-1])


LEFT = "Did Mary Brown leave Orrin Mills?"
PROFIT = "What was the profit of Orrin Mills in 2019?"
GRANTS = "Which grants did Orrin Mills give?"
FOUNDED = ("Who founded Orrin Mills?", "> Mary Brown founded it in Elm Valley in 1912. [1]")
SOLD = "When was the mill in Orrin sold?"


@pytest.mark.parametrize(
    ("talk", "meant"),
    [
        ([CHENGDU, BEFORE], "Which sectors did they agree on in Xi'an the year before?"),
        (
            [CHENGDU, "> At the Chengdu meeting in 2023 they agreed on trade. [1]", BEFORE],
            "Which sectors did they agree on in Xi'an the year before (2022)?",
        ),
        (
            [CHENGDU, "> At the meeting they agreed on trade. [1]", BEFORE, "Who chaired it?"],
            "Who chaired the meeting in Xi'an the year before?",
        ),
        ([CHENGDU, BEFORE, "Who chaired it?"], "Who chaired it in Xi'an the year before?"),
        ([PROFIT, "What about 2023?"], "What was the profit of Orrin Mills in 2023?"),
        ([PROFIT, "And Tamsin Mills?"], "What was the profit of Tamsin Mills in 2019?"),
        (["What was Orrin's profit in 2019?", "And Tamsin's?"], "What was Tamsin's profit in 2019?"),
        (["Who won the first prize?", "And the second?"], "Who won the second prize?"),
        (["Who opened the mill?", "And the bridge?"], "Who opened the bridge?"),
        ([LEFT, "> Yes. [1]", "Why?"], "Why did Mary Brown leave Orrin Mills?"),
        ([GRANTS, "How many?"], "How many grants did Orrin Mills give?"),
        ([GRANTS, "Any others?"], "Which other grants did Orrin Mills give?"),
        ([*FOUNDED, "Who else?"], "Who else founded Orrin Mills?"),
        ([*FOUNDED, "Why?"], "Why: who founded Orrin Mills?"),
        ([*FOUNDED, "Why?", "When?"], "When: who founded Orrin Mills?"),
        ([SOLD, "In 1931?"], "When was the mill in Orrin sold in 1931?"),
        (["When was Orrin Mills sold?", "Sorry, I meant Tamsin Mills."], "When was Tamsin Mills sold?"),
        (["How heavy is the X10?", "> 6 kg. [1]", "No, the X20"], "How heavy is the X20?"),
        (["Who won the Elm Cup?", "> Ann Lund won it. [1]", "When was that?"], "When: who won the Elm Cup?"),
        (["Why did Ann Lund leave?", "> She was ill. [1]", "When was that?"], "When did Ann Lund leave?"),
        (["Who is the mayor of Orrin?", "And of Tamsin?"], "Who is the mayor of Tamsin?"),
        (["How much do fees for cars rise?", "And for bikes?"], "How much do fees for bikes rise?"),
        (["Who built the mill of Orrin?", "And the bridge in Lund?"], "Who built the bridge in Lund?"),
        (["When does the trial start?", "And the appeal?"], "When does the appeal start?"),
        (
            ["Who is Ann Lund?", "> Ann Lund is a baker. [1]", "And her brother?"],
            "Who is Ann Lund's brother?",
        ),
        (['Where was "Red Sky" shown?', 'And "Blue Hill"?'], 'Where was "Blue Hill" shown?'),
        (["What do Tom Holt and Sue Park do?", "And Ann Lund?"], "What do Ann Lund do?"),
        (["What did the Elm lamp cost?", "And if it stays on?"], "And if the Elm lamp stays on?"),
        (["Who is Dr. Ada Fenn?", "What does she say of it?"], "What does Dr. Ada Fenn say of it?"),
        (["Who sailed to St. Tamsin?", "Who lives there?"], "Who lives in St. Tamsin?"),
    ],
)
def test_fragment_is_completed_by_the_question_before(talk: list[str], meant: str) -> None:
    assert _asked(*talk) == meant


@pytest.mark.parametrize(
    ("talk", "meant"),
    [
        ([*FOUNDED, "Where was she born?"], "Where was Mary Brown born?"),
        ([*FOUNDED, "What was her first job?"], "What was Mary Brown's first job?"),
        ([*FOUNDED, "Did they fire her?"], "Did Orrin Mills fire Mary Brown?"),
        ([*FOUNDED, "When was it sold?"], "When was Orrin Mills sold?"),
        ([*FOUNDED, "Who else worked there?"], "Who else worked in Elm Valley?"),
        ([SOLD, "Who bought it?"], "Who bought the mill in Orrin?"),
        ([SOLD, "Who bought the mill?"], "Who bought the mill in Orrin?"),
        (["Did the old mill close in May?", "Who owned it?"], "Who owned the old mill?"),
        (["What did the ministers say?", "Where did they meet?"], "Where did the ministers meet?"),
        (["Tell me about the band Green Lamp.", "Did the band tour?"], "Did the band Green Lamp tour?"),
        (["What did the Oslo summit decide?", "Who hosted it?"], "Who hosted the Oslo summit?"),
        (["What did the Oslo summit decide?", "Who left that summit?"], "Who left the Oslo summit?"),
        (["Who paid?", "> Sweden and Norway did. [1]", "Where are they?"], "Where are Sweden and Norway?"),
        (
            ["Who paid?", "> Ann Lund. [1]", "And who left?", "> Tom Holt. [1]", "Is she old?"],
            "Is Ann Lund old?",
        ),
    ],
)
def test_pronoun_becomes_what_fits_it(talk: list[str], meant: str) -> None:
    assert _asked(*talk) == meant


WROTE = ("Which books did Ann Lee write?", "> Ann Lee wrote Red Sky, Blue Hill and Green Sea. [1]")
FIRMS = (
    "When was the company founded?",
    "> Orrin Mills: in 1912. [1]",
    "What about Tamsin?",
    "> In 1920. [1]",
)
TWO = ("How old is Ann Lund?", "> 61. [1]", "And Mary Brown?", "> 50. [1]")


@pytest.mark.parametrize(
    ("talk", "meant"),
    [
        # Of whom or what the last question was.
        ([*TWO, "Why did she leave?"], "Why did Mary Brown leave?"),
        ([*FIRMS, "How many people does it employ?"], "How many people does Tamsin employ?"),
        (
            ["Who leads Acme Tools?", "> Ann Lund does. [1]", "Who is her deputy?"],
            "Who is Ann Lund's deputy?",
        ),
        # Who answers "who" is new, and is no place, no label and no organisation.
        (["Who left?", "> In Lund the mill was left by Tom Holt. [1]", "Is he old?"], "Is Tom Holt old?"),
        (["Who is Nell?", "> In Mill Lane lived Nell with Tom Holt. [1]", "Is she old?"], "Is Nell old?"),
        (["Who saw Ann Lund?", "> Mary Brown saw her. [1]", "Where was she?"], "Where was Mary Brown?"),
        (["Who did Ann Lund see?", "> She saw Mary Brown. [1]", "Where was she?"], "Where was Ann Lund?"),
        (["Who left?", "> Absent: Tom Holt. [1]", "Is he old?"], "Is Tom Holt old?"),
        (
            ["Who is the head of Acme Tools?", "> Unknown to us. [1]", "Is she old?"],
            "Is she old (Acme Tools)?",
        ),
        (["Where did Ann Lund go?", "> She went to live in Oslo. [1]", "Why go there?"], "Why go to Oslo?"),
        (["How old is Ann Lund?", "> 61. [1]", "And Solvang?", "When did she go?"], "When did Solvang go?"),
        (["Hi, who made Red Sky?", "> Ann Lee. [1]", "and Blue Hill?"], "who made Blue Hill?"),
        (
            ["Who coaches Elm Town?", "> Ann Lee. [1]", "What about Orrin Rovers?", "Are they rich?"],
            "Are Orrin Rovers rich?",
        ),
        (
            ["How long is the film?", "> Red Sky is long. [1]", "Where was it shot?"],
            "Where was the film shot?",
        ),
        (["What did the Nordvarm 500 cost?", "How loud is it?"], "How loud is the Nordvarm 500?"),
        # What takes the place of what.
        (["Who plays Ned in Red Sky?", "And Yusuf?"], "Who plays Yusuf in Red Sky?"),
        (["What are Ann Lund's hobbies?", "And her job?"], "What are Ann Lund's job?"),
        (["Was the mill ever sold?", "> No. [1]", "Why not?"], "Why not: was the mill ever sold?"),
        # Of what was listed, or of the last two.
        ([*WROTE, "Which of them sold best?"], "Which of Red Sky, Blue Hill and Green Sea sold best?"),
        ([*WROTE, "When was the second one printed?"], "When was Blue Hill printed?"),
        ([*WROTE, "Who printed the last of them?"], "Who printed Green Sea?"),
        ([*TWO, "Which one is richer?"], "Which of Ann Lund and Mary Brown is richer?"),
        ([*TWO, "Where does the other one live?"], "Where does Ann Lund live?"),
        (
            ["Who made Red Sky (1912) and Blue Hill (1920)?", "Which one sold?"],
            "Which of Red Sky and Blue Hill sold?",
        ),
        ([*WROTE, "How old is Tom Holt?", "Which one sold?"], "Which of Ann Lee and Tom Holt sold?"),
        ([*WROTE, "Which of these old books is rare?"], "Which of these old books is rare (Ann Lee)?"),
        (["Who left?", "And why?", "Where does the other one live?"], "Where does the other one live?"),
    ],
)
def test_what_is_pointed_at_is_what_was_spoken_of_last(talk: list[str], meant: str) -> None:
    assert _asked(*talk) == meant


@pytest.mark.parametrize(
    "said",
    ["thanks!", "Thanks, that helped a lot", "OK, bye :)", "Who are you?", "hello", "Really?", "👍", "danke"],
)
def test_courtesies_are_no_turns_of_a_talk(said: str) -> None:
    assert reply(said)
    assert _asked("How heavy is the X10?", "> 6 kg. [1]", said, f"> {reply(said)}", "And the X20?") == (
        "How heavy is the X20?"
    )
    assert _asked("How heavy is the X10?", "> 6 kg. [1]", said) == said


@pytest.mark.parametrize(
    "question",
    [
        "Good morning Vietnam",
        "Help for whom?",
        "Who are you to say so?",
        "net profit",
        "no, the X20",
        "!",
        "好吗",
    ],
)
def test_what_is_no_courtesy_is_a_question(question: str) -> None:
    assert reply(question) is None


def test_a_courtesy_in_front_of_a_question_is_left_out_of_it() -> None:
    assert _asked("Who founded Orrin Mills?", "Thanks. And who sold it?") == "And who sold Orrin Mills?"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Can you summarise that?", "Summarise Orrin Mills."),
        ("What happened next?", "What happened next with Orrin Mills?"),
        ("Anything else interesting?", "Anything else interesting about Orrin Mills?"),
        ("What awards were won?", "What awards were won (Orrin Mills)?"),
    ],
)
def test_question_without_a_topic_is_given_the_talks(question: str, meant: str) -> None:
    assert _asked("Tell me about Orrin Mills.", question) == meant


@pytest.mark.parametrize(
    "question",
    [
        "How many scholarships will Elm College provide?",
        "Did Tom Holt say when he would leave?",
        "Did the Elm bridge close when it was hit?",
        "The Elm reporter: who employs him or her?",
        "What is a comet?",
        "What does the word  “solstice” mean ?",
        "What is there to see in Lund?",
        "when was orrin mills sold",
        "net profit 2019",
    ],
)
def test_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert _asked(*FOUNDED, question) == question


def test_occasion_is_forgotten_when_something_else_is_asked() -> None:
    talk = ("Who spoke at the meeting in Lund?", "Who founded Orrin Museum?", "When did it open?")
    assert _asked(*talk) == "When did Orrin Museum open?"


def test_abstention_names_nothing() -> None:
    refused = "> No answer to this question was found in the documents. The nearest is about Ann Lund."
    assert _asked("Who founded Orrin Mills?", refused, "Where was she born?") == "Where was Orrin Mills born?"


def test_answers_are_heard_without_marks_and_titles() -> None:
    left_out = "No answer to this part was found in the documents: “who”."
    answer = f"[Elm Valley News] Mary Brown founded it. [1] [2] {left_out}"
    assert said(Turn("assistant", answer)) == "Mary Brown founded it."
    assert said(Turn("user", "See [1]")) == "See [1]"


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        ("two years later", ["in 2019"], "two years later (2021)"),
        ("the following year", ["what", "in 2019"], "the following year (2020)"),
        ("the year before", ["2018 or 2019", "2021"], "the year before"),
        ("the year before 2020", ["2019"], "the year before 2020"),
        ("the year before", [], "the year before"),
    ],
)
def test_relative_year_is_told_from_the_only_one_said(text: str, before: list[str], expected: str) -> None:
    assert dated(text, *before) == expected


@pytest.mark.parametrize(
    ("talk", "meant"),
    [
        (["成都会议讨论了哪些领域？", "那么西安呢？"], "西安会议讨论了哪些领域？"),
        (["成都会议讨论了哪些领域？", "这次会议谁主持？"], "成都会议谁主持？"),
        (["2021年的净利润是多少？", "2022年呢？"], "2022年的净利润是多少？"),
        (["王小明是谁？", "他在哪里出生？"], "王小明在哪里出生？"),
        (["《青山》是谁写的？", "它何时出版？"], "《青山》何时出版？"),
        (["王小明在杭州做什么？", "那里有什么？"], "杭州有什么？"),
        (["张伟的公司在哪里？", "其他公司呢？"], "张伟的公司在哪里（其他公司）？"),
        (["王小明是谁？", "其他人在哪里？"], "其他人在哪里？"),
    ],
)
def test_chinese_follow_up_is_completed_by_its_characters(talk: list[str], meant: str) -> None:
    assert _asked(*talk) == meant


_QUESTIONS = st.one_of(
    texts,
    st.lists(
        st.sampled_from(
            "And Why Who what about else his it there the in 2019 Xi'an Orrin Mills meeting ? Did sold "
            "they’re before year second others band 😀 那么 他 呢".split()
        ),
        max_size=12,
    ).map(" ".join),
)
_TURNS = st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), _QUESTIONS), max_size=6)


@given(_QUESTIONS, _TURNS)
@example("Why?", [Turn("user", ""), Turn("assistant", "“A”"), Turn("user", "who is —")])
def test_rewriting_keeps_the_questions_words_and_the_limit(question: str, history: list[Turn]) -> None:
    meant = standalone(question, history)
    assert len(meant) <= max(len(question), MAX_QUESTION)
    # Chinese words are pairs of characters, which a name put between them parts.
    lost = {t for t in set(content_terms(question)) - set(terms(meant)) if not cjk.is_cjk(t)}
    assert not {t for t in lost if any(not token.is_function_word for token in tokenize(t))}
    assert standalone(meant, []) == meant


@given(_QUESTIONS)
def test_without_a_conversation_nothing_changes(question: str) -> None:
    assert standalone(question, []) == question


def test_a_question_never_grows_over_the_limit() -> None:
    question = "What did he say of " + "x" * (MAX_QUESTION - 20) + "?"
    assert standalone(question, [Turn("user", "Who is Tom Holt?")]) == question


def test_long_conversation_keeps_its_opening_and_its_end() -> None:
    chatter = [Turn("assistant", "so it goes " * 10_000)] * 198
    opening = Turn("user", "Tell me about Orrin Mills. " + "😀" * 100_000)
    assert standalone("When was it sold?", [opening, *chatter]) == "When was Orrin Mills sold?"
