"""What a table is about, judged by its name, its columns and the tables around it.

`name` in `users` is a person's, in `products` it is not; `start_date` of a drug order says more than that of a discount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mimic.planning.meaning.affixes import NO_AFFIX, Affix, affix
from mimic.planning.meaning.words import phrase, tokens
from mimic.schema import Schema, Table, TableName

PERSON = frozenset(
    [
        "user",
        "customer",
        "employee",
        "person",
        "patient",
        "student",
        "teacher",
        "doctor",
        "member",
        "contact",
        "owner",
        "author",
        "actor",
        "artist",
        "driver",
        "player",
        "guest",
        "subscriber",
        "candidate",
        "applicant",
        "staff",
        "client",
        "passenger",
        "resident",
        "tenant",
        "voter",
        "citizen",
        "child",
        "parent",
        "worker",
        "nurse",
        "lawyer",
        "attorney",
        "manager",
        "agent",
        "seller",
        "buyer",
        "shopper",
        "friend",
        "follower",
        "participant",
        "attendee",
        "attendant",
        "speaker",
        "registrant",
        "reviewer",
        "editor",
        "translator",
        "recipient",
        "donor",
        "volunteer",
        "beneficiary",
        "insured",
        "debtor",
        "creditor",
        "borrower",
        "payee",
        "payer",
        "sponsor",
        "composer",
        "singer",
        "musician",
        "director",
        "writer",
        "provider",
        "individual",
        "human",
        "lead",
        "prospect",
        "recruit",
        "trainee",
        "intern",
        "visitor",
        "profile",
        "advisor",
        "counsellor",
        "consultant",
        "salesperson",
        "representative",
        "principal",
        "manager",
        "umpire",
        "coach",
        "athlete",
        "beneficiary",
        "dependent",
        "spouse",
        "relative",
        "kin",
        "witness",
        "suspect",
        "victim",
        "inmate",
        "prisoner",
        "defendant",
        "judge",
        "officer",
        "soldier",
        "veteran",
        "migrant",
        "pilot",
        "crew",
        "cast",
        "personnel",
        "moderator",
        "admin",
        "administrator",
        "operator",
        "freelancer",
        "contractor",
        "courier",
        "rider",
        "carer",
        "caregiver",
        "guardian",
        "donor",
        "hcp",
        "practitioner",
        "clinician",
        "investigator",
        "biographee",
        "signatory",
        "partner",
        "party",
        "debtor",
        "holder",
        "insured",
        "invitee",
        "delegate",
        "alumnus",
        "clerk",
        "cashier",
        "accountant",
        "claimant",
        "respondent",
        "policyholder",
        "cardholder",
        "sender",
        "payer",
        "organizer",
        "presenter",
        "mentor",
        "mentee",
        "tutor",
        "surgeon",
        "therapist",
        "caller",
        "referee",
        "scorer",
        "commuter",
        "tourist",
        "traveller",
        "traveler",
        "heir",
        "nominee",
        "trustee",
        "landlord",
        "lessee",
        "lessor",
        "occupant",
        "householder",
        "pupil",
        "graduate",
        "learner",
        "fan",
        "blogger",
        "creator",
        "maintainer",
        "committer",
        "developer",
        "engineer",
        "technician",
        "mechanic",
        "waiter",
        "chef",
    ]
)
COMPANY = frozenset(
    [
        "company",
        "organization",
        "supplier",
        "vendor",
        "manufacturer",
        "publisher",
        "shipper",
        "carrier",
        "brand",
        "merchant",
        "partner",
        "agency",
        "dealer",
        "distributor",
        "institution",
        "university",
        "school",
        "college",
        "employer",
        "business",
        "enterprise",
        "corporation",
        "label",
        "studio",
        "airline",
        "bank",
        "insurer",
        "affiliation",
        "team",
        "franchise",
        "club",
    ]
)
PLACE = frozenset(
    [
        "location",
        "venue",
        "room",
        "building",
        "warehouse",
        "airport",
        "station",
        "stop",
        "park",
        "hotel",
        "restaurant",
        "facility",
        "branch",
        "office",
        "site",
        "school",
        "university",
        "store",
        "shop",
        "region",
        "country",
        "city",
        "state",
        "territory",
        "place",
        "stadium",
        "area",
        "zone",
        "district",
        "affiliation",
        "plant",
        "depot",
        "port",
        "terminal",
        "gate",
        "department",
        "affiliation",
        "property",
        "institution",
    ]
)
HEALTH = frozenset(
    [
        "patient",
        "encounter",
        "visit",
        "diagnosis",
        "allergy",
        "drug",
        "prescription",
        "medication",
        "observation",
        "condition",
        "symptom",
        "treatment",
        "immunization",
        "vaccination",
        "surgery",
        "admission",
        "clinical",
        "medical",
        "health",
        "referral",
        "hl7",
        "lab",
        "laboratory",
        "disease",
        "therapy",
        "hospital",
        "vital",
        "allergen",
        "dose",
        "dispense",
        "healthcare",
        "appointment",
        "procedure",
        "specimen",
        "radiology",
        "pathology",
        "anamnesis",
        "epidemic",
        "illness",
        "medicine",
        "hl",
    ]
)
_CLINICAL = frozenset(
    {"patient", "encounter", "diagnosis", "medical", "clinical", "hospital", "allergy", "prescription", "doctor", "nurse", "medication"}
)
_EVERYDAY = frozenset({"visit", "condition", "admission", "appointment", "procedure", "referral", "treatment", "dispense", "lab", "health"})
# What follows such a word defines kinds of things; it does not say anything about one person.
DEFINITION = frozenset(
    [
        "type",
        "definition",
        "class",
        "template",
        "category",
        "kind",
        "frequency",
        "set",
        "tag",
        "map",
        "setting",
        "datatype",
        "format",
        "source",
        "resource",
        "workflow",
        "program",
        "role",
        "privilege",
        "level",
        "status",
        "unit",
        "lookup",
        "catalogue",
        "catalog",
        "vocabulary",
        "code",
        "concept",
        "range",
        "ingredient",
        "term",
    ]
)
# Codes that are sent to people define nothing.
_CODES = frozenset(
    """
    recovery backup invite invited invitation access activation verification confirmation reset auth authorization otp login security upgrade sms
    device one two totp mfa scratch magic email phone pairing unlock registration gift redeem
    """.split()  # noqa: SIM905
)
EMPLOYMENT = frozenset(
    [
        "employment",
        "salary",
        "payroll",
        "hire",
        "contract",
        "title",
        "position",
        "department",
        "dept",
        "emp",
        "job",
        "payslip",
        "compensation",
    ]
)
CONTENT = frozenset(
    [
        "post",
        "comment",
        "topic",
        "thread",
        "message",
        "email",
        "dmail",
        "mail",
        "chat",
        "forum",
        "reply",
        "review",
        "feedback",
        "question",
        "answer",
        "ticket",
        "issue",
        "note",
        "memo",
        "complaint",
        "request",
        "story",
        "suggestion",
        "conversation",
        "discussion",
        "report",
        "appeal",
        "flag",
        "testimonial",
        "wiki",
        "article",
        "blog",
        "tweet",
        "status",
    ]
)
ACCOUNTS = frozenset(["user", "account", "member", "login", "identity", "profile", "admin", "credential", "auth", "oauth", "federated"])
CONFIGURATION = frozenset(
    ["setting", "config", "property", "option", "preference", "attribute", "parameter", "variable", "env", "environment", "metadata"]
)
SESSIONS = frozenset(["session"])
LOGS = frozenset(
    ["log", "audit", "event", "history", "activity", "trail", "journal", "outbox", "inbox", "queue", "webhook", "notification"]
)


@dataclass(frozen=True, slots=True)
class Context:
    """`person`: a row is a person. `personal`: a row is about one. The others say what else a row is."""

    words: tuple[str, ...]
    person: bool
    personal: bool
    company: bool
    place: bool
    personal_place: bool  # a place that persons' rows reference: their city or country
    health: bool
    employment: bool
    content: bool
    account: bool
    configuration: bool
    session: bool
    log: bool
    pairs: bool  # key and value in one row
    definition: bool
    reached: bool = False  # a column of its own holds an e-mail address, a phone number or a bank account
    letter: bool = False  # from whom, to whom, about what
    patient: bool = False  # a row is about one patient: it references one, or names one by a number
    loosely: bool = False  # personal by the name of a column alone, which no key confirms
    guarded: bool = False  # a password stands beside
    affix: Affix = NO_AFFIX  # what most of its columns' names carry in front or behind

    @property
    def about(self) -> str:
        return "a person" if self.person else "something of a person" if self.personal else " ".join(self.words)


# Words that may stand behind the head: `artist_versions` are artists still, `posts_archive` posts.
_TRAILING = frozenset(
    [
        "entity",
        "table",
        "record",
        "data",
        "list",
        "archive",
        "old",
        "new",
        "info",
        "detail",
        "entry",
        "version",
        "history",
        "revision",
        "edit",
        "draft",
        "translation",
        "backup",
        "tmp",
        "temp",
        "copy",
    ]
)


def head(words: tuple[str, ...]) -> str:
    """The word that says what a row is: the last one, but for numbers, versions and the like."""
    named = [word for word in words if not word.isdigit() and len(word) > 1 and word not in _TRAILING]
    return named[-1] if named else (words[-1] if words else "")


_LINKS = re.compile(r"(?:^|\b)(?:id|uuid|at|on|date|created|updated|order|position)$|^is\b")
_REACHED = re.compile(
    r"^(?:email|email address|phone|mobile|phone number)(?: \d)?$|^(?:work|home|mobile|contact|customer|attendee|guest|private|personal|billing) (?:email|phone|mobile)$|^iban$"
)
# Persons in most schemas, programs in some: a name alone does not say which.
_PROGRAMS = frozenset({"client", "provider", "agent", "parent", "profile", "manager", "director", "operator", "carrier"})
_PATIENTS = frozenset(
    {"patient id", "patient uuid", "patient", "encounter id", "visit id", "pid", "patient number", "person id", "admission id"}
)
_LETTER = frozenset({"from", "to", "cc", "bcc", "reply to", "sender", "recipient", "subject", "body", "message id", "text", "html"})
_PERSONAL_COLUMNS = re.compile(
    r"\b(first name|name first|last name|name last|birth (date|year|day)|date birth|family name|given name|ssn|national id|gender)$|^username$|^birth$"
)
_AUDIT = re.compile(r"\b(creator|created|changed|updated|modified|edited|voided|retired|deleted|approved|last)\b|\bby\b|^(owner|operator)")
_REACHING = re.compile(
    r"^(email|email address|phone|mobile|password|password hash|encrypted password|username|display name|avatar)(?: \d)?$"
)


def _is_person(table: Table, words: tuple[str, ...], carried: Affix) -> bool:
    last = head(words)
    columns = [phrase(carried.bared(column.name)) for column in table.columns]
    if sum(bool(_PERSONAL_COLUMNS.search(column)) for column in columns) >= 2:
        return True
    if any(column.endswith("last name") for column in columns) and any(column in ("name", "ad", "names") for column in columns):
        return True
    if len(words) > 1 and all(_LINKS.search(column) for column in columns):  # `roles_users`
        return False
    if last in PERSON or (
        len(words) > 1 and words[0] in PERSON and words[1] in ("entity", "info", "detail", "data", "list", "record", "profile", "account")
    ):
        # A `client` of OAuth, a `provider` of logins, an `agent` that is a program: none is a person.
        if last in (
            "client",
            "provider",
            "agent",
            "principal",
            "operator",
            "parent",
            "profile",
            "director",
            "partner",
            "party",
            "debtor",
        ) or (last == "owner" and len(words) > 1):
            program = last in ("client", "provider", "agent", "operator")  # programs have names to show, too
            reaching = [column for column in columns if _REACHING.match(column) and not (program and column == "display name")]
            return bool(reaching) or any(map(_PERSONAL_COLUMNS.search, columns)) or "person id" in columns
        return True
    # `datos_cliente`, `ficha_paciente`: the head comes first in Romance languages, the person last; and an `account` with a login.
    return last == "account" and sum(bool(_REACHING.match(column)) for column in columns) >= 1


def _health(schema: Schema, words: dict[TableName, tuple[str, ...]]) -> set[TableName]:
    """Tables about somebody's health: by their name, by whom they belong to, or as a kind (key is key) of such a table."""
    told = [table for table in schema.tables if head(words[table.name]) not in DEFINITION]
    # `visits` of a web site, `conditions` of a contract: only where a schema has patients.
    clinical = any(_CLINICAL & {*words[table.name]} for table in schema.tables)
    out = {table.name for table in told if set(words[table.name]) & (HEALTH if clinical else HEALTH - _EVERYDAY)}
    out |= {table.name for table in told for key in table.foreign_keys if set(words[key.parent]) & {"patient", "encounter"}}
    for table in told:
        key_columns = table.primary_key.columns if table.primary_key else ()
        if any(key.columns == key_columns and key.parent in out for key in table.foreign_keys):
            out.add(table.name)
    return out


def contexts(schema: Schema) -> dict[TableName, Context]:
    """The context of every table of a schema."""
    everywhere = affix([table.name.name for table in schema.tables], share=0.75)
    words = {table.name: tokens(everywhere.bared(table.name.name)) for table in schema.tables}
    carried = {table.name: affix([column.name for column in table.columns]) for table in schema.tables}
    persons = {table.name for table in schema.tables if _is_person(table, words[table.name], carried[table.name])}
    personal = set(persons)
    for table in schema.tables:
        mentioned = set(words[table.name]) & PERSON - _PROGRAMS
        if mentioned and head(words[table.name]) not in DEFINITION:
            personal.add(table.name)
    for table in schema.tables:  # an `address`, an `order`, a `session` that belongs to a person
        # Who wrote a row last says nothing about whom it is about.
        if any(key.parent in persons and not _AUDIT.search(phrase(key.columns[-1])) for key in table.foreign_keys):
            personal.add(table.name)
    # Applications that keep references to themselves name them all the same: `user_id`, `patient_uuid`.
    called = {head(words[name]) for name in persons} - _PROGRAMS - {"account"}
    named_only = set[TableName]()
    for table in schema.tables:
        for column in table.columns:
            named = phrase(column.name).split()
            if len(named) >= 2 and named[-1] in ("id", "uuid") and named[-2] in called and not _AUDIT.search(" ".join(named[:-1])):
                named_only.add(table.name)
    named_only -= personal
    personal |= named_only
    lived_in = {
        key.parent for table in schema.tables if table.name in personal or "address" in words[table.name] for key in table.foreign_keys
    }
    lived_in |= {key.parent for table in schema.tables if table.name in lived_in for key in table.foreign_keys}
    health = _health(schema, words)
    out = {}
    for table in schema.tables:
        own, last = set(words[table.name]), head(words[table.name])
        columns = {phrase(carried[table.name].bared(column.name)) for column in table.columns}
        values = columns & {"value", "v", "val", "property value", "setting value", "value reference", "long value"}
        out[table.name] = Context(
            words=words[table.name],
            person=table.name in persons,
            personal=table.name in personal,
            company=last in COMPANY and table.name not in persons,
            place=last in PLACE and table.name not in persons,
            personal_place=table.name in lived_in and bool(own & {"city", "country", "region", "state", "address", "postcode"}),
            health=table.name in health,
            employment=last in EMPLOYMENT or (bool(own & EMPLOYMENT) and table.name in personal),
            content=last in CONTENT or bool(own & {"forum", "comment", "message", "chat"}),
            account=bool(own & ACCOUNTS),
            configuration=last in CONFIGURATION and last != "attribute",
            session=last in SESSIONS or "session" in own,
            log=bool(own & LOGS),
            pairs=bool(values),
            definition=last in DEFINITION and not (last == "code" and own & _CODES),
            letter=len(columns & _LETTER) >= 3,
            reached=any(_REACHED.search(column) for column in columns),
            patient=bool(columns & _PATIENTS)
            or any({*words[key.parent]} & {"patient", "encounter"} for key in table.foreign_keys)
            or "patient" in own,
            guarded=any(column.endswith("password") for column in columns),
            affix=carried[table.name],
            loosely=table.name in named_only,
        )
    return out


__all__ = ["CONFIGURATION", "CONTENT", "Context", "contexts", "head"]
