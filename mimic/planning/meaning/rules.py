"""What names say: one row per meaning, the first that fits wins.

A rule looks at the words of a column (`words.phrase`), the letter of its type, and the table's context. The order is the
order of harm: what lets one in, what points at a person, what is protected, what narrows down, free text, and then the many
meanings that are harmless but make rows look right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from mimic.planning.meaning.context import Context, head
from mimic.schema import (
    Array,
    Binary,
    Boolean,
    Date,
    Decimal,
    Enum,
    Float,
    Integer,
    Json,
    LogicalType,
    Money,
    Network,
    Range,
    Text,
    Time,
    Timestamp,
    Uuid,
    Vector,
    bare,
)
from mimic.semantics import Kind, Sensitivity

Where = Callable[[Context], bool]

LETTERS: dict[type, str] = {
    Text: "t", Integer: "i", Decimal: "n", Float: "n", Money: "n", Boolean: "b", Date: "d", Timestamp: "s", Time: "m", Json: "j",
    Binary: "x", Uuid: "u", Network: "w", Enum: "e", Vector: "v",
}  # fmt: skip


def letter(kind: LogicalType) -> str:
    """One letter for a family of types: t text, i whole and n other numbers, b boolean, d date, s timestamp, m time of day, j JSON,
    x bytes, u uuid, w network address, e enum, v search words, o anything else. An array counts as its elements."""
    kind = bare(kind)
    while isinstance(kind, Array | Range):
        kind = bare(kind.element)
    return LETTERS.get(type(kind), "o")


def _everywhere(_: Context) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    kind: Kind
    sensitivity: Sensitivity
    pattern: str
    types: str = "t"
    unless: str = ""
    where: Where = _everywhere
    confidence: float = 0.9

    @cached_property
    def finds(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{self.pattern})\b")

    @cached_property
    def spares(self) -> re.Pattern[str] | None:
        return re.compile(rf"\b(?:{self.unless})\b") if self.unless else None

    def fits(self, words: str, kind: str, context: Context) -> bool:
        return (
            kind in self.types
            and self.finds.search(words) is not None
            and not (self.spares and self.spares.search(words))
            and self.where(context)
        )


# A last word that turns a secret or a person's detail into a fact about it: `token type`, `email verified`, `password policy`.
ABOUT = (
    r"(?:type|method|policy|count|counter|state|status|enabled|disabled|allowed|required|algorithm|alg|digit|period|length|limit|lifespan|lifetime|"
    r"expires?|expired|expiry|expiration|ttl|version|format|template|label|endpoint|provider|theme|flow|level|attempt|verified|confirmed|"
    r"notification|preference|setting|option|scope|prefix|kind|source|domain|column|field|usage|validity|age|name|number|used|size|strength|rule|"
    r"model|pattern|regex|mode|category|group|role|permission|table|page|handler|class|config|param|parameter|header|reset)$"
)


def _personal(c: Context) -> bool:
    return c.personal


def _person(c: Context) -> bool:
    return c.person


def _outside_places(c: Context) -> bool:
    """Where an address, a city, a country is a person's: not in lists of places, unless persons' rows point at them."""
    return c.personal_place or c.personal or not (c.place or c.definition)


S, D, P, Q, T, N = (
    Sensitivity.SECRET, Sensitivity.DIRECT, Sensitivity.SPECIAL, Sensitivity.QUASI, Sensitivity.TEXT, Sensitivity.NONE,
)  # fmt: skip
K = Kind

AUDITORS = r"(?:created|creator|updated|modified|deleted|changed|added|edited|approved|reviewed|requested|submitted|uploaded|assigned|locked|" \
    r"posted|published|invited|rejected|closed|opened|signed|booked|owned|verified|authored|written|inserted|entered|recorded|voided|retired) by"  # fmt: skip

SECRETS = (
    Rule(K.TOKEN, S, r"(?:reset|recover\w*|forgot\w*|change|remember|one time) password (?:\w+ )?(?:token|code|hash|link|uuid|nonce)|"
         r"password (?:reset|recover\w*|change|forgot\w*|remember|confirmation) (?:\w+ )?(?:token|code|hash|link|uuid|string|nonce|digest)", "txu", unless=ABOUT),
    Rule(K.PASSWORD, S, r"password|salt|pepper|passcode", "txj", unless=ABOUT),
    Rule(K.PASSWORD, S, r"pin|cvv|security code", "ti", unless=ABOUT + r"|pin (?:to|type|by|order|position|index|priority|level)|is pin|response",
         where=lambda c: not (c.place or head(c.words) == "address")),
    Rule(K.PASSWORD, S, r"(?:secret|security|recovery) (?:question|answer)|password (?:hint|answer|question)", "tx"),
    Rule(K.SESSION, S, r"session (?:id|key|token|data|hash|secret|cookie|state|blob)|session$|cookie|csrf(?: token)?|xsrf|sid", "tujx",
         unless=ABOUT + r"|session (?:type|title|cookie (?:name|policy))|sid$(?<!^sid)|cookie (?:consent|policy|banner)",
         where=lambda c: not c.place),
    Rule(K.TOKEN, S, r"token|jwt|bearer|jti secret|nonce secret", "txuj", unless=ABOUT + r"|token (?:at|on|url|id|date|time|auth (?:method|type|alg\w*|signing)|endpoint auth|uri)|store token|\bid$"),
    Rule(K.TOKEN, S, r"(?:otp|totp|mfa|two factor|2 fa|backup|recovery|one time|verification|verify|confirmation|confirm|activation|auth|authorization|"
         r"invite|invitation|reset|access|sms|login|device|user|upgrade|redemption|redeemable|redeem|unlock|claim|pairing) code|code (?:challenge|verifier)|otp", "txi",
         unless=ABOUT + r"|device code|confirmation code (?:sent|at)|code challenge method"),
    Rule(K.TOKEN, S, r"^(?:code|code hash)$", "txu",
         where=lambda c: bool({"upgrade", "invite", "invitation", "activation", "recovery", "backup", "verification", "otp", "reset", "confirmation"}
                              & set(c.words))),
    Rule(K.KEY, S, r"totp|hotp|mfa (?:secret|seed)|(?:otp|totp|2 fa|mfa) seed", "txj", unless=ABOUT + "|totp (?:at|created|date)"),
    Rule(K.KEY, S, r"secret", "txuj", unless=ABOUT + r"|secret (?:id|santa|question|answer)"),
    Rule(K.KEY, S, r"(?:api|access|private|priv|signing|sign|encryption|encrypted|encrypt|auth|authentication|hmac|master|service|ssh|gpg|pgp|webhook|"
         r"security|app|application|client|consumer|shared|symmetric|rsa|license|licence|activation|registration|account|hashed|stream|ping|badge|"
         r"recovery|publishable|public|deploy|storage|vapid|aes|tls|ssl) key(?: (?:hash|hashed|readonly|value|data|encrypted|pem|material|id|2|1|old|new|current))?", "txuj",
         unless=ABOUT + r"|public key (?:id|name)|client key id|key id$(?<!access key id)"),
    Rule(K.KEY, S, r"^(?:key|key hash|hashed key|hash|value|material)$", "txuj",
         where=lambda c: c.words[-1:] == ("key",) and bool({"api", "access", "auth", "ssh", "gpg", "deploy", "signing", "encryption", "public", "private", "host"}
                                                            & set(c.words))),
    Rule(K.KEY, S, r"credential(?: (?:data|json|value|blob|hash))?$|credential (?:data|secret)|private pem|keystore|connection string|dsn|kubeconfig|htpasswd",
         "txj", unless=r"credential (?:id|type|name|label|provider)"),
    Rule(K.KEY, S, r"^data$", "txj", where=lambda c: bool({"credential", "secret", "keystore"} & set(c.words))),
    Rule(K.SESSION, S, r"^(?:data|payload|value|content|note|state)$", "txj", where=lambda c: c.session and not c.place and not c.content
         and bool(set(c.words) & {"user", "client", "login", "web", "offline", "http", "php", "django"}), confidence=0.75),
    Rule(K.TOKEN, S, r"webhook(?: url)?|hook url|callback secret|slack url|incoming url", "t", unless=r"webhook (?:id|name|type|event|status)" + "|" + ABOUT),
    Rule(K.TOKEN, S, r"^(?:url|target url|endpoint)$", "t", where=lambda c: bool({"webhook", "hook"} & set(c.words))),
    Rule(K.TOKEN, S, r"hash|digest", "txu", unless=ABOUT, where=lambda c: "token" in c.words, confidence=0.8),
    Rule(K.TOKEN, S, r"fingerprint hash|verifier|challenge$|assertion$", "txj", where=lambda c: bool({"auth", "oauth", "webauthn", "login", "mfa"} & set(c.words)),
         confidence=0.7),
    Rule(K.TOKEN, S, r"(?:multipass|sso|auth|authentication|login|oauth|credential) (?:data|json|blob|payload)$", "txj",
         where=lambda c: c.account or c.personal or bool({"auth", "oauth", "sso", "saml", "identity", "login"} & set(c.words)), confidence=0.5),
    Rule(K.SESSION, S, r"challenge data|session data|session json|web authn session data", "txj"),
)  # fmt: skip

# What is sent to people as a link nobody can guess.
_SENT = frozenset(
    [
        "invitation",
        "invite",
        "registration",
        "agreement",
        "survey",
        "ticket",
        "share",
        "submission",
        "rsvp",
        "poll",
        "questionnaire",
        "quote",
        "abstract",
        "booking",
        "reservation",
        "consent",
        "subscription",
        "unsubscribe",
        "signup",
        "waitlist",
    ]
)
# Keys of what is stored or switched name things.
_STORED = frozenset(
    {"blob", "file", "storage", "asset", "upload", "attachment", "media", "feature", "flag", "flipper", "cache", "lock", "translation"}
)
LINKS = (
    Rule(K.TOKEN, S, r"uuid|guid|^uid$", "ut", where=lambda c: bool(_SENT & set(c.words)) and not c.definition, confidence=0.5),
    Rule(K.TOKEN, S, r"(?:ticket|invitation|share|public|unsubscribe|download|secret|access) (?:uuid|guid|hash|link id)", "ut", confidence=0.6),
    Rule(K.TOKEN, S, r"^code$", "u", confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:parent|previous|successor|value)$", "t", where=lambda c: c.words[-1:] == ("token",), confidence=0.6),
    Rule(K.TOKEN, S, r"^(?:value|target|destination|config|setting)$", "tj", confidence=0.6,
         where=lambda c: c.words[-1:] in (("channel",), ("integration",), ("destination",), ("notifier",), ("subscription",))),
    Rule(K.IP, D, r"^(?:value|key|identifier|client|subject)$", "t", confidence=0.6,
         where=lambda c: bool({"limit", "limiter", "limiting", "throttle", "bucket", "tokenbucket", "ban", "blacklist", "blocklist", "lockout"} & set(c.words)) and not c.definition),
    Rule(K.SESSION, S, r"^login id$", "ut", where=lambda c: c.session),
    Rule(K.KEY, S, r"(?:raw|base|server|smtp|connection|auth|provider|integration|storage|mail|database|plugin|app|ldap|service) (?:base )?config(?: json| data)?$", "tj",
         unless="id$|auth config$", confidence=0.6),
    Rule(K.KEY, S, r"^(?:extra|config|credential|uri|url|dsn|option|parameter)$", "tj", where=lambda c: c.words[-1:] == ("connection",), confidence=0.7),
    Rule(K.KEY, S, r"key$", "t", confidence=0.5,
         unless=r"(?:primary|foreign|sort|cache|cron|concurrency|file|storage|object|partition|natural|business|idempotency|routing|message|translation|i 18 n|setting|config|option|metadata|property|map|group|index|unique|issue|"
                r"project|s 3|dedup\w*|lookup|parent|queue|job|event|shard|slug|url|image|path|resource|external|item|field|label|name|language|category|entity|record|row|surrogate|composite|range|order|search|id|"
                r"source|target|type|locale|text|template|feature|flag|task|dag|run|pool|variable|content|attribute|parameter|tag|module|service|widget|menu|page|block|param|dedupe|hot|turn|piano|answer|product|customer|"
                r"dimension|date|time|fact|alternate|currency|geography|territory|promotion|employee|reseller|account|department|organization|scenario|blob|variant|variation|upload|attachment|import|feature|toggle|legacy (?!regist)\w+|map|data|rate|lock|log|build|step|node|asset|model) key",
         where=lambda c: not (c.pairs or c.definition or c.configuration or _STORED & set(c.words)) and bool(c.words)),
)  # fmt: skip

# Values of key-value tables: what they say depends on the key, so the table decides.
VALUES = r"^(?:value|long value|text value|string value|value text|value string|property value|setting value|option value|config value|attribute value|value reference|value raw|val|meta value|metadata value|long value hash.*)$"
_SECRET_PLACES = frozenset(
    [
        "program",
        "module",
        "portal",
        "auth",
        "authenticator",
        "client",
        "identity",
        "provider",
        "federation",
        "smtp",
        "component",
        "global",
        "system",
        "site",
        "server",
        "app",
        "application",
        "credential",
        "integration",
        "connection",
        "ldap",
        "oauth",
        "saml",
        "realm",
        "service",
        "email",
        "payment",
        "gateway",
        "api",
        "secret",
        "core",
        "admin",
        "plugin",
    ]
)
KEY_VALUES = (
    Rule(K.SESSION, S, VALUES, "txj", where=lambda c: c.session and "note" in c.words),
    Rule(K.KEY, S, VALUES, "txj", where=lambda c: head(c.words) == "config" and bool(set(c.words) & _SECRET_PLACES) and "mapper" not in c.words, confidence=0.6),
    Rule(K.OTHER, P, VALUES, "tnidsx", where=lambda c: c.health and not c.definition, confidence=0.8),
    Rule(K.OTHER, D, VALUES, "txj", where=lambda c: c.personal and not c.definition and not ({"mapper"} & set(c.words)), confidence=0.8),
    Rule(K.KEY, S, VALUES, "j", where=lambda c: c.configuration and not c.personal, confidence=0.5),
    Rule(K.KEY, S, VALUES, "txj",
         where=lambda c: (c.configuration or head(c.words) in ("config", "attribute")) and bool(set(c.words) & _SECRET_PLACES) and not ({"mapper", "protocol", "scope", "action"} & set(c.words)),
         confidence=0.6),
)  # fmt: skip

DIRECT = (
    Rule(K.USERNAME, D, r"login name|username|user name|user login|login username|screen name|login|handle|nickname|twitter username|account name|gh login|preferred username|sam account name|upn|user principal name|jabber|skype|icq|discord|telegram|mastodon|twitter|instagram|facebook|linkedin|github|gitlab",
         "t", unless=ABOUT.replace("|name", "") + r"|login (?:id|ip|at|url|theme|token|page|count|date|time|hint)|(?:url|id|at|repo|repository|html|bg|sha|ref|handler)$|last login|first login|reset|allowed|reg|as",
         where=lambda c: not (c.company or c.definition) or c.personal),
    Rule(K.URL_PROFILE, D, r"(?:twitter|instagram|facebook|linkedin|github|gitlab|mastodon|social|xing|youtube|profile|personal|blog|portfolio) url", "t",
         unless=r"image|photo|avatar|icon|picture"),
    Rule(K.EMAIL, D, r"email", "tjx", unless=ABOUT.replace("|domain", "").replace("|notification", "") + r"|email (?:as|id|on|at|sent|domain|subject|body|text|html|message|content|job|log|per|by|hash type|address type|type|verification|confirmation|optional|logo|signature)|(?:reg|verify|trust|hide|duplicate|per|send|allow|login with) email|email (?:box|server|host|port|backend|imap|smtp|pop|folder|box \w+)|theme|subject|body"),
    Rule(K.EMAIL, D, r"(?:reply to|recipient|sender|from|to|cc|bcc|notification|return path)(?: address)?$", "t",
         where=lambda c: bool({"email", "mail", "message", "notification", "newsletter", "reminder", "smtp", "dmail"} & set(c.words)), confidence=0.8),
    Rule(K.EMAIL, D, r"(?:sender|recipient|reply to|from|to|cc|bcc) address|manager notification recipient|relate to", "t", confidence=0.75),
    Rule(K.EMAIL, D, r"address", "t", unless="ip|mac|url|wallet|contract", where=lambda c: "email" in c.words),
    Rule(K.MAC, D, r"mac address|mac|bssid|bluetooth address|hardware address|hw address|ethernet", "tw", unless="mac (?:os|version|key)|macos"),
    Rule(K.IP, D, r"ip|ip address|remote address|remote host|client address|host address|peer address|last ip.*|x forwarded for|source ip|src ip|dst ip|forwarded|ips", "tw",
         unless=r"(?:ip|address) (?:type|version|family|range type|count|limit)$|ship|ip policy|whitelist enabled", where=lambda c: not c.definition),
    Rule(K.IP, D, r"locked by", "t", where=lambda c: bool({"lock", "changelog", "databasechangelog", "databasechangeloglock"} & set(c.words))
         or any(word.endswith("lock") for word in c.words)),
    Rule(K.IP, D, r".*", "w", confidence=0.7, where=lambda c: True),
    Rule(K.PHONE, D, r"phone|mobile|fax|whatsapp|msisdn|pager|cell number|contact number|sms number|call number|mobile number", "tin",
         unless=ABOUT.replace("|number", "") + r"|mobile (?:app|device|version|url|os|friendly|view|theme|token|banner|image)|phone (?:confirmed|at|code|id|type|model|brand)|(?:device|is|on|show) (?:mobile|phone)|country code|change sent|call limit"),
    Rule(K.PHONE, D, r"^extension$", "t", where=_person, confidence=0.7),
    Rule(K.NATIONAL_ID, D, r"national id|national identification|identity (?:card|number|document)|id card|id number|id card number|social security|social insurance|ssn|"
         r"nhs number|medicare|medicaid|health (?:card|insurance) number|insurance (?:number|no|policy number)|citizen id|civil id|personal (?:number|code|id number)|national number|"
         r"person number|fiscal code|nir|rfc|birth certificate|medical record number|mrn|patient identifier|driving licence|drivers? licence|driver license|dl number|"
         r"voter id|immigration number|alien number|visa number|residence permit|document number", "ti",
         unless=r"type$|country$|state$|expiry|expires?|issued|date"),
    Rule(K.NATIONAL_ID, D, r"^identifier$", "t", where=lambda c: bool({"patient", "person", "citizen"} & set(c.words))),
    Rule(K.PASSPORT, D, r"passport", "ti", unless=r"expir\w*|country|issued|date|type"),
    Rule(K.TAX_ID, D, r"tax (?:id|number|no|reference|identifier|payer id)|taxpayer|ein|tin|vat (?:id|number)|itin|utr", "ti", unless="type|rate|class",
         where=lambda c: not c.company, confidence=0.85),
    Rule(K.LICENCE_PLATE, D, r"licence plate|plate (?:number|no)|plate|registration plate|vehicle registration|vin|chassis number", "t", unless="type|plate (?:size|count)"),
    Rule(K.IBAN, D, r"iban", "t"),
    Rule(K.CARD_NUMBER, D, r"(?:credit|debit|payment|bank)? ?card (?:number|no|num)|cc (?:number|no|num)|credit card|pan|card number|account number masked|card last 4|last 4|last four|card digit", "ti",
         unless=r"type|brand|holder|name|expir\w*|id$|approval"),
    Rule(K.BANK_ACCOUNT, D, r"bank account(?: number| no)?|account (?:number|no)|bank (?:number|details?)|routing (?:number|no)|sort code|bank info|payment account|paypal|venmo|wallet address|bitcoin address|crypto address|bic|swift(?: code)?",
         "ti", unless="type|name|status|id$|account number type"),
    Rule(K.DEVICE_ID, D, r"device (?:id|identifier|uuid|token|serial|fingerprint|uid)|imei|imsi|idfa|gaid|udid|advertising id|aaid|android id|browser fingerprint|"
         r"fingerprint|serial number device|push id|registration id|installation id|meid|iccid|visitor id|machine id", "tux",
         unless="type|name", where=lambda c: not c.place),
    Rule(K.DEVICE_ID, D, r"imei|imsi|meid|iccid|serial number device", "i", unless="type|name", where=lambda c: not c.place),
    Rule(K.DEVICE_ID, D, r"credential id", "tx", unless="type|name", where=lambda c: not c.place),
    Rule(K.DEVICE_ID, D, r"^(?:external id|credential)$", "tux", where=lambda c: "webauthn" in c.words),
    Rule(K.ACCOUNT_ID, D, r"(?:github|gh|gitlab|google|facebook|twitter|linkedin|apple|microsoft|azure|amazon|slack|discord|telegram|stripe|paypal|braintree|oauth|openid|saml|ldap|"
         r"ad|sso|external|remote|federated|foreign|third party|social|steam|twitch|spotify|webauthn|orcid|wechat|weibo|qq|line|kakao|vk|salesforce|hubspot|zendesk|intercom|auth 0|firebase|cognito|okta|keycloak|broker)"
         r"(?: user| account| customer| subject| profile)? ?(?:id|uid|uuid|sub|subject|identifier|user id|customer)$", "tiun",
         where=lambda c: (c.personal or c.account) and not c.company),
    Rule(K.ACCOUNT_ID, D, r"orcid|openid|subject id|sub|external user|broker user id|federated user id|distinguished name|provider user id|owner id external|repository owner id|namespace id", "tiun",
         unless="type", where=lambda c: not c.definition and not c.place),
    Rule(K.ACCOUNT_ID, D, r"^(?:uid|identifier|provider id|subject|sub|account id|customer id|provider uid|external id)$", "ti",
         where=lambda c: bool({"identity", "oauth", "federated", "social", "login", "subscription", "provider"} & set(c.words)) and not c.configuration, confidence=0.75),
    Rule(K.IMAGE, D, r"avatar|photo|portrait|selfie|mugshot|headshot|profile (?:image|picture|pic|photo)|signature (?:image|svg|data|file)|face (?:image|encoding|embedding)|user image|passport scan|id scan", "txj",
         unless=r"(?:count|type|width|height|size|at|id|alt|status|credit|caption|mime)$", where=lambda c: not (c.company and not c.personal)),
    Rule(K.IMAGE, D, r"picture|image(?: url| path)?|thumbnail|profile pic|signature", "tx", unless=r"(?:count|type|width|height|size|at|id|status)$", where=_person),
    Rule(K.USERNAME, D, AUDITORS + r"|repository owner|author login", "t", unless="(?:id|type)$", where=lambda c: not c.definition, confidence=0.8),
    Rule(K.USERNAME, D, r"^namespace$", "t", where=lambda c: bool({"gitlab", "github", "repository", "publisher", "trustpub", "registry"} & set(c.words)) and not c.definition, confidence=0.6),
    Rule(K.USERNAME, D, r"(?:user|owner|editor|author|commenter|poster|creator) display name|display name user", "t"),
    Rule(K.FIRST_NAME, D, r"first name|name first|middle name|name middle|name given|first middle|middle initial|second name|initials?|preferred name|call name|first initial", "t",
         unless=r"first name (?:required|label)|(?:file|domain|host|product) name"),
    Rule(K.LAST_NAME, D, r"last name|name last|family name(?: 2| prefix| suffix)?|maiden name|surname|mother name|paternal|maternal|name suffix|family name prefix|second last name", "t",
         where=lambda c: not c.definition),
    Rule(K.FIRST_NAME, D, r"^first$|^middle$", "t", where=_person), Rule(K.LAST_NAME, D, r"^last$|^name suffix$|^suffix$", "t", where=_person),
    Rule(K.PERSON_NAME, D, r"full name|real name|legal name|birth name|name full|person name|name person|contact name|contact person|contact(?: full)? name|name contact|emergency contact|next of kin|"
         r"(?:customer|client|employee|user|patient|student|teacher|doctor|author|owner|member|recipient|guest|driver|player|billing|shipping|ship|ship to|bill to|card|cardholder|card holder|account|account holder|"
         r"beneficiary|payee|payer|passenger|spouse|father|parent|guardian|child|kid|manager|supervisor|requester|reporter|assignee|approver|reviewer|speaker|artist|actor|director|composer|creator|"
         r"sender|receiver|buyer|seller|agent|signer|signatory|applicant|candidate|nurse|physician|provider|booked for|on behalf of|visitor|caller|attendee|subscriber|donor|landlord|tenant|witness) (?:full )?name",
         "t", unless=r"(?:provider|agent|account|client|artist|owner|parent|manager) name$(?<!artist name)(?<!manager name)|file name|company|class name|host name|type",
         where=lambda c: not c.definition),
    Rule(K.PERSON_NAME, D, r"cardholder|card holder|account holder|holder name|name on card|composer|author|salesperson|sales rep|spokesperson|booked for|attention|attn|care of|next of kin|beneficiary|signatory|"
         r"lyricist|ceo|contact$|undersigned|landlord|accountholder|owner name|reported by|rejected by|signed by", "t", unless=r"(?:id|url|email|phone|at|type|count|score|notes?|bio)$",
         where=lambda c: not c.definition, confidence=0.8),
    Rule(K.PERSON_NAME, D, r"head of (?:state|government)|headofstate|headofgovernment|president(?: name)?$|prime minister|chancellor|monarch|mayor(?: name)?$|governor(?: name)?$", "t",
         unless=r"(?:id|url|type|count|title|date|party|office)$", confidence=0.8),
    Rule(K.USERNAME, D, r"^(?:author|owner|user|creator|committer|uploader|assignee|reporter|operator|editor|executor|requester|submitter|whodunnit|actor|changed by|username)$", "t",
         where=lambda c: c.log or c.content or c.personal or any("changelog" in word for word in c.words), confidence=0.7),
    Rule(K.PERSON_NAME, D, r"^(?:name|display name|name display|full|label name|other name|original name|desired name|former name|alternative name|alternate name|sort name|name 1|name 2|known as|alias)$", "t", where=_person),
    Rule(K.USERNAME, D, r"^(?:original name|desired name|old name|new name|former name)$", "t", where=_personal, confidence=0.7),
    Rule(K.STREET, D, r"street|street address|address line|address(?: line)? ?\d*|address line \d+|house (?:number|name)|building number|apartment|apt|flat number|po box|address street|"
         r"(?:billing|shipping|home|work|mailing|delivery|postal|residential|permanent|current|ship|bill|postcode) (?:address|street)", "tj",
         unless=r"(?:type|id|status|kind|name type|verified|count|format|label)$|email|ip address|mac|memory|contract|wallet|server|host|web|url|bind|listen|network|base|address type",
         where=lambda c: _outside_places(c) and not ({"event", "server", "network", "host"} & set(c.words) and not c.personal)),
    Rule(K.COORDINATES, D, r"latitude|longitude|coordinates|geo location|gps|geolocation|home location|position geo|latlong", "tno",
         where=lambda c: (c.personal or "address" in c.words) and not c.place),
    Rule(K.URL_PROFILE, D, r"homepage|website|web page|personal page|blog|profile link|site url|home url|repository|home page|personal site|wiki|code url|bug url|source code url", "t",
         unless=r"(?:id|type|name|count|title|enabled|owner|slug|version|body|page id)$", where=lambda c: not ((c.company and not c.personal) or c.place or c.definition or c.configuration), confidence=0.75),
    Rule(K.URL_PROFILE, D, r"^(?:url|source url|page url|original url|replacement url|referer url|referrer url|referer|referrer|refer url|http referer|visited url|uri)$", "tj",
         where=lambda c: (c.person or c.personal or c.content or bool({"upload", "url", "visit", "artist"} & set(c.words))) and not c.configuration, confidence=0.6),
    Rule(K.URL_PROFILE, D, r"^source$", "tj", where=lambda c: (c.content or bool({"upload", "post", "artist", "artwork", "picture", "media"} & set(c.words))) and not c.configuration, confidence=0.5),
    Rule(K.JSON_PERSON, D, r"(?:user|identity|person|customer|patient|profile|registration|registrant|contact|account|employee|member|raw user meta|claims?|owner|applicant|billing|shipping|trustpub) "
         r"(?:data|info|metadata|json|details?|attributes?|claims?|profile|payload|fields?)|user metadata|raw user metadata|raw user metadata data|userinfo|claims|vcard|resume|cv|audited change|object change|merged data|exif", "tjo",
         unless=r"(?:url|id|type|count|size)$|file name"),
    Rule(K.JSON_PERSON, D, r"^(?:payload|data|detail|details? json.*|info|info data|additional|additional data|extra|extra data|metadata|event data|body|raw|raw data|object|object data|record|representation|changes?|diff|old|new|old values?|"
         r"new values?|before|after|old data|new data|row data|snapshot|request|response|context|content|message data|custom data|custom fields?|form data|fields?|values?|profile|attributes?|document|input|result)$", "jo",
         where=lambda c: (c.personal or c.log or c.account or c.content or bool({"payment", "transaction", "media", "submission", "form", "registration", "order"} & set(c.words)))
         and not (c.configuration or c.definition), confidence=0.65),
    Rule(K.JSON_PERSON, D, r"^(?:payload|details? json.*|representation|audited change|old values?|new values?|row data|event data|raw data)$", "t", where=lambda c: c.log, confidence=0.65),
    Rule(K.JSON_PERSON, D, r".* data$|.*details?$|.* payload$", "jo", where=lambda c: c.account and not c.definition, confidence=0.6),
    Rule(K.OTHER, D, r"^identifier$", "t", where=lambda c: c.personal or bool(_SENT & set(c.words)), confidence=0.6),
    Rule(K.IMAGE, D, r"^(?:attachment|scan|image|document)$", "x", where=lambda c: c.personal or bool(_SENT & set(c.words)), confidence=0.6),
    Rule(K.OTHER, D, r"contact info|contact information|contact details?|no access contact|access contact|contact data|cert chain|certificate holder|social (?:links?|profiles?)", "tj"),
)  # fmt: skip

SPECIAL = (
    Rule(K.DIAGNOSIS, P, r"diagnosis|icd|icd 9|icd 10|condition (?:name|description|text|non coded)|cause of death.*|disease|comorbidity|disorder", "tije", unless=r"(?:id|date|count|at|type id)$",
         where=lambda c: not c.definition),
    Rule(K.RELIGION, P, r"religion|religious|faith|denomination|church|parish|caste|confession", "tei", unless="currency denomination", where=lambda c: not c.place and not c.definition),
    Rule(K.ETHNICITY, P, r"ethnicity|race|racial|tribe|skin (?:colour|tone)|ancestry|ethnic group", "tei", where=lambda c: c.personal and not c.definition),
    Rule(K.OTHER, P, r"political (?:party|affiliation|view|opinion)|politics|party affiliation|trade union|union member(?:ship)?|sexual orientation|orientation sexual|sexuality|criminal|conviction|offen[cs]e|felony|arrest|"
         r"biometric|fingerprint (?:template|image|data)|iris|retina|faceprint|voiceprint|dna|genome|genotype|genetic", "teijbx", unless="(?:id|at|count)$", where=lambda c: not c.definition),
    Rule(K.HEALTH, P, r"blood (?:type|group|pressure)|allergy|allergies|allergen\w*|medication|medical|health|symptom|disability|disabled reason medical|handicap|vaccin\w+|immuni[sz]ation|pregnan\w*|smoker|smoking|"
         r"alcohol|drug use|bmi|heart rate|glucose|hiv\w*|cancer|treatment|therapy|surgery|clinical|prescription|dosage|mental|psychiatr\w*|illness|injury|insulin|cholesterol|hl 7 data|prognosis|triage|lab result|test result|vital",
         "tenijb", unless=r"(?:id|at|count|url|uuid|type id|status at)$|health ?check|health (?:status|check|endpoint|url|score)|healthy", where=lambda c: (c.personal or c.health or c.employment) and not c.definition),
    Rule(K.HEALTH, P, r"^(?:value.*|result.*|finding|dose|dosing instruction|instruction|quantity|strength taken|duration|interpretation|laterality|severity|reaction.*|certainty|verification status|onset.*|"
         r"additional detail|non coded.*|.*non coded|brand name|clinical.*|as needed condition|outcome|history|chief complaint|note clinical|end date condition|finding.*|impression|plan|assessment|measure.*|reading|observation.*|procedure.*|vital.*)$",
         "tendsji", where=lambda c: c.health and not c.definition, confidence=0.75),
    Rule(K.HEALTH, P, r"^(?:end date|start date|onset date|status)$", "ds", where=lambda c: bool({"condition", "diagnosis", "allergy", "symptom"} & set(c.words)) and not c.definition, confidence=0.7),
)  # fmt: skip

QUASI = (
    Rule(K.BIRTH_DATE, Q, r"birth (?:date|time|year|month|day)|birth$|date (?:of )?birth|year (?:of )?birth|(?:date|day|month|year|time|place) (?:of )?birth", "tdsimn", unless="estimated|verified|city|place|name|country|state"),
    Rule(K.DATE_OF_DEATH, Q, r"death (?:date|time|year|month|day)|death$|date (?:of )?death|death date.*", "tdsimnb", unless="estimated|cause|city|country|state|count|star"),
    Rule(K.AGE, Q, r"^(?:age|age year|age group|age range|age band|current age|patient age|customer age|user age)$", "tin", where=lambda c: not c.definition),
    Rule(K.GENDER, Q, r"gender|pronouns|salutation|title (?:of )?courtesy|title (?:of )?salutation|name prefix|honorific", "teibn", where=lambda c: not c.definition),
    Rule(K.GENDER, Q, r"^(?:prefix|title)$", "tei", where=lambda c: c.person and bool({"name"} & set(c.words)), confidence=0.7),
    Rule(K.GENDER, Q, r"^title$", "ei", where=_personal, confidence=0.7),
    Rule(K.NATIONALITY, Q, r"nationality|citizen(?:ship)?|country (?:of )?(?:birth|origin|citizenship)|birth country code|passport country|immigration status|visa status", "tei"),
    Rule(K.MARITAL_STATUS, Q, r"marital(?: status)?|married|civil status|relationship status|spouse|number (?:of )?(?:children|dependents?)|dependents?|total children|children (?:at )?home", "teibn", unless=r"(?:name|phone|email|date|number|address|job|employer)$(?<!children number)", where=lambda c: not c.definition),
    Rule(K.EDUCATION, Q, r"education(?: level)?|degree|highest degree|qualification|diploma|alma mater|school name|university|academic (?:title|degree)|gpa|grade point", "tei", unless="(?:id|count)$|degree (?:angle|celsius)",
         where=lambda c: c.personal and not c.place),
    Rule(K.JOB, Q, r"job title|job|occupation|contact title|position title|profession|job (?:role|function|description)|department name|seniority|hire date|hired (?:at|on)|date (?:of )?hire(?:d)?|employment (?:date|type|status|start|end)|"
         r"termination date|start (?:of )?employment|competences?|skill|headline|career|debut|work experience|years? (?:of )?experience|organi[sz]ation level", "tedsjin",
         unless=r"(?:id|uuid|count|at|error|class|status|key|queue|state|payload|type|log|run|name)$(?<!hired at)(?<!employment type)(?<!employment status)|cron|background|job (?:data|arg)",
         where=lambda c: c.personal or c.employment or (not c.log and c.company)),
    Rule(K.JOB, Q, r"^(?:title|position|role title|department|rank|grade|team)$", "te", where=lambda c: c.person, confidence=0.75),
    Rule(K.JOB, Q, r"^title$", "te", where=lambda c: c.employment),
    Rule(K.SALARY, Q, r"salary|pay rate|pay grade|bonus|commission|hourly rate|base pay|gross pay|net pay|yearly income|annual income|net worth|credit score|credit limit|rate (?:per )?hour|pay frequency|rate change date", "tinesd",
         unless="(?:id|type id)$", where=lambda c: c.personal or c.employment),
    Rule(K.SALARY, Q, r"^(?:amount|rate|from date|to date|value|rate change date)$", "inds", where=lambda c: bool({"salary", "payroll", "pay", "compensation"} & set(c.words))),
    Rule(K.JOB, Q, r"^(?:from date|to date|start date|end date|starts? (?:on|at)|ends? (?:on|at)|since|until)$", "ds", where=lambda c: c.employment, confidence=0.75),
    Rule(K.EMPLOYER, Q, r"employer(?: name)?|work company|company(?: name)?|affiliation(?: name)?|organization(?: name)?|workplace|institution(?: name)?|business name|current company", "t",
         unless=r"(?:id|url|type|size|code)$", where=lambda c: (c.personal or c.company or "address" in c.words) and not c.definition, confidence=0.8),
    Rule(K.LANGUAGE, Q, r"language|locale|preferred (?:language|locale)|mother tongue|ui language|language code|spoken language", "tej", unless="(?:id|count)$|programming", where=_person),
    Rule(K.OTHER, Q, r"timezone|time zone|timezone name", "te", where=lambda c: c.person or bool({"profile", "preference", "geolocation", "geoip"} & set(c.words))),
    Rule(K.USER_AGENT, Q, r"user agent|browser(?: name| version)?|http user agent|operating system|os name|os version|device (?:name|model|type|os)|platform name", "tj",
         unless="id$", where=lambda c: c.personal or c.log or c.session or True, confidence=0.8),
    Rule(K.POSTCODE, Q, r"postcode(?: code)?|postal|post code|postcode \d", "tin", unless="format|regex", where=_outside_places),
    Rule(K.CITY, Q, r"city|hometown|home town|birth city|city name|birthplace", "t", unless=r"(?:id|code type|count|area|population)$", where=_outside_places),
    Rule(K.COUNTRY, Q, r"country(?: name| code \d?| code| iso.*|.*code)?|nation", "te", unless=r"(?:id|phone|calling|count|currency)$|calling code|phone code", where=_outside_places),
    Rule(K.REGION, Q, r"region(?: name| code)?|state region|region district|district|county|continent(?: code)?|(?:home|birth|death|billing|shipping|ship|bill|mailing|address|us|customer|city) state|state (?:name|code|abbreviation|abbr)|state region code|administrative area|admin area", "te",
         unless=r"(?:id|count)$", where=lambda c: _outside_places(c) and not ({"aws", "cloud", "server", "bucket"} & set(c.words))),
    Rule(K.CITY, Q, r"location|place|residence|home|where", "t", unless=r"(?:id|type|code|url|count|name|key location)$|key location", where=_person, confidence=0.7),
    Rule(K.COORDINATES, Q, r"latitude|longitude", "tno", where=lambda c: bool({"geolocation", "geoip", "checkin", "visit", "location"} & set(c.words)) and not c.place, confidence=0.7),
    Rule(K.OTHER, Q, r"height|weight|body (?:height|weight)|eye colour|hair colour|shoe size|bats?|throws|handedness|dress size|clothing size|blood donor", "tinej", where=_person, confidence=0.75),
    Rule(K.OTHER, Q, r"favou?rite (?:tag|color|colour|food|team|artist|genre)|interest|hobby|hobbies|search (?:query|term|history)|search$|blacklisted tag|preferences?$|vehicle|number cars owned|cars owned|house owner", "tj", where=lambda c: c.personal and not c.configuration, confidence=0.6),
    Rule(K.OTHER, Q, r"^query$", "t", where=lambda c: "search" in c.words, confidence=0.6),
    Rule(K.OTHER, Q, r"asn|isp|carrier|organization|network", "tiwe", unless="carrier (?:id|tracking)", where=lambda c: bool({"geolocation", "geoip"} & set(c.words))),
    Rule(K.OTHER, Q, r".*date.*|.*datetime.*|start|end|admitted.*|discharged.*|scheduled.*|.* at$|.* on$|accession number", "dst",
         unless=r"created|updated|changed|modified|voided|retired|deleted|date (?:created|changed|voided|retired|updated)|sent|synced", where=lambda c: c.health and not c.definition, confidence=0.6),
)  # fmt: skip


def _written(c: Context) -> bool:
    """Tables whose rows people write: in lists of kinds and in settings, a description is the maker's."""
    return not (c.definition or c.configuration)


TEXTS = (
    Rule(K.FREE_TEXT, T, r"comment|remark|note|message|bio|about|about me|feedback|body|reason|complaint|testimonial|greeting|statement|motivation|cover letter|answer|reply|objection|suggestion|apology|readme|"
         r"(?:message|note|comment|body|description|post|review|reason|content|page) (?:text|html|raw|body|markdown|source|md|plain)|(?:text|html|raw|markdown) (?:body|content|source)|object repr|"
         r"original (?:text|title|description)|translated (?:title|description|text)|final text|pending answer|special request|dietary|wish|message (?:pending|unpaid|complete)|event message|hobby|obituary|memoir", "tjx",
         unless=r"(?:id|at|count|type|code|date|status|by|url|key|uuid|token|number|name|score|level|enabled|format|class|hash|size|language|lang|phone|email|path|kind|category|model|threshold|color|colour|thumb|position|version|subject type|processor)$"
                r"|error message|status message|reason code|message id",
         where=lambda c: not c.definition or c.content),
    Rule(K.FREE_TEXT, T, r"^(?:reason|void reason|retire reason|retired reason)$|(?:rejection|void|retire|retired|cancel\w*|ban|lock|termination|leaving|refund|return|decline|account lock) reason|cancellation reason|lock reason", "t",
         where=lambda c: True),
    Rule(K.FREE_TEXT, T, r"^(?:text|content|html|markdown|summary|subject|abstract|caption|instruction|introduction|explanation|detail|details|question|transcript|transcription|story|speech|letter|review|review text|statement|submission|justification|plot|"
         r"comment text|post|minutes|agenda|diary|journal|label message|friendly name|change message|yank message|user label|label user|narrative|opinion|observation|free text|plain text|signature|memo text|posting|log|description long|long description)$|email (?:subject|body|text|content)|message subject", "tj",
         unless="id$", where=_written),
    Rule(K.FREE_TEXT, T, r"description|short description|full description|about", "t",
         unless=r"(?:id|type|changed|code|url|format|template)$",
         where=lambda c: _written(c) and c.words[-1:] not in (("product",), ("category",), ("film",), ("item",), ("permission",), ("privilege",), ("service",), ("plan",), ("feature",), ("job",), ("task",), ("setting",), ("location",), ("batch",), ("scope",))),
    Rule(K.FREE_TEXT, T, r"^(?:title|topic|headline|subject line|thread title|caption|short message)$", "t", where=lambda c: c.content and not ({"wiki", "album", "film", "movie", "article", "review", "news"} & set(c.words))),
    Rule(K.FREE_TEXT, T, r"file ?name|original file name|attachment(?: name| file name)?|uploaded file|upload file name|document name", "t", unless="extension|size|id$|type|workflow",
         where=lambda c: c.personal or bool({"file", "attachment", "upload", "document", "registration", "template"} & set(c.words)) or "attachment" in c.words, confidence=0.6),
    Rule(K.FREE_TEXT, T, r"^(?:nickname|name|label|friendly name)$", "t", where=lambda c: bool({"credential", "device", "factor", "mfa"} & set(c.words)) and c.personal, confidence=0.5),
    Rule(K.FREE_TEXT, T, r"^(?:data|answer|value|response|response data|field data)$", "j", where=lambda c: bool({"answer", "response", "survey", "field", "form", "request", "questionnaire", "submission"} & set(c.words)) and not c.definition, confidence=0.6),
    Rule(K.FREE_TEXT, T, r"^(?:value|data)$", "t", where=lambda c: bool({"clob", "blob", "text", "answer", "response", "note"} & set(c.words)), confidence=0.6),
    Rule(K.FREE_TEXT, T, r"^(?:query|statement|sql|command)$", "t", where=lambda c: c.log, confidence=0.6),
    Rule(K.FREE_TEXT, T, r"body raw|raw body|request body|response body|email body|raw content|raw email", "tx", confidence=0.75),
    Rule(K.FREE_TEXT, T, r"^info$", "t", where=lambda c: c.log or c.personal or (c.definition is False and c.content), confidence=0.5),
)  # fmt: skip

HARMLESS = (
    Rule(K.TYPE_REFERENCE, N, r".* type$", "te", where=lambda c: False),
    Rule(K.CURRENCY, N, r"currency(?: code| iso| iso code)?", "te"),
    Rule(K.LOCALE, N, r"locale|language(?: code)?|culture", "te"),
    Rule(K.TIMEZONE, N, r"timezone|time zone|olson", "te"),
    Rule(K.COUNTRY_CODE, N, r"country (?:code|iso).*|iso code|alpha 2|alpha 3|code iso|iso 2|iso 3", "te"),
    Rule(K.COUNTRY, N, r"country(?: name)?", "te"),
    Rule(K.CITY, N, r"city(?: name)?", "te"), Rule(K.REGION, N, r"region(?: name| code)?|district|county|continent|state (?:region|name|code)", "te"),
    Rule(K.POSTCODE, N, r"postcode", "ti"), Rule(K.STREET, N, r"street|address(?: line)? ?\d*$|address line \d", "t", unless="email|ip|mac|url|type"),
    Rule(K.LATITUDE, N, r"latitude", "tn"), Rule(K.LONGITUDE, N, r"longitude", "tn"), Rule(K.COORDINATES, N, r"coordinates|geo (?:point|location)", "to"),
    Rule(K.COLOUR, N, r"colour(?: hex| code)?$|(?:background|text|foreground|border|hex|primary|secondary) colour", "te", unless="count"),
    Rule(K.MIME, N, r"mime(?: type)?|content type|media type", "t"),
    Rule(K.VERSION, N, r"^(?:num|number)$", "t", where=lambda c: c.words[-1:] in (("version",), ("release",))),
    Rule(K.VERSION, N, r"version(?: number| name| string)?$|semver|revision$|build version", "te"),
    Rule(K.SLUG, N, r"slug|permalink|url key|url name|seo name|friendly url", "t"),
    Rule(K.HASH, N, r"hash|checksum|digest|md 5(?: sum)?|sha|sha 1|sha 256|sha 512|md 5|etag|crc|fingerprint|hash key", "tx", unless=r"(?:type|algorithm|version|at)$"),
    Rule(K.FILE_NAME, N, r"file ?name|file$|attachment|document", "t", unless="id$|type|format"),
    Rule(K.PATH, N, r"path|directory|folder|file path|dir|file location", "t", unless="id$"),
    Rule(K.IMAGE, N, r"(?:image|photo|picture|logo|icon|avatar|banner|thumbnail|cover|poster)(?: url| uri| path| file)?$", "tx", unless="type|id$|count"),
    Rule(K.DOMAIN, N, r"domain(?: name)?|host ?name|host|fqdn|subdomain|server name", "t", unless="type|id$"),
    Rule(K.URL, N, r"url|homepage|website|endpoint|web page|page url", "t", unless=r"(?:type|method|id|count|name|title)$"),
    Rule(K.SETTING_KEY, N, r"^(?:key|setting|property|name|option|variable|setting key|option name|config key|parameter|meta key|attribute)$", "t", where=lambda c: c.pairs and c.configuration),
    Rule(K.SETTING_VALUE, N, VALUES, "t", where=lambda c: c.pairs and (c.configuration or c.definition)),
    Rule(K.YEAR, N, r"year", "itn", unless=r"(?:count|per|id|number of)$|year (?:to|end)"),
    Rule(K.PERCENT, N, r"percent|ratio|rate|share|discount percent|pct", "nit", unless=r"rate (?:limit|id)|id$"),
    Rule(K.MONEY, N, r"price|amount|cost|total|fee|balance|subtotal|tax|discount|payment|revenue|budget|credit|debit|freight|value|salary|cents|deposit|refund|charge|msrp|margin|profit|due|paid", "in",
         unless=r"(?:count|id|quantity|number|rows|items?|downloads?|time|type|score|points?)$|total (?:count|number|downloads?|score|points?)", confidence=0.7),
    Rule(K.POSITION, N, r"position|ordinal|sort order|sort|rank|sequence|ordering|display order|order index|line number|index|item number|sort key|sort weight|priority|step number|lft|rgt|depth|level", "i", unless="id$"),
    Rule(K.QUANTITY, N, r"quantity|stock|units?|on hand|in stock|capacity|inventory", "in", unless="price|id$"),
    Rule(K.COUNT, N, r"count|number (?:of )?\w+|\w+ number|total \w+|attempts?|retries|visits?|views?|hits|likes?|votes?|downloads?|\w+ cnt|size|points?|score|uses", "in", unless="id$"),
    Rule(K.CREATED, N, r"created|create|inserted|registered|joined|submitted|posted|ordered|order date|added|placed|date (?:created|added|joined|submitted)|opened|issued|applied|sent|occurred|recorded|invoice date|payment date|rental date|timestamp|signup|published", "dst",
         unless="by$|id$|name$|number$"),
    Rule(K.UPDATED, N, r"updated|modified|changed|update|last update|edited|refreshed|last (?:seen|login|used|access\w*|activity|sync|run|modified|edited|sign in at|ping)|date (?:changed|modified|updated)", "dst", unless="by$|id$|name$"),
    Rule(K.DELETED, N, r"deleted|removed|archived|voided|retired|cancell?ed|discarded|revoked|disabled|deactivated|terminated|closed|yanked", "dst", unless="by$|id$|name$|reason$"),
    Rule(K.ENDS, N, r"end|ends|expires?|expired|expiry|expiration|until|to date|due|finish\w*|completed|valid to|deadline|return date|ended|required date|closes|not after|discontinued date", "dsm"),
    Rule(K.STARTS, N, r"start|starts|begin|begins|from date|valid from|effective|started|scheduled|opens|not before|hire date|available", "dsm"),
    Rule(K.DATE, N, r".*", "dsm", confidence=0.5),
    Rule(K.FLAG, N, r".*", "b"),
    Rule(K.STATUS, N, r"status|state|type|kind|category|role|level|mode|method|visibility|gender|priority|severity|phase|stage|action|event|scope|provider|channel|source|format|class|rating|grade|protocol|operation|"
         r"environment|platform|engine|unit|units|theme|layout|tier|plan|segment|group|queue|reason code|result|outcome|adapter|driver|backend|model|app|app label|label type", "te",
         unless=r"(?:id|name|text|note|url|title|reason|message)$", confidence=0.7),
    Rule(K.TITLE, N, r"title|headline|heading|subtitle", "t"),
    Rule(K.COMPANY, N, r"company(?: name)?|brand|manufacturer|publisher|vendor|supplier|employer|organization name|store name|label", "t", unless="id$|type$"),
    Rule(K.COMPANY, N, r"^(?:name|display name|legal name|trade name)$", "t", where=lambda c: c.company),
    Rule(K.CODE, N, r"code|sku|isbn|ean|upc|gtin|barcode|reference|ref|serial(?: number)?|(?:order|invoice|tracking|product|item|part|batch|lot|ticket|model|contract|customer|employee|account|student|policy|catalog|flight|room|course) (?:number|no)|number|abbreviation|symbol|acronym|iata|icao|issn", "t",
         unless=r"source code|id$|name$"),
    Rule(K.NAME, N, r"name", "t"),
    Rule(K.FREE_TEXT, N, r"description", "t", confidence=0.6),
)  # fmt: skip

RULES = (*SECRETS, *LINKS, *KEY_VALUES, *DIRECT, *SPECIAL, *QUASI, *TEXTS, *HARMLESS)


def by_name(words: str, kind: str, context: Context) -> Rule | None:
    """The first rule that fits a column's words, type letter and table."""
    return next((rule for rule in RULES if rule.fits(words, kind, context)), None)


__all__ = ["HARMLESS", "RULES", "Rule", "by_name", "letter"]
