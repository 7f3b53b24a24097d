"""Closed and short lists of English words that tell a person from a thing, and one from several."""

MEN = frozenset(
    """
    adam alan albert alexander andrew anthony antonio arthur ben benjamin bill bob brian carl carlos charles
    chris christopher daniel dave david dennis donald douglas edward eric ernest francis frank frederick
    gary george gerald gordon graham gregory hans harold harry henry howard hugh ian isaac jack jacob james
    jason jean jeff jim jimmy joe joel john johnny jonathan jose joseph juan karl keith ken kenneth kevin
    larry lawrence lee leonard lewis louis luke marco mark martin marvin matt matthew max michael miguel
    mike mohamed mohammed nathan neil nicholas nick oliver oscar otto patrick paul pedro peter phil philip
    pierre ralph ray raymond richard rick robert roger roland ron ronald roy russell ryan sam samuel scott
    sean simon stanley stephen steve steven stuart ted terry theodore thomas tim timothy toby tom tommy
    tony victor vincent walter warren wayne will william xavier
    mr sir lord king prince emperor
    """.split()
)
WOMEN = frozenset(
    """
    agnes alice amanda amy andrea angela anita ann anna anne annie audra audrey barbara beatrice betty
    beverly brenda carmen carol caroline catherine charlotte cheryl christina christine claire clara
    cynthia dawn deborah diana diane donna doris dorothy edith elena elizabeth ella ellen emily emma esther
    eva evelyn fatima florence frances gloria grace hannah heather helen irene isabel jane janet janice
    jean jennifer jessica joan joanna joyce judith judy julia julie karen kate katherine kathleen kathy
    kelly kim laura lauren linda lisa louise lucy lydia margaret maria marie marion marilyn marta martha mary
    megan melissa michelle monica nancy natalie nicole nora olga olivia pamela patricia paula rachel
    rebecca rita rosa rose ruth sandra sara sarah sharon sheila sheryl shirley sofia sophia sophie stella
    stephanie susan sylvia teresa theresa tina ursula valerie vera veronica victoria virginia wendy
    mrs ms miss lady queen princess empress dame
    """.split()
)
NOBLE = frozenset("lord king prince emperor sir lady queen princess empress dame".split())  # also surnames
DAYS = frozenset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
TITLES = frozenset("dr prof professor president minister senator judge captain general saint st pope".split())
# They stand in front of a name with a full stop that ends no sentence.
ABBREVIATED = "Dr Mr Ms St Mt Ft Lt Mrs Gen Col Sgt Sen Rep Gov Rev Hon Prof Capt".split()
PERSON_NOUNS = frozenset(
    """
    actor actress artist author chairman chairwoman chef coach composer director doctor drummer engineer
    founder governor guitarist leader mayor musician novelist painter player poet politician producer
    scientist singer teacher writer
    """.split()
)
GROUP_NOUNS = frozenset(
    """
    agency army association band board choir club commission committee company council crew delegation
    duo ensemble family federation firm government group league ministry orchestra organisation
    organization parliament party quartet squad team tribe trio troupe union
    """.split()
)
EVENT_NOUNS = frozenset(
    """
    battle ceremony championship concert conference congress contest convention election exhibition expedition
    festival forum game hearing invasion match meeting negotiations operation parade protest race revolution
    session siege strike summit talks tour tournament trial visit war wedding workshop
    """.split()
)
THING_NOUNS = frozenset(
    """
    act agreement album article award bill book bridge building campaign car case castle church city
    contract course device disease drug film hospital house law magazine mill mission model movie museum
    newspaper novel opera organ paper plan play policy poem prize product programme program project reform
    report river school scheme series ship show single song species station story study system theory
    tower treaty university
    """.split()
)
# Of what is called so a talk mostly knows the name.
NAMED_NOUNS = frozenset(
    "album band book company film firm hotel movie museum novel organisation organization ship song".split()
)
THING_WORDS = (
    GROUP_NOUNS
    | EVENT_NOUNS
    | THING_NOUNS
    | frozenset(
        """
        academy awards bureau center centre college corp corporation county department inc institute island
        islands ltd mountains office records republic states street valley
        """.split()
    )
)
PLURAL_WORDS = frozenset("brothers sisters boys girls states nations people".split())
