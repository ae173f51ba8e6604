"""What no name tells, in tables about persons: counted as a person's detail, unless a word of it speaks of the program.

A miss is worse than a false alarm, and nobody can list what applications write down about people: a badge, a nickname in the club's
language, a document of additional fields.
"""

from __future__ import annotations

import re

from mimic.planning.meaning.context import Context
from mimic.semantics import Kind

_PROGRAM = re.compile(
    r"\b(?:theme|skin|layout|view|editor|sort\w*|order\w*|filter|format|digest|frequency|tab|page|css|"
    r"style|stylesheet|font|icon|colou?r|flag|step|"
    r"phase|bucket|permission|privilege|scope|label|plan|tier|segment|source|medium|campaign|class|"
    r"discriminator|entity|object|model|module|app|"
    r"application|engine|adapter|backend|driver|provider|client|server|host|domain|database|schema|table|"
    r"column|field|version|release|build|branch|"
    r"commit|hash|checksum|etag|uuid|slug|permalink|prefix|transports?|concurrency|path|file|folder|directory|urls?|uris?|guid|endpoint|mime|encoding|charset|currency|unit|"
    r"price|amount|total|rate|fee|tax|discount|balance|budget|count\w*|quantity|limit|quota|capacity|size|"
    r"width|length|level|score|rank|rating|"
    r"point|credit|percent|type|kind|mode|method|status|state|stage|category|group|role|list|tag|visibility|enabled|disabled|"
    r"active|inactive|locked|verified|confirmed|approved|deleted|archived|hidden|visible|public|default|"
    r"internal|external|import\w*|export\w*|sync\w*|"
    r"created|updated|modified|date|time|timestamp|year|month|day|week|hour|minute|second|start|end|"
    r"expires?\w*|interval|period|duration|timezone|locale|"
    r"template|config|setting|option|preference|parameter|policy|rule|feature|notification|subscription|"
    r"reason|action|event|log|error|queue|job|task|"
    r"batch|process|workflow|trigger|schedule|cron|product|item|sku|brand|store|shop|warehouse|currency|invoice|payment|shipment|delivery|"
    r"position|index|sequence|number of|per|max|min|avg|sum|is|has|can|show|hide|allow|use|search|"
    r"algo\w*|algorithm|auth|service|handler|notice|audience|aud|translation|language|website|channel|"
    r"company|organization|department|team|division|branch|site|location|room|building|area|zone|region|country|city|state|genre|title)\b"
)
_NAMES = re.compile(r"\b(?:name)\b")


WHY = "of a person, and nothing in its name says that it is harmless"
WHY_JSON = "JSON of unknown content"
WHY_ILL = "of one patient's record, and nothing in its name says that it is harmless"
SURE = 0.3  # how sure that is

# What is harmless elsewhere and leads to a person in that person's row: a page, a picture, a name in addresses, a hash of what lets one in.
_LEADS = {Kind.SLUG: Kind.USERNAME, Kind.URL: Kind.URL_PROFILE, Kind.IMAGE: Kind.IMAGE}
_APART = re.compile(
    r"\b(?:theme|css|style|template|redirect|callback|endpoint|api|logout|login|return|icon|logo|base|"
    r"success|failure|cancel|target|root|server|"
    r"service|"
    r"colou?r|type|width|height|size|version|format|count|id|alt|font|meta|federation)\b"
)
# What programs keep in JSON for themselves.
_MACHINE = re.compile(
    r"\b(?:setting|config\w*|layout|column|mapping|map|permission|policy|filter|order|icon|logo|schema|"
    r"definition|template|field|label|tag|category|"
    r"limit|schedule|serialized|state|discovery|count\w*|linecount|stat\w*|metric|locale|translation|"
    r"availability|recurr\w*|recurring|item|price|"
    r"hour|flag|scope|role|error|version|rule|feature|theme|color|colour|style|size|dimension|width|"
    r"height|cache|node|edge|graph|tree|path|dag|"
    r"preference|widget|dashboard|chart|query|step|stage|pipeline|matrix|range|score|rating|rank|weight|vote|option|choice|constraint|"
    r"dependency|requirement|manifest|license|platform|capability|type|format|protocol|header|condition|"
    r"trigger|action|workflow|health ?checks?|"
    r"default|allowed|enabled|disabled|example|expression|spec\w*|parameters?|bucket|benchmark|timing|duration|period|embed\w*|"
    r"stylesheet|versioned|static|value|meta)\b"
)
# What is written down about patients' bodies, in tables of nothing else; and what says how far such a row has got.
_KEEPING = re.compile(
    r"\b(?:voided|retired|preferred|primary|complete\w*|signed|printed|reviewed|as needed|substituted|received|urgent|visible|final)\b"
)
_RECORDS = frozenset(
    """
    vital symptom diagnosis anamnesis screening examination allergy immunization vaccination pregnancy prescription medication pressure
    sugar glucose surgery anthropometry illness disease injury
    """.split()  # noqa: SIM905
)


def untold(words: str, kind: str, context: Context, rule: Kind | None) -> Kind | None:
    """The kind of detail that a column of persons' rows is counted as; None where it is not."""
    about = context.person or (((context.personal and not context.loosely) or context.reached) and rule is not Kind.NAME)
    if not about or context.definition or context.configuration or kind not in "tjx" or words.endswith(" id"):
        return None
    if context.person and rule in _LEADS and kind != "j" and not _APART.search(words):
        return _LEADS[rule]
    if rule not in (None, Kind.NAME, Kind.CODE) or _PROGRAM.search(words):
        return None
    if kind == "j":
        return Kind.JSON_PERSON
    return Kind.PERSON_NAME if _NAMES.search(words) else Kind.OTHER


def untold_json(words: str, context: Context) -> bool:
    """Whether JSON of unknown content counts as a person's: what programs keep for themselves mostly says so."""
    told = context.definition or context.configuration or context.company or context.place
    return not told and _MACHINE.search(words) is None and not {"job", "batch", "queue", "task", "static"} & {*context.words}


def untold_illness(words: str, kind: str, context: Context, rule: Kind | None) -> bool:
    """Whether a column of a patient's record counts as one about health."""
    record = context.patient and context.health and bool(_RECORDS & {*context.words}) and not (context.definition or context.configuration)
    return (
        record
        and kind in "tinbj"
        and rule in (None, Kind.NUMBER, Kind.FLAG, Kind.NAME, Kind.CODE)
        and not (_PROGRAM.search(words) or _KEEPING.search(words) or words.split()[-1] in ("id", "by", "at", "on", "uuid", "number"))
    )
