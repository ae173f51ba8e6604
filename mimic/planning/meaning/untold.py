"""What no name tells, in tables about persons: counted as a person's detail, unless a word of it speaks of the program.

A miss is worse than a false alarm, and nobody can list what applications write down about people: a badge, a nickname in the club's
language, a document of additional fields.
"""

from __future__ import annotations

import re

from mimic.planning.meaning.context import Context
from mimic.semantics import Kind

_PROGRAM = re.compile(
    r"\b(?:theme|skin|layout|view|editor|sort\w*|order\w*|filter|format|digest|frequency|tab|page|css|style|stylesheet|font|icon|colou?r|flag|step|"
    r"phase|bucket|permission|privilege|scope|label|plan|tier|segment|source|medium|campaign|class|discriminator|entity|object|model|module|app|"
    r"application|engine|adapter|backend|driver|provider|client|server|host|domain|database|schema|table|column|field|version|release|build|branch|"
    r"commit|hash|checksum|etag|uuid|slug|permalink|path|file|folder|directory|url|endpoint|mime|encoding|charset|currency|unit|"
    r"price|amount|total|rate|fee|tax|discount|balance|budget|count\w*|quantity|limit|quota|capacity|size|width|length|level|score|rank|rating|"
    r"point|credit|percent|type|kind|mode|method|status|state|stage|category|group|role|list|tag|visibility|enabled|disabled|"
    r"active|inactive|locked|verified|confirmed|approved|deleted|archived|hidden|visible|public|default|internal|external|import\w*|export\w*|sync\w*|"
    r"created|updated|modified|date|time|timestamp|year|month|day|week|hour|minute|second|start|end|expires?\w*|interval|period|duration|timezone|locale|"
    r"template|config|setting|option|preference|parameter|policy|rule|feature|notification|subscription|reason|action|event|log|error|queue|job|task|"
    r"batch|process|workflow|trigger|schedule|cron|product|item|sku|brand|store|shop|warehouse|currency|invoice|payment|shipment|delivery|"
    r"position|index|sequence|number of|per|max|min|avg|sum|is|has|can|show|hide|allow|use|search|"
    r"algo\w*|algorithm|auth|service|handler|notice|audience|aud|translation|language|website|channel|"
    r"company|organization|department|team|division|branch|site|location|room|building|area|zone|region|country|city|state|genre|title)\b"
)
_NAMES = re.compile(r"\b(?:name)\b")


WHY = "of a person, and nothing in its name says that it is harmless"
SURE = 0.3  # how sure that is


def untold(words: str, kind: str, context: Context, rule: Kind | None) -> Kind | None:
    """The kind of detail that a column of persons' rows is counted as; None where it is not."""
    about = context.person or ((context.personal or context.reached) and rule is not Kind.NAME)
    if not about or context.definition or context.configuration or kind not in "tjx" or words.endswith(" id"):
        return None
    if rule not in (None, Kind.NAME, Kind.CODE) or _PROGRAM.search(words):
        return None
    if kind == "j":
        return Kind.JSON_PERSON
    return Kind.PERSON_NAME if _NAMES.search(words) else Kind.OTHER
