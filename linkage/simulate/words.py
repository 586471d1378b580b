"""Word lists that names, mailboxes and prompts are made of."""


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


FIRST_NAMES = _words("""
    anna maria james wei li carlos fatima john olga priya ahmed sofia lucas emma noah mia david
    sara ivan chen yuki hana omar leila pedro julia marco elena paul laura tom nina raj anita
    jose rosa kim min jin hyun alex chris sam kate lena felix jan eva piotr zofia ali zeynep
    mehmet ayse dmitri natalia sergei irina minh linh thanh huong kofi ama kwame abena tunde
    ngozi chidi amara diego lucia andres camila mateo valentina
""")
_ONSETS = _words("""
    b br c ch d dr f fr g gr h j k kl kr l m n p pr r s sch st sw t tr v w z
""")
_MIDDLES = _words("""
    abe ado aga ali ama and ani ara ari arm atu ebe edo ela ema end era eri ern esta ibe ida iga
    ili ima ino ira isto obe oda oke oli omo ond ora ort osta uba ude uka ul umo und ura
""")
_ENDINGS = _words("""
    berg dal ez feld ga ides ini ius ka ko land man mann mura nen ov sen ski son va
""")
SURNAMES = tuple(a + b + c for c in _ENDINGS for b in _MIDDLES for a in _ONSETS)
"""26,400 surnames."""

PUBLIC_MAIL = (
    ("gmail.com", 0.56), ("outlook.com", 0.10), ("yahoo.com", 0.07), ("hotmail.com", 0.06),
    ("icloud.com", 0.05), ("qq.com", 0.04), ("163.com", 0.03), ("proton.me", 0.03),
    ("gmx.de", 0.02), ("web.de", 0.01), ("mail.ru", 0.015), ("naver.com", 0.015),
)
"""Public mail providers and their shares."""
DISPOSABLE_MAIL = _words("""
    mailinator.com guerrillamail.com yopmail.com 10minutemail.com temp-mail.org trashmail.com
    maildrop.cc dispostable.com
""")

COUNTRIES = _words("""
    US IN DE GB BR FR JP CA NG VN PL TR KR ID
""")
COUNTRY_SHARES = (0.26, 0.15, 0.07, 0.07, 0.07, 0.06, 0.06, 0.05, 0.04, 0.04, 0.04, 0.03, 0.03,
                  0.03)
UTC_OFFSETS = (-6, 5, 1, 0, -3, 1, 9, -5, 1, 7, 1, 3, 9, 7)
"""Hours east of Greenwich, one for each country."""

VERBS = _words("""
    rewrite analyse translate summarise explain compare refactor extract classify convert review
    debug implement optimise document generate design validate simplify annotate benchmark port
    migrate profile test trace parse normalise estimate rank
""")
NOUNS = _words("""
    function module parser scheduler report dataset schema pipeline contract recipe letter essay
    invoice table service queue index cache kernel driver protocol decoder encoder planner
    ledger graph model tokenizer compiler loader exporter dashboard endpoint handler adapter
    migration fixture benchmark script config template formula lesson story poem speech review
    plan budget itinerary slogan email summary paragraph thesis chapter
""")
ADJECTIVES = _words("""
    concise robust idiomatic formal friendly detailed correct efficient readable minimal
    complete portable incremental defensive typed asynchronous recursive short playful careful
    strict stable parallel lazy compact thorough precise quick old new
""")
FILLERS = _words("""
    please without with for about into from under over between before after while because and
    then also only using keeping avoiding until unless where when like as
""")
TOPICS = _words("""
    sorting sockets matrices elections gardening tax football chess rivers insulin planets bread
    mortgages violins transistors glaciers marketing poetry bees bridges vaccines engines
    carpets startups wages thunder sleep grammar algebra fractions sonnets castles batteries
    telescopes pumps antennas ferries orchids volcanoes coffee saddles turbines
""")

SYNONYMS = {
    "concise": "brief", "robust": "sturdy", "efficient": "fast", "correct": "right",
    "complete": "whole", "minimal": "small", "rewrite": "redo", "analyse": "study",
    "explain": "describe", "generate": "produce", "implement": "build", "review": "inspect",
    "please": "kindly", "using": "with", "keeping": "preserving", "function": "routine",
    "module": "package", "report": "write-up", "service": "daemon", "detailed": "extensive",
}
"""What an operator's paraphraser swaps."""
