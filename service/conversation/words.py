"""Closed and short lists of English words that tell a person from a thing, and one from several."""

MEN = frozenset(
    """
    aaron abdul abdullah adam adrian ahmed akira alan albert alejandro alex alexander alfred ali amir
    anders andre andreas andres andrew angelo anthony antoine antonio arjun arnold arthur arvid axel ben
    benjamin bernard bernd bill björn bob boris brian bruce bruno carl carlo carlos cesar charles chris
    christian christoph christopher claude craig dan daniel dave david deng dennis diego dieter dmitri
    dominic donald douglas duncan dylan eduardo edward elias emil enrique eric erik ernest ernst eugene
    evan fabian felix fergus fernando florian francis frank franz frederick fritz gabriel gary georg
    george gerald gerhard giovanni giuseppe gordon graham gregory guido gustav hamid hans harold harry
    hassan hector heinrich henrik henry herbert hermann hiroshi howard hugh hugo hussein ian ibrahim igor
    imran isaac ivan jack jacob jakob james jan jason javier jean jeff jens jerome jerry jim jimmy joe
    joel johan johann johannes john johnny jonas jonathan jorge jose josef joseph juan juhan jürgen kai
    kamal karl keith ken kenji kenneth kevin khalid klaus kurt larry lars lawrence lee leo leon leonard
    leopold lewis lorenzo louis luca ludwig luigi luis lukas luke magnus manuel marc marcel marco marcus
    mario marius mark markus martin marvin mathias mats matt matthew mauricio max mehmet michael michel
    miguel mike mikhail mohamed mohammad mohammed muhammad mustafa nasser nathan neal neil nicholas nick
    nigel nikolai nils noah norman olaf oleg oliver olivier omar oscar osman otto pablo pascal patrick
    patrik paul pavel pedro peter phil philip pierre pieter rafael rahul raj rajesh ralph ramon raul ray
    raymond reinhard rene ricardo richard rick robert roberto rodrigo roger roland rolf ron ronald roy
    rudolf rupert russell ryan salman sam samir samuel santiago scott sean sebastian sergei sergio sigmund
    simon stanley stefan stephen steve steven stuart sven takashi tariq ted terry theo theodore thomas
    thorsten tim timothy tobias toby tom tomas tommy tony torsten ulrich uwe valentin victor viktor
    vincent vladimir walter warren wayne werner wilhelm will william wolfgang xavier yusuf yves zoltan
    mr sir lord king prince emperor
    """.split()
)
WOMEN = frozenset(
    """
    adele agatha agnes aisha alexandra alice alicia alina aline amanda amelia amina amy andrea angela
    anita anja anke ann anna anne annette annie antonia astrid audra audrey aurora barbara beatrice
    bettina betty beverly bianca birgit brenda bridget brigitte camilla carla carmen carol carolina
    caroline catherine cecilia charlene charlotte cheryl chiara chloe christina christine claire clara
    clarissa claudia cornelia cynthia daniela dawn deborah delia denise diana diane donna doris dorothea
    dorothy edith edna elaine eleanor elena elisa elise elizabeth elke ella ellen elsa emilia emily emma
    erica erika esther eugenia eva eve evelyn fatima fiona florence frances francesca franziska frida
    gabriela gemma georgia gertrude giulia gloria grace greta gudrun hanna hannah heather hedwig heidi
    helen helena helga hilda ida ilse imogen ines ingrid irene irina iris irma isabel isabella ivy jana
    jane janet janice jean jenna jennifer jessica jessie joan joanna johanna josephine joy joyce judith
    judy julia julianne julie jutta karen karin kate katharina katherine kathleen kathryn kathy katja
    katrin kelly kim kirsten klara kristina lara laura lauren leah leila lena leonie lidia lilian lily
    linda lisa liz lorna louisa louise lucia lucy luisa lydia mabel madeleine magdalena maja margaret
    margareta margarete margot maria mariana marianne marie marilyn marina marion marlene marta martha
    mary mathilda maud maureen maya megan meghan melanie melissa mia michaela michelle mila mildred mira
    miriam molly monica monika nadia nancy naomi natalia natalie natasha nell nicola nicole nina noor nora
    norma olena olga olive olivia pamela paola patricia paula pauline petra philippa phoebe pia priya
    rachel rebecca regina renate renee rita rosa rosalind rose rosemary roxana ruby ruth sabine sabrina
    sally samantha sandra sara sarah selma serena sharon sheila sheryl shirley sigrid silvia simone sofia
    sonia sonja sophia sophie stella stephanie stina susan susanna susanne svetlana sylvia tamara tanja
    tara tatiana teresa thea theresa tina tracy ulrike uma ursula uta valentina valerie vanessa vera
    verena veronica victoria viola virginia vivian wendy wilma xenia yasmin yolanda yvonne zoe
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
