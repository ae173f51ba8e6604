"""What a text column without rows should talk about: its theme, told by its name and by what the table is about.

Rules are read from top to bottom and the first that fits is taken. A name says what a column holds (`http_method`), else its table
does (`status` of orders, of jobs, of tickets). Columns that let one in or point at a person have generators of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from mimic.generators.themes.documents import OUTLINES
from mimic.planning.meaning.context import CONFIGURATION, PERSON
from mimic.planning.ruling.naming import phrase, tokens
from mimic.schema import Array, Column, Json, Opaque, Table, Text, bare
from mimic.semantics import Kind, Meaning, Sensitivity

# What a row is, by one of its table's words; the first line that a table is in speaks for it.
_ABOUT: tuple[tuple[str, str], ...] = (
    ("payment", "payment invoice charge transaction refund payout billing"),
    ("order", "order purchase cart checkout shipment delivery fulfilment sale"),
    ("subscription", "subscription membership plan licence"),
    ("invitation", "invitation invite friendship friend follow membership member request_join"),
    ("health", "patient encounter visit drug prescription diagnosis allergy observation lab obs test condition appointment medication"),
    ("job", "job task run execution build deployment deploy process import export batch dag workflow pipeline migration sync backup trigger queue"),
    ("message", "message email mail notification sms delivery newsletter reminder outbox"),
    ("ticket", "ticket issue case complaint incident bug appeal flag dispute"),
    ("review", "review approval application proposal abstract paper submission editable revision request"),
    ("booking", "registration booking reservation attendance enrolment enrollment occurrence rsvp participant"),
    ("event", "event meeting conference workshop seminar webinar"),
    ("content", "post article page content story comment topic news blog wiki product document survey form event contribution album upload media"),
    ("service", "check monitor service host server node instance device target upstream flip"),
    ("person", "user account person customer client employee staff contact profile subscriber student"),
    ("stock", "stock inventory item variant"),
)  # fmt: skip

# Column, table ("" for any), theme. Patterns look at the words of `phrase`, whole words only.
_FORMATS: tuple[tuple[str, str, str], ...] = (
    (r"^(tz|timezone|time zone|timezone name|zoneinfo)$|timezone$", "", "word timezone"),
    (r"(http|request|sms|allowed)? ?methods?$", "check|ping|log|request|webhook|hook|route|audit|api|call|endpoint|service", "word method"),
    (r"^(http|request) (method|verb)$|^verb$", "", "word method"),
    (r"payment (method|type|kind|mode)$", "", "word kind payment"),
    (r"^(method|type)$", "payment", "word kind payment"),
    (r"card (type|brand|kind)$", "", "word kind card"),
    (r"user ?agent$|^ua$|^http user agent$", "", "name agent"),
    (
        r"(cache|concurrency|cron|idempotency|dedup\w*|routing|lock|storage|external|natural|business) key$|^kid$|fingerprint$",
        "",
        "name code",
    ),
    (r"^(cert|certificate|pem|chain)( alt| chain| body| data| pem)?$|cert chain$", "", "word certificate"),
    (r"issuer( uri)?$|^entity id$", "", "word issuer"),
    (r"(referrer|referer|landing page|origin|uri|urls|uris|link)$", "", "name url"),
    (r"^(schema|database|db)( name)?$|^dbname$", "", "word schema name"),
    (r"challenge method$", "", "word code challenge"),
    (r"grant types?$", "", "word grant"),
    (r"name ?id format$", "", "word name format"),
    (r"^(default )?view( mode)?$", "", "word view"),
    (r"auth(entication|n)? (method|type)$", "", "word kind credential"),
    (r"^(script|command line|cmd)$", "", "word script"),
    (r"^floor( number| name)?$", "", "list 1|2|3|G|4|5"),
    (r"scheme$", "", "word scheme"),
    (r"protocol$", "client|realm|saml|scope|mapper|identity|provider", "word sso protocol"),
    (r"protocol$", "", "word protocol"),
    (r"^environment$|environment name$|^env$", "", "word environment"),
    (r"platform$", "", "word platform"),
    (r"^(device|client) type$", "", "word device"),
    (r"^browser$", "", "word browser"),
    (r"currency( code)?$", "", "word currency"),
    (r"currency name$", "", "word currency name"),
    (r"(locale|culture|language tag)$", "", "word locale"),
    (r"(language|lang)( code)?$", "", "word language code"),
    (r"continent code$", "", "word continent code"),
    (r"continent( name)?$", "", "word continent"),
    (
        r"^(documentation|homepage|home|repository|repo|wiki|docs?|bugs?|changelog|tracker|link target|source code|demo)( uri| link)?$",
        "",
        "name url",
    ),
    (r"^on (finish|success|failure|error|discard|complete|start)|callback( class)?$", "", "word job class"),
    (r"(job|task) (type|kind)$", "", "word task name"),
    (r"licen[cs]e( name)?$|^licen[cs]es$", "version|package|gem|crate|library|module|repository|photo|media|software", "word licence"),
    (r"^req$|required .*version$|version (range|requirement|constraint)$|^requirement$", "", "word version range"),
    (r"(mime|content|media) ?type$|^mime$", "image|photo|picture|avatar|logo|icon|thumbnail", "list image/jpeg|image/png|image/webp"),
    (r"(mime|content|media) ?type$|^mime$", "", "word mime"),
    (r"(file ?name|original name|attachment name|uploaded file)$|^attachment$", "", "name file"),
    (r"contact( info| information| detail)?$", "", "name email"),
    (r"stylesheet$|\bcss$", "", "word stylesheet"),
    (r"^value$", "reference|identifier|link|code", "name code"),
    (r"(file )?extension$", "file|attachment|upload|media|document|image|type", "word extension"),
    (r"cron( expression| schedule)?$|^schedule( interval)?$|crontab", "", "word cron"),
    (r"(storage|file) ?backend$|^backend$|^storage$|storage (type|driver|provider)$", "", "word backend"),
    (r"^engine$|database (type|engine)$|^dialect$", "", "word engine"),
    (r"^algorithm$|signature algorithm$|signing alg", "", "word algorithm"),
    (r"(hash|password) algorithm$", "", "word hash"),
    (r"(queue|pool)( name)?$", "", "word queue"),
    (r"(job|worker|task) class$", "", "word job class"),
    (r"(error|exception) (class|type|name)$", "", "word error class"),
    (r"^(class name|class|java class|handler|model name|entity type|entity name)$|class name$", "", "word class"),
    (r"^operator$|operator (class|name)$", "task|dag|operator", "word operator class"),
    (r"^executor( class)?$", "", "word executor"),
    (r"^operator$|^comparison$", "", "word operator"),
    (r"trigger( type)?$|^triggered by$|run type$", "run|job|build|dag|workflow|export", "word trigger"),
    (r"^(model|table name|content type)$", "content|type|permission|import|export|audit|log|version|model", "word model"),
    (r"^(app|app label|application|plugin)( name)?$", "", "word app"),
    (r"^module( name)?$|^package$|^namespace$|^source file$|^file( |_)?loc$|^fileloc$", "", "word module"),
    (r"^code ?name$", "", "name codename"),
    (
        r"^(host|hostname|host name|server|server name|node|node name|worker|machine|unixname)$",
        "log|job|task|process|run|worker|record|ping",
        "word host",
    ),
    (r"(flag|feature|switch)( name| key)?$", "flag|feature|switch|toggle", "word flag name"),
    (r"^(sort|sort by|order by|ordering|sort column|sort field)$", "", "word sort"),
    (r"(sort order|sort direction|order direction)$", "", "word order"),
    (r"weekday|day (of )?week|week day", "", "word weekday"),
    (r"^month( name)?$", "", "word month"),
    (r"(back|fore)?ground ?colour$|colour( hex| code)?$", "", "word colour"),
    (r"^colour name$", "", "word colour name"),
    (r"^(salutation|name prefix|prefix)$", "person|user|customer|employee|patient|contact|name", "word salutation"),
    (r"^(suffix|name suffix)$", "person|user|customer|employee|patient|contact|name", "word suffix"),
    (r"line 2$|address ?2$", "", "word line 2"),
)
_NAMED: tuple[tuple[str, str, str], ...] = (
    # what happened
    (r"trace ?back$|stack ?trace$|^trace$|backtrace$", "", "word trace"),
    (r"error (message|text|detail|details|description|reason)?$|^(error|last error|failure|exception|failure reason|exc info)$|last error$", "", "text error"),
    (r"^(message|log message|event message|msg|log|output|result)$", "log|record|job|task|run|execution|audit|check|ping", "text log"),
    (r"^(change|audited change|changes|old value|new value|diff)( message)?$|changes$", "", "text changes"),
    (r"^(query|statement|sql|command|body)$", "query|statement|sql|report|view", "text query"),
    (r"search (term|query|string|word)$|^(query|keyword|term)$", "", "text search"),
    (r"keyword|\bkw$|search word", "", "word keyword"),
    (r"reason", "", "word reason"),
    (r"(html|body html|html body)$|html$", "", "text html"),
    (r"(yaml|yml|config text)$", "", "text yaml"),
    (r"(subject|headline|subject line)$", "", "text subject"),
    (r"template$", "mail|email|message|notification|sms|template", "text template"),
    (r"\b(bio|biography|about( me)?)$", "", "text bio"),
    # what people write
    (r"^(body|text|content|message|comment|reply|answer|post)( text| raw| plain)?$|comment$|^(text|answer) ", "comment|post|reply|discussion|note|answer|review|feedback", "text comment"),
    (r"(review|feedback|testimonial|judgment|judgement|opinion)( text| comment)?$", "", "text review"),
    (r"comment(s|ary)?$|remarks?$", "", "text comment"),
    (r"^(message|body|text|content|greeting)( text| body)?$|message (text|body)$|message (pending|unpaid|complete)$", "", "text message"),
    (r"note(s)?$|memo$|^internal note", "", "text note"),
    (r"summary$|abstract$|excerpt$|synopsis$|preview$", "", "text summary"),
    (r"description|^desc$|instruction|introduction|detail|explanation|^info$|information$|^help( text)?$|^hint$|^about|^tooltip$|overview$", "", "text description"),
    (r"special request|dietary|wish", "", "text note"),
    # kinds, by what they are kinds of
    (r"(event|webhook|hook|topic) (type|name|kind)$|^event$", "", "word event name"),
    (r"address (type|kind)$|^(type|kind|use|label)$", "address", "word kind address"),
    (r"phone (type|kind)$|^(type|kind|label)$", "phone", "word kind phone"),
    (r"(contact|notification|communication) (type|method|kind|preference)$", "", "word kind contact"),
    (r"^(type|kind|channel|provider)$|channel (type|kind)$", "channel|notification|integration|alert|notifier", "word kind channel"),
    (r"(field|input|question|widget|control|answer) (type|kind)$|^(type|kind)$", "field|question|input|widget|survey", "word kind field"),
    (r"data ?type$|value type$|column type$|^datatype$", "", "word kind data"),
    (r"account (type|kind)$", "", "word kind account"),
    (r"^(type|kind|category)$|organi[sz]ation type$", "organization|company|institution", "word kind organization"),
    (r"(document|file|attachment) (type|kind)$|^(type|kind)$", "document|attachment", "word kind document"),
    (r"^(type|kind)$|media (type|kind)$", "media|asset|upload|photo|file", "word kind media"),
    (r"product (type|kind)$|^(type|kind)$", "product|variant|item", "word kind product"),
    (r"relation(ship)? (type|kind)?$|link type$", "", "word kind relation"),
    (r"^(type|kind)$", "relation|relationship|link|dependency", "word kind relation"),
    (r"credential type$|^type$", "credential|factor|mfa|authenticator", "word kind credential"),
    (r"token type$|^(type|kind)$", "token", "word kind token"),
    (r"discount (type|kind)$|^(type|kind)$", "discount|coupon|voucher|promotion", "word kind discount"),
    (r"(user|person|member|customer|actor) (type|kind)$|^(type|kind)$", "user|person|member|customer|contact", "word kind person"),
    (r"(transaction|payment|entry) (type|kind)$|^(type|kind)$", "transaction|ledger|entry|adjustment", "word kind transaction"),
    (r"(ticket|issue|request|case) (type|kind)$|^(type|kind)$", "ticket|issue|request|case", "word kind ticket"),
    (r"(visit|encounter) (type|kind|class)$", "", "word kind visit"),
    (r"lock (type|mode)$", "", "word kind lock"),
    (r"vote (type|kind)$", "", "word kind vote"),
    (r"^(type|kind|action|operation|event|event type|action type|operation type|verb|activity)$", "audit|history|admin|activity|trail|journal|changelog", "word kind audit"),
    (r"^(type|kind|action|operation|activity)$", "event|log|notification", "word kind event"),
    (r"^(type|kind)$", "block|section|element|component", "word kind block"),
    (r"^(type|kind)$", "location|place|site|venue", "word kind place"),
    (r"^(type|kind)$", "content|page|post|article|node", "word kind content"),
    (r"^(type|kind|format)$", "template", "word kind template"),
    (r"^(type|kind|frequency)$", "report|digest", "word kind report"),
    # who may what, and how much
    (r"requirement$", "authentication|flow|execution", "word requirement"),
    (r"alias$|flow$", "flow|authentication|realm|authenticator", "word flow"),
    (r"role( name)?$", "", "word role"),
    (r"scopes?( name)?$", "", "word scope"),
    (r"permissions?$|privilege$", "", "word permission"),
    (r"^(action|operation|event)( name| type)?$|action$", "", "word action"),
    (r"visibility|^access( level| type)?$|^privacy$", "", "word visibility"),
    (r"theme$|colour scheme$|^appearance$", "", "word theme"),
    (r"^(layout|view type)$", "", "word layout"),
    (r"plan( name| type)?$", "", "word plan"),
    (r"tier$", "", "word tier"),
    (r"^(log )?level( name)?$|^severity$|log level$", "log|record|event|message|audit", "word level"),
    (r"severity$", "", "word severity"),
    (r"level$", "", "word skill"),
    (r"priority$", "", "word priority"),
    (r"phase$|stage$", "", "word phase"),
    (r"result$|outcome$|verdict$", "", "word result"),
    (r"grade$", "", "word grade"),
    (r"rating$", "", "word rating"),
    (r"^(clothing |shirt |t shirt )?size$", "", "word size"),
    (r"^(unit|units|unit (of )?measure|uom)$|unit$", "", "word unit"),
    (r"frequency$|interval( unit)?$|^recurrence$|period$|repeat", "", "word frequency"),
    (r"direction$", "", "word direction"),
    (r"align(ment)?$", "", "word alignment"),
    (r"condition$", "item|product|listing|asset", "word condition"),
    (r"shift$", "", "word shift"),
    (r"provider( name| type)?$", "payment|charge|invoice|billing|transaction", "word gateway"),
    (r"provider( name| type)?$|identity provider$", "", "word provider"),
    (r"gateway$|processor$", "", "word gateway"),
    (r"\bsource( type| name)?$|channel$|medium$|origin$|referrer type$", "", "word source"),
    (r"driver$|adapter$|transport$|mailer$", "", "word driver"),
    (r"format$", "", "word format"),
    (r"(resource|entity|object|subject|target|record|item) (type|kind)$|^resource$", "", "word resource"),
    (r"mode$", "", "word mode"),
    (r"gender$|^sex$", "", "word gender"),
    (r"affiliation$|institution( name)?$|workplace$|university$|employer$", "", "word affiliation"),
    (r"department( name)?$|division$|business unit$", "", "word department"),
    (r"state$|status$", "", "state"),
    (r"status (name|text|label|reason|message|detail)$", "", "word status name"),
    (r"(type|kind|category|class|segment|engine|method)$", "", "word kind"),
    (r"group( name)?$", "", "name team"),
    (r"\btags?( name| list)?$|^(label|labels|topic|topics)$", "", "word tag"),
)  # fmt: skip

# What documents are about, by the words of their column, then by those of their table.
_DOCUMENTS: tuple[tuple[str, str], ...] = (
    ("emails", r"mail|recipient|\b(cc|bcc)\b"),
    ("scopes", r"scope|permission|grant|privilege|competence|abilit"),
    ("roles", r"\broles?\b|\bgroups?\b"),
    ("codes", r"recovery|backup codes|secrets"),
    ("tags", r"\btags?\b|label|keyword|categor|topic"),
    ("uris", r"\b(uri|url|origin|redirect)s?\b"),
    ("addresses", r"\b(ip|network|host)s?\b"),
    ("keyset", r"jwks"),
    ("keys", r"\bkeys\b"),
    ("claims", r"jwt|claim|token|identity"),
    ("headers", r"header"),
    ("errors", r"errors|warnings|backtrace|trace"),
    ("error", r"error|failure|exception"),
    ("changes", r"chang|diff|delta|before|after|old value|new value"),
    ("rules", r"rules|conditions|filters|polic|constraint"),
    ("rule", r"rule|condition|filter|criteri|query|search"),
    ("image", r"icon|logo|image|avatar|photo|picture|thumbnail|banner"),
    ("file", r"\bfile|attachment|upload|document"),
    ("field", r"field data|widget|input|validation|definition|schema"),
    ("fields", r"fields|columns|attributes$"),
    ("extensions", r"extension"),
    ("answer", r"answer|response|submission|form data"),
    ("flags", r"flag|feature|toggle"),
    ("stats", r"\bstats?\b|statistic|count|metric|usage|score|analytic"),
    ("themes", r"themes"),
    ("layout", r"layout|style|design|theme|template"),
    ("place", r"location|coordinate|\bgeo|latitude"),
    ("address", r"address"),
    ("price", r"price|amount|cost|\bfee"),
    ("contact", r"contact|person|owner|customer|author"),
    ("people", r"people|members|participants|authors|contacts"),
    ("schedule", r"schedule|calendar|opening|hours|recurrence|timetable"),
    ("items", r"items|lines|products|cart|basket"),
    ("process", r"process|worker|state of"),
    ("arguments", r"argument|param|input|kwarg|\bargs?\b|serialized|conf$|job data"),
    ("event", r"event|payload|message|body|notification|request|log"),
    ("provider", r"provider"),
    ("channels", r"channel"),
    ("options", r"options|choices|values$"),
    ("settings", r"setting|config|option|preference|propert"),
    ("metadata", r"meta|extra|additional|custom|attribute|info|data|detail"),
)  # fmt: skip

# What things are called, by a word of the column before `name`, else by the table's words, last first.
_CALLED: tuple[tuple[str, str], ...] = (
    ("name codename", "codename"),
    ("name permission", "permission privilege"),
    ("name role", "role"),
    ("word scope", "scope"),
    ("name team", "group team cohort squad guild"),
    ("name team", "department division faculty"),
    ("word plan name", "plan tier subscription"),
    ("word status name", "status state"),
    ("word unit name", "unit measure"),
    ("word genre", "genre"),
    ("word language name", "language culture"),
    ("word currency name", "currency"),
    ("word subject", "subject discipline specialty speciality"),
    ("word continent", "continent"),
    ("word drug", "drug medication medicine ingredient"),
    ("word route", "route"),
    ("word dosing", "frequency dosing"),
    ("word health concept", "concept diagnosis symptom observation allergen disease condition vaccine order_set test"),
    ("word species", "species animal pet breed"),
    ("name queue", "queue pool"),
    ("name tag", "tag keyword hashtag"),
    ("name setting", "setting option preference parameter config configuration variable property env metadata"),
    ("name attribute", "attribute"),
    ("word field name", "column"),
    ("word event name", "webhook hook trigger signal"),
    ("name flag", "flag feature switch toggle experiment"),
    ("word server", "host server node machine instance upstream target worker"),
    ("word resource", "resource entity"),
    ("word weekday", "weekday"),
    ("word month", "month"),
    ("word colour name", "colour"),
    ("name type", "type kind class"),
    ("word country", "country"),
    ("word region", "region province state_province county"),
    ("name city", "city"),
    ("name street", "street"),
    ("word reason", "reason"),
    ("word shift", "shift"),
    ("name app", "app application client"),
    ("word error class", "error exception"),
    ("word backend", "storage bucket"),
    ("word config name", "mapper config"),
    ("word flow", "flow authenticator"),
    ("name metric", "metric indicator"),
    ("name package", "version release package gem rubygem crate library plugin extension module repository repo software dependency component dist"),
    ("name product", "product model item article_no sku merchandise good part variant listing asset equipment"),
    ("name category", "category section shelf catalogue catalog collection subcategory"),
    ("name programme", "session"),
    ("name track", "track"),
    ("name pause", "break pause"),
    ("name paper", "abstract paper contribution submission publication thesis manuscript subcontribution"),
    ("name question", "question"),
    ("name input", "field input"),
    ("name event", "event meeting conference workshop seminar concert webinar occurrence holiday lecture reminder"),
    ("name course", "course lesson class_room module_course training exam curriculum lecture"),
    ("name room", "room"),
    ("name building", "building campus"),
    ("name ward", "ward clinic hospital facility department_of"),
    ("name place", "place venue location site warehouse branch office store shop station stop depot port terminal school"),
    ("name work", "song album film movie book story track_title playlist artwork poem pool series show episode video"),
    ("name article", "article news blog page_title tutorial guide wiki"),
    ("name page", "page menu navigation link"),
    ("name message", "post topic thread question_post ticket issue discussion conversation request feedback complaint suggestion forum dmail"),
    ("name document", "document file attachment template report paper_file folder upload material contract form survey"),
    ("name task", "check job task cron process workflow pipeline dag run schedule monitor backup batch command step operation"),
    ("name device", "device credential key token factor"),
    ("name machine", "sensor router printer camera gateway meter"),
    ("name offer", "discount coupon voucher promotion offer deal award badge prize fee"),
    ("name dish", "dish meal recipe menu_item"),
    ("name label", "label designation marker"),
    ("name stage", "stage phase milestone step"),
    ("name news", "newsletter announcement notification campaign_mail digest alert"),
    ("name project", "project campaign program initiative workspace board realm environment"),
    ("name channel", "channel integration"),
)  # fmt: skip
_CALLED_BY = {word: theme for theme, words in _CALLED for word in words.split()}

_INSTITUTES = frozenset(["affiliation", "university", "institution", "college", "school", "faculty"])
_NAME = re.compile(r"\b(name|title|label|display name|full name|caption|heading|nickname|friendly name|object repr|unresolved)$")
_NOT_A_NAME = re.compile(
    r"\b(user|first|last|middle|family|given|domain|host|file|column|city|country|region|street|bank|account|company|person|owner|author|contact|employee|customer|patient|maiden|mother|field|class|claim|server)\b.* name$|name (format|prefix|suffix)$"
)
_FREE = {Kind.WORDS, Kind.STATUS, Kind.TYPE_REFERENCE, Kind.NAME, Kind.TITLE, Kind.FREE_TEXT, Kind.OTHER, Kind.LOCALE, Kind.CURRENCY, Kind.TIMEZONE, Kind.MIME,
         Kind.COLOUR, Kind.MONEY, Kind.LANGUAGE, Kind.POSITION, Kind.COUNT, Kind.QUANTITY, Kind.CODE, Kind.ID, Kind.FILE_NAME, Kind.SETTING_KEY,
         Kind.HEALTH, Kind.DIAGNOSIS, Kind.EMPLOYER, Kind.COMPANY, Kind.DOMAIN, Kind.VERSION, Kind.PERCENT, Kind.GENDER, Kind.DATE, Kind.PATH, Kind.USER_AGENT,
         Kind.PERSON_NAME, Kind.USERNAME, Kind.REGION, Kind.SLUG, Kind.JOB, Kind.SETTING_VALUE, Kind.COUNTRY, Kind.COUNTRY_CODE}  # fmt: skip
_KEEPS = {
    Kind.FILE_NAME,
    Kind.CODE,
    Kind.SLUG,
    Kind.DOMAIN,
    Kind.VERSION,
    Kind.PATH,
    Kind.COMPANY,
    Kind.USER_AGENT,
    Kind.REGION,
    Kind.GENDER,
}
_READ, _MACHINES = (
    [(re.compile(pattern), frozenset(where.split("|")) - {""}, theme) for pattern, where, theme in rules]
    for rules in ((*_FORMATS, *_NAMED), _FORMATS)
)


def document_of(table: Table, column: Column) -> str | None:
    """What a document is about, or an array of texts; None of anything else."""
    kind, default = bare(column.type), (column.default or "").lstrip()
    if not isinstance(kind, Json | Array) and not (isinstance(kind, Opaque) and kind.name == "hstore"):
        return None
    if isinstance(kind, Opaque):
        return "doc plain"
    listed = isinstance(kind, Array) or default.startswith("'[")
    name = " ".join(re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.name).lower()))  # with its plurals
    for words in (name, phrase(column.name), " ".join(reversed(tokens(table.name.name)))):
        for about, pattern in _DOCUMENTS:
            outline = OUTLINES[about]
            if (
                re.search(pattern, words)
                and not (listed and isinstance(outline, dict))
                and (isinstance(kind, Array) or not (default.startswith("'{") and isinstance(outline, list)))
            ):
                if not isinstance(kind, Array):
                    return f"doc {about}"
                if isinstance(outline[0], str):
                    return str(outline[0])
    return "name label" if isinstance(kind, Array) else "doc texts" if listed else "doc metadata"


def theme_of(table: Table, column: Column, meaning: Meaning, person: bool, locale: str, unique: bool = False) -> str | None:
    """The theme of a text column, also of one that holds arrays of texts; None where its meaning's own generator does better.

    `person`: whether a row of the table is a person, whose name is no thing's.
    """
    kind = bare(column.type)
    if isinstance(kind, Array):
        kind = bare(kind.element)
        if isinstance(kind, Text) and meaning.sensitivity is Sensitivity.SECRET:
            return "name code"
        return document_of(table, column) if isinstance(kind, Text) else None
    if not isinstance(kind, Text):
        return document_of(table, column)
    words, own = phrase(column.name), tokens(table.name.name)
    if meaning.kind in (Kind.TOKEN, Kind.KEY) and re.search(r"\b(url|uri|endpoint)$", words):
        return "name hook"
    if meaning.kind is Kind.JSON_PERSON and (kind.length or 999) >= 250:
        return document_of(table, replace(column, type=Json()))
    if meaning.sensitivity is Sensitivity.SECRET or meaning.kind not in _FREE:
        return None
    if meaning.sensitivity is Sensitivity.DIRECT and meaning.kind is not Kind.OTHER and not _misread(meaning, words, person):
        return None
    if meaning.kind is Kind.REGION and (kind.length or 9) <= 3 and "continent" not in words:
        return "word region code"
    if meaning.kind in (Kind.COUNTRY, Kind.COUNTRY_CODE):
        return f"code alpha{kind.length}" if kind.length in (2, 3) else None
    if (
        person
        and re.fullmatch(r"title|(name )?prefix|salutation", words)
        and any("first name" in phrase(other.name) for other in table.columns)
    ):
        return "word salutation"
    if beside_a_name(words):
        return "word suffix"
    if meaning.kind is Kind.JOB and re.search(r"title|position|job|occupation|profession|rank", words):
        return None
    english = locale.lower().startswith("en")
    found = _read(words, own, meaning.kind)
    if unique and found in ("word queue", "word role", "word setting name", "word permission"):
        found = found.replace("word", "name").removesuffix(" name")
    if unique and found is not None and found.startswith("word kind"):  # what is there once is called something
        found = _called(reversed(words.split())) or found
    if found is not None and not english and found.partition(" ")[0] != "word":
        return None
    return found


def beside_a_name(words: str) -> bool:
    """`Jr.`, `III`: read as a part of a name, but no name."""
    return re.fullmatch(r"(name )?suffix", words) is not None


def _misread(meaning: Meaning, words: str, person: bool) -> bool:
    """A `full_name` of a thing, a `display_name` of a client: names of persons only where rows are persons; and what stands beside a name."""
    if beside_a_name(words) or re.fullmatch(r"(name )?prefix", words):
        return True
    return (
        not person
        and meaning.kind is Kind.PERSON_NAME
        and re.fullmatch(r"(\w+ )?(full|display|short|long|unresolved) name", words) is not None
    )


@lru_cache(maxsize=10_000)
def _read(words: str, own: tuple[str, ...], kind: Kind) -> str | None:
    named = kind in (Kind.NAME, Kind.TITLE, Kind.PERSON_NAME, Kind.SETTING_KEY) or _NAME.search(words) is not None
    if kind is Kind.COMPANY and "label" not in words:
        return "name institute" if {*own} & _INSTITUTES else "name company"
    if kind is Kind.SLUG:
        return "name slug"
    if words == "key" and kind in (Kind.ID, Kind.SETTING_KEY) and {*own} & CONFIGURATION:
        return "word setting name"
    if kind is Kind.SETTING_VALUE and words == "value":
        return "list true|false|10|default|en|50|UTC|light"
    if kind in _KEEPS or (kind is Kind.ID and not named):
        return next((theme for pattern, where, theme in _MACHINES if pattern.search(words) and (not where or where & {*own})), None)
    for pattern, where, theme in _READ:
        if pattern.search(words) and (not where or where & {*own}) and not (named and theme.startswith("text")):
            if named and theme in ("word kind", "name team", "word role", "word plan", "word tag"):
                break
            return _state((*own, *words.split()[:-1])) if theme == "state" else theme
    if (
        named
        and {*words.split()[:-1]} & (PERSON - {"client", "provider", "agent", "parent", "profile", "owner"})
        and words.endswith("name")
    ):
        return "name person"
    if named and not _NOT_A_NAME.search(words):
        return (
            _called([word for word in reversed(words.split()) if word not in ("name", "title", "full")])
            or _called(reversed(own))
            or "name any"
        )
    if kind is Kind.FREE_TEXT:
        return "text description"
    if kind in (Kind.STATUS, Kind.TYPE_REFERENCE):
        return "word kind"
    if kind in (Kind.WORDS, Kind.OTHER):
        if re.search(r"\b(number|no|num|code|ref|reference|sku|serial)$", words):
            return "name sku"
        return _called(reversed(words.split())) or "name any"
    return None


def _called(words: Iterable[str]) -> str | None:
    """The theme of the first word that has one; the items of a form are its questions."""
    words = list(words)
    if words[:1] == ["item"] and {*words} & {"form", "survey", "questionnaire", "registration", "checklist", "agenda"}:
        return "name question"
    if "session" in words and {*words} & {"user", "client", "login", "auth", "web", "offline"}:
        return "word attribute name"
    if words[:1] == ["region"] and "country" in words:
        return "word country"
    return next((_CALLED_BY[word] for word in words if word in _CALLED_BY), None)


def _state(own: tuple[str, ...]) -> str:
    """The states of what a row is: the table's last word speaks first."""
    for word in reversed(own):
        for about, members in _ABOUT:
            if word in members.split():
                return f"word state {about}"
    return "word state"


__all__ = ["beside_a_name", "document_of", "theme_of"]
