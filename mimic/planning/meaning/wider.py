"""The wider net: what names say less plainly, asked only where no plainer rule of harm fits.

`rules.py` knows how careful schemas call things. Here stands how the others do: halves of names (`to`, `payer`, `name_parts`),
contents of JSON that programs log, columns of tables about health or about one person. A miss costs more than a false alarm,
so a table's subject weighs more here than in `rules.py`; confidence is lower, and the user sees why.
"""

from __future__ import annotations

from mimic.planning.meaning.context import CONFIGURATION, PERSON, Context, head
from mimic.planning.meaning.rules import ABOUT, VALUES, D, K, P, Q, Rule, S, T

_NOT_PEOPLE = {"client", "provider", "agent", "parent", "profile", "operator", "principal", "lead", "cast", "crew", "prospect", "admin", "staff",
               "individual", "human", "personnel"}  # fmt: skip
_MORE = ("payer", "payee", "sender", "receiver", "cardholder", "claimant", "insured", "holder", "bearer", "invitee", "delegate", "mother", "father",
         "kin", "sibling", "child", "assistant", "supervisor", "clerk", "cashier", "referrer", "referee", "nominee", "heir", "trustee", "landlord",
         "surgeon", "therapist", "requester", "reporter", "assignee", "approver", "caller", "addressee", "consignee", "occupant", "host",
         "billing", "shipping", "ship to", "bill to", "invoice to", "sold to", "deliver to", "for", "to", "from", "cc owner", "account holder",
         "card", "cc", "emergency", "emergency contact", "primary contact", "check account", "acc holder", "pet owner")  # fmt: skip
PEOPLE = "|".join(sorted({*PERSON, *_MORE} - _NOT_PEOPLE, key=lambda word: (-len(word), word)))

_AUTH = frozenset({"grant", "oauth", "auth", "authorization", "sso", "oidc", "saml", "otp", "login", "mfa", "2", "factor", "challenge", "identity",
                   "authenticator", "passwordless", "magic"})  # fmt: skip
_FACTORS = frozenset({"u2f", "u", "factor", "totp", "webauthn", "mfa", "second", "authenticator", "passkey", "otp"})
_MAIL = frozenset(
    {"email", "mail", "outbound", "outgoing", "incoming", "newsletter", "mailing", "smtp", "mailer", "inbox", "outbox", "letter", "sms"}
)
_PROGRAM = frozenset({"job", "queue", "task", "webhook", "callback", "call", "request", "event", "outbox", "message", "audit", "log", "logstore",
                      "history", "import", "export", "sync", "payment", "refund", "transaction", "charge", "order", "submission", "form",
                      "response", "delivery", "notification", "record", "activity", "version", "change", "trail"})  # fmt: skip
_MONEY = frozenset(
    {"payment", "transaction", "charge", "refund", "card", "bankcard", "checkout", "payout", "billing", "source", "wallet", "bank"}
)
_SETTING_WORDS = CONFIGURATION | {"data", "global", "site", "core", "system", "app", "general", "table", "value", "my", "main"}


def _any(*words: str) -> frozenset[str]:
    return frozenset(words)


def _says(c: Context, words: frozenset[str]) -> bool:
    return bool(words & set(c.words))


def _settings_alone(c: Context) -> bool:
    """`wp_options`, `core_config_data`: settings of a whole program, the passwords of its services among them."""
    return c.configuration and bool(c.words) and all(word in _SETTING_WORDS or len(word) <= 3 for word in c.words)


def _of_somebody(c: Context) -> bool:
    return (c.person or c.personal) and not (c.definition or c.place)


SECRETS = (
    Rule(K.KEY, S, r"\w+ (?:encrypted|crypted|ciphertext|enc|ssha)$", "tx", where=lambda c: not c.definition, unless=r"is encrypted|(?:body|message|content|file|email|address|name|phone|note|comment) (?:encrypted|enc)$", confidence=0.5),
    Rule(K.TOKEN, S, r"(?:login|signin|sign in|logon|entry|door|gate|unlock|magic|secret|personal|parent|student|teacher|client|member) (?:code|pin)$", "tu", where=lambda c: c.personal or c.person, unless="country|postcode|area", confidence=0.4),
    Rule(K.KEY, S, r"^(?:key|value|secret|content|payload)$", "txj", where=lambda c: head(c.words) == "credential" and not c.definition, confidence=0.6),
    Rule(K.TOKEN, S, r"(?:tracking|open|click|web ?view|preference|optout|manage) (?:hash|token|key|code)$", "tux", where=lambda c: _says(c, _MAIL) or c.personal, confidence=0.5),
    Rule(K.TOKEN, S, r"^hash$|^(?:user|client|customer|contact|member|person|account|guest|subscriber|lead) hash$", "tx", where=lambda c: c.person or c.reached, confidence=0.4),
    Rule(K.TOKEN, S, r"^(?:code|nonce|state|verifier|hash|ticket|handle|jti|grant)(?: hash| value)?$", "tux", where=lambda c: _says(c, _AUTH) and (not c.definition or head(c.words) == "code"), confidence=0.5),
    Rule(K.TOKEN, S, r"(?:auth|token|key|secret|credential|api|otp|pin|scratch|backup|recovery|code) (?:hash|digest|salt|blob|ciphertext|encrypted|seed)|scratch (?:code|salt|hash)|last used passcode|"
         r"(?:protect|confirm|claim|auth|approval|unlock|pickup|guest|share|join|enrol\w*|pairing|link|magic|secret) (?:code|hash|slug|link|string)|(?:registration|signup|sign up|activation|confirmation|invitation|verification|reset|unsubscribe|subscription|opt in|download) (?:hash|digest|key|secret|code|link)|magic link|^confirmation$|two factor remember\w*|remember (?:token|me)?$", "tux", unless=ABOUT, confidence=0.6),
    Rule(K.TOKEN, S, r"^(?:value|content|reference|ref|provider ref(?:erence)?|data|body|hash|raw|digest|gateway token|public hash|scratch \w+)$", "tux", where=lambda c: _says(c, _any("token", "nonce", "jwt")), confidence=0.6),
    Rule(K.TOKEN, S, r"(?:endpoint|auth|key auth|key p 256 dh|p 256 dh|push url|subscription json)$", "tj", where=lambda c: _says(c, _any("push", "subscription", "device")) and not c.place, confidence=0.7),
    Rule(K.TOKEN, S, r"callback url|target url|payload url|post url|hook url|delivery url|^url$|^endpoint$", "tj", where=lambda c: _says(c, _any("webhook", "hook", "outgoingwebhook", "outgoing", "incoming")), confidence=0.6),
    Rule(K.TOKEN, S, r"(?:header authorization|authorization header|auth(?:orization)? header|^authorization$)", "txj", confidence=0.7),
    Rule(K.TOKEN, S, r"(?:gateway|customer|payment|card|charge|billing|source|vault) (?:token|nonce)|payment method token", "tu", confidence=0.7),
    Rule(K.KEY, S, r"(?:private|secret|public|registrant|guest|attendee|participant|member|rsa|ec|dsa|ecdsa|host|master|data|session|media|user|device|recovery|paper|wrapped|sealed|encrypted|protected|uid|shared|personal|diversification|license) key\b.*|key (?:encrypted|json|pem|material|blob|secret|data)|^u key$|^private$",
         "txj", unless=ABOUT + r"|data key|foreign key|user key name|key id", confidence=0.5, where=lambda c: not (c.pairs or c.definition or c.configuration)),
    Rule(K.KEY, S, r"^(?:data|json data|secret|info|config|seed|registration data|property|properties|fields?)$", "txj", where=lambda c: _says(c, _FACTORS | _any("vault", "cipher", "keystore", "keychain", "credential")), confidence=0.6),
    Rule(K.SESSION, S, r"^(?:data|payload|value|content|session value|state|blob|pickled|serialized)$", "txj", confidence=0.5,
         where=lambda c: head(c.words) == "session" and not (c.place or c.content) and not _says(c, _any("training", "class", "course", "event", "conference", "booking", "talk", "work", "game", "exercise", "study", "block", "lab"))),
    Rule(K.KEY, S, r"cipher ?text|^cipher$|^encrypted(?: \w+)?$|encrypted (?:data|value|content|blob|payload|secret)|(?:data|value|content|config|secret|credential|payload) encrypted$", "txj", unless=ABOUT, confidence=0.5),
    Rule(K.KEY, S, r"^(?:hash|digest|cipher|salt|iv|blob)$", "tx", where=lambda c: _says(c, _any("secret", "key", "credential")) and not c.definition, confidence=0.5),
    Rule(K.KEY, S, r"\bjwks?\b|\bpem\b|p 12|pfx|pkcs ?\d*|keyset|key set|(?:cert|certificate|tls|ssl) key|key (?:alt|primary|secondary|current|previous|next|backup|\d)$", "txj", unless="url|id$|name|path|type", confidence=0.6),
    Rule(K.KEY, S, r"^(?:value|data|payload|blob)$", "txj", where=lambda c: _says(c, _any("acme", "kv", "keyvalue", "keystore", "secret", "vault", "storage")) and not c.definition, confidence=0.4),
    Rule(K.KEY, S, r"^(?:config|configuration|setting|settings|option|options|parameters?|credentials?|connection|auth)$", "tj", confidence=0.4,
         where=lambda c: _says(c, _any("plugin", "provider", "connector", "integration", "connection", "datasource", "backend", "destination", "gateway", "mailer", "smtp", "ldap", "addon", "extension", "hook", "storage", "oauth", "sso", "idp", "federation", "api"))),
    Rule(K.PASSWORD, S, r"^(?:name|notes?|data|fields?|login|value|content|password history|key|history)$", "txj", where=lambda c: _says(c, _any("cipher", "vault", "keychain", "secret")) and not c.definition, confidence=0.5),
    Rule(K.PASSWORD, S, r"(?:smtp|imap|pop|ldap|ftp|proxy|database|db|mysql|bind|wifi|server|login|admin|root|portal|rand|hashed) ?(?:password|pass|pwd|passphrase)|^rand$|^rands$|pin (?:code|hash|number)|^mfa$|^tan$|unlock pin", "txi", unless=ABOUT.replace("|number", "")),
    Rule(K.KEY, S, r"(?:registrant|guest|attendee|participant|invitee|subscriber|voter|respondent) key(?: hash)?$", "tu", confidence=0.5),
    Rule(K.KEY, S, VALUES, "txj", where=_settings_alone, confidence=0.5),
)  # fmt: skip

DIRECT = (
    Rule(K.JSON_PERSON, D, r"^(?:variables?|context|arguments?|args|kwargs|request(?: data| params)?|parameters?|old data|new data|before|after|diff|changes?)$", "jx", where=lambda c: c.log and not (c.definition or c.configuration), confidence=0.4),
    Rule(K.IP, D, r"(?:^|\b)ip(?: address)?$|remote address$", "ix", where=lambda c: not c.definition, confidence=0.6),
    Rule(K.DEVICE_ID, D, r"(?:visitor|device|client|browser|anonymous|advertis\w+|installation) ?(?:id|identifier|key|hash|fingerprint)$|^id visitor$|^config id$", "txu", where=lambda c: c.log or _says(c, _any("visit", "visitor", "pageview", "hit", "tracking", "analytics", "click", "impression")), confidence=0.6),
    Rule(K.CARD_NUMBER, D, r"(?:last|first) (?:digits?|four|4|six|6)(?: digits?)?$|(?:encrypted |masked |truncated )?number$|^pan$", "ti", where=lambda c: _says(c, _any("card")) and c.words[-1:] != ("type",), confidence=0.6),
    Rule(K.OTHER, D, r"^(?:month|year|expiry|exp(?:iry|iration)? (?:month|year|date))$", "tid", where=lambda c: _says(c, _any("card")) and not c.definition, confidence=0.5),
    Rule(K.ACCOUNT_ID, D, r"(?:gateway|stripe|paypal|braintree|adyen|square|processor|psp|payment|billing|merchant) (?:\w+ )*(?:id|reference|profile)$", "t", where=lambda c: not (c.definition or c.configuration) and (c.personal or c.account or _says(c, _MONEY)), unless="method id|type id|status", confidence=0.5),
    Rule(K.OTHER, D, r"(?:payment|billing|payer|card|bank) (?:info|information|detail|data|source)$", "tj", where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.EMAIL, D, r"^(?:to|cc|bcc|from|sender|recipients?|reply to|addressee)$", "tj", where=lambda c: c.letter and not c.definition, confidence=0.7),
    Rule(K.USERNAME, D, r"^uid \w+$|^shared? (?:with|by)$|^(?:login|user|account) (?:code|key|identifier)$", "t", where=lambda c: not (c.definition or c.configuration), confidence=0.6),
    Rule(K.ACCOUNT_ID, D, r"^(?:ident|subject|sub|external identifier|provider uid|open ?id|remote (?:id|uid))$", "t", where=lambda c: (c.account or c.person or _says(c, _AUTH)) and not c.definition, confidence=0.6),
    Rule(K.JSON_PERSON, D, r"^(?:raw |extra |user |profile |provider )?(?:data|info|attributes?|claims?|profile|payload|extra|fields?)$|v ?card(?: data)?|card data", "tjx", where=lambda c: c.account and not (c.definition or c.session or c.configuration), confidence=0.5),
    Rule(K.JSON_PERSON, D, r"v ?card(?: data)?|card data", "tjx", confidence=0.5),
    Rule(K.IP, D, r"subnet|cidr|ip (?:range|block|prefix|mask)", "tw", where=lambda c: not (c.definition or c.configuration) and (c.log or c.personal or c.account or c.session or _says(c, _any("ban", "attempt", "block", "throttle", "login", "force", "bruteforce"))), confidence=0.6),
    Rule(K.PHONE, D, r"(?:home|work|cell|office|daytime|evening|night|day|private|contact|business|direct|alert|alternat\w+) (?:number|no)(?: \d)?$", "tin", where=lambda c: c.person or c.personal, unless="house", confidence=0.6),
    Rule(K.PHONE, D, r"(?:sms|whatsapp|text message) (?:\w+ )?(?:number|no)$", "tin", where=lambda c: not c.definition, confidence=0.6),
    Rule(K.STREET, D, r"(?:street|house|apartment|flat|unit|building|door|floor) (?:number|no|nr)(?: suffix)?$", "ti", where=lambda c: _says(c, _any("address")) or c.personal, confidence=0.6),
    Rule(K.COORDINATES, D, r"geo ?(?:code|x|y|lat\w*|lon\w*|point|location)?(?: \d)?$", "tno", where=lambda c: _says(c, _any("address")) or c.person, confidence=0.6),
    Rule(K.OTHER, D, r"(?:check|cheque|passbook|membership|badge|locker|card|permit|registration|enrol\w+|insurance|policy|case|file|record|client|member|student|employee|patient|staff|payroll|personnel) (?:number|no|nr|code)$", "ti", where=lambda c: (c.person or _says(c, _MONEY)) and not c.definition, confidence=0.5),
    Rule(K.PERSON_NAME, D, rf"(?:{PEOPLE})s? (?:\w+ )?(?:name|full name)(?: cached| parts?| raw| display| normali[sz]ed| sort| index| lower| phonetic| kana| complete| original)?$", "tj",
         unless=r"(?:file|company|business|organization|organisation|product|class|host|domain|group|type|role|team|plan|store|event|field|column|table|attribute|tax|brand|bank|school|department|city|country|list|category|campaign|app|application|course|project|queue|job|key|scope|display name type) name",
         where=lambda c: not c.definition, confidence=0.7),
    Rule(K.PERSON_NAME, D, r"(?:name|display name) (?:cached|parts?|phonetic|kana|normali[sz]ed|sort|index|lower|complete|original|alternate|alternative)|(?:alternate|alternative|formal|preferred|chosen|dead|stage|pen|religious|baptismal|card|last first|first last|sort|complete) name", "tj",
         where=lambda c: _of_somebody(c) or c.account or _says(c, _any("address", "waitinglistentry", "waiting", "invoice", "entry", "participant")), confidence=0.6),
    Rule(K.PERSON_NAME, D, r"^(?:name|full name|display name|contact)$", "t", where=lambda c: c.reached and not (c.company or c.place or c.definition or c.configuration), confidence=0.5),
    Rule(K.PERSON_NAME, D, rf"^name (?:of )?(?:the )?(?:client|{PEOPLE})s?$", "t", where=lambda c: not c.definition, confidence=0.7),
    Rule(K.PERSON_NAME, D, r"^(?:payer|payee|sender|recipient|receiver|beneficiary|guardian|spouse|mother|father|assistant|doctor|physician|surgeon|patient|customer|employee|teacher|student|nurse|cardholder|passenger|driver|guest|visitor|attendee|applicant|candidate|"
         r"tenant|landlord|witness|signer|signatory|addressee|consignee|claimant|insured|policyholder|donor|sponsor|supervisor|manager|account holder|acc holder|holder|owner|next of kin|referred by|contact person|contact|cc owner|person|salesman|clerk|cashier|treated by|assigned to|resident|"
         r"emergency contact \w+|contact relationship|bearer|occupant|caller|requestor|requester|interviewer|interviewee|respondent|advisor|judge|lawyer|attorney|officer|agent|broker|realtor|conductor|narrator|photographer|illustrator|translator|speaker)(?: \d)?$", "t",
         where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.EMAIL, D, r"^(?:to|cc|bcc|from|sender|recipients?|reply to|additional recipients?(?: cc| bcc)?|email to|from address|to address\w*|destination|addressee)$|(?:^|\b)(?:to|cc|bcc|from) address$", "tj", where=lambda c: _says(c, _MAIL) and not c.definition, confidence=0.7),
    Rule(K.EMAIL, D, r"\w+ b?cc$|b?cc (?:list|recipients?|address\w*|to)|(?:email|mail|alert|notify|report|notification|invite\w*) recipients?$|recipient (?:list|address\w*|emails?)|distribution list|mailing list members?|notify (?:list|to)|alert (?:to|address\w*)", "tj", unless="type|count|id$", confidence=0.5),
    Rule(K.EMAIL, D, r"(?:public|commit|git|backup|alternate|alternative|secondary|primary|private|work|home|billing|invoice|notify|notification|contact|support|admin|abuse|avatar|gravatar|paypal|guest|payer|normali[sz]ed|canonical|lower|pending|new|old|unconfirmed) email(?: lower| normali[sz]ed| canonical| cached| caps)?$|email (?:lower|normali[sz]ed|canonical|caps|hash|raw|md 5|index|cc|to|from)$", "tj"),
    Rule(K.EMAIL, D, r"^(?:email|e) \w*$|(?:caldav|carddav|imap|smtp) (?:address|account)", "t", unless=ABOUT.replace("|domain", "") + r"|email (?:subject|body|text|html|template|verified|enabled|frequency|id|job|log|message|content|server|layout|header|footer|list|type|queue|format|from name|marketing|optin|consent|host|port|folder|archive\w*|fetch\w*|error|protocol|filter|only|footer|header)", where=lambda c: _of_somebody(c), confidence=0.6),
    Rule(K.USERNAME, D, r"also known|aka|username (?:lower|canonical|normali[sz]ed)|(?:normali[sz]ed|canonical|lower) (?:username|user name|name|login)|(?:smtp|imap|ldap|ftp|proxy|database|db|bind|mail|email|box|portal|admin|system|external|remote|svn|git) (?:user|login|account|name|username)$|mail \w*user$|"
         r"patreon|liberapay|ko fi|fediverse|xmpp|matrix id|irc(?: nick)?|bluesky|tiktok|snapchat|reddit|twitch|steam|xbox|playstation|psn|signal|threema|wechat|weibo|viber|line id|yahoo|aim|msn|soundcloud|flickr|pinterest|keybase|codesite|tumblr|vimeo|behance|dribbble|^medium$|gitee|codeberg|farcaster|ens name", "t",
         unless=ABOUT.replace("|name", "") + r"|(?:url|id|at|enabled)$|(?:database|db|external|remote|email|mail|system|normali[sz]ed|canonical) name", where=lambda c: not c.definition and (c.person or c.account or c.personal or not c.place), confidence=0.6),
    Rule(K.USERNAME, D, r"^(?:user|usr|login|account|owner|creator|modifier|updater|author|editor|uploader|created|updated|user id text|original author|user agent id)$|(?:^|\b)(?:edited|last edit|last modified|touched|imported|confirmed|validated|checked|generated|issued|cancelled|canceled|granted|revoked|triggered|scheduled|started|finished|executed|run|taken|performed|received|prepared|ordered|sold|collected|attended|registered|handled|processed|printed|sent|paid|resolved|acknowledged|archived) by$", "t",
         where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.PHONE, D, r"phone \w+$|\w+ phone(?: number| no)?(?: \d)?$|mobile \w+|sms(?: number| to)?$|callback number|caller (?:id|number)|called number|dial(?:led|ed) number|ani|a number|b number|calling number|hotline|landline|phone$", "tin",
         unless=ABOUT.replace("|number", "") + r"|(?:device|is|show|has) (?:mobile|phone)|mobile (?:app|device|version|url|os|friendly|view|theme|token|banner|image|layout)|country code|phone (?:confirmed|at|code|id|type|model|brand|required|asked)|sms (?:enabled|template|text|body|message|count)", confidence=0.6,
         where=lambda c: not c.definition),
    Rule(K.STREET, D, r"^(?:line|address|addr|street) ?\d$|^(?:invoice|ship|bill|deliver|send|sold) (?:to|from)$|(?:delivery|invoice|pickup|drop ?off|destination|departure|origin|private|return|sender|recipient|correspondence|registered|customer|client|patient|employee|emergency|contact|second|secondary|alternate|alt|primary|full|formatted|raw|permanent|temporary|domicile) (?:address|street|line)(?: line)?(?: \d| street| text)?|house ?(?:no|number|name)|address (?:text|full|formatted|complete|raw|extra|additional|street\d?)|street \w+$|extra address", "tj",
         unless=r"(?:type|id|status|kind|format|label|city|state|country|postcode|code|region)$|email|ip address|mac|web|url|wallet|contract|server|host", where=lambda c: not (c.definition or c.company or c.place) or c.personal_place, confidence=0.6),
    Rule(K.STREET, D, r"^line(?: \w+)?$", "t", where=lambda c: _says(c, _any("address")), confidence=0.6),
    Rule(K.OTHER, D, r"^search (?:text|vector|index|terms)$", "t", where=lambda c: _says(c, _any("address", "customer", "person", "patient", "contact")), confidence=0.5),
    Rule(K.NATIONAL_ID, D, r"^ssn?(?: \w+)?$|\b(?:ss|ssn|sin|nin|ssnid|sinid|tckn|nin o|secu|social) ?(?:id|number|no|num)?$|number (?:secu|social|ssn)|permit (?:no|number)|(?:policy|insurance|insured|member|subscriber|beneficiary|medicare|medicaid|hospital|chart|case|file|record|visa|work permit|residence|identification|identity|document|certificate|licence|pub|social|state|government|military|voter|election|citizen|resident|id) (?:no|number|num|id|card)(?: number)?$|"
         r"identification(?: id| number| no)?$|id (?:document|proof|card)|proof of identity|medical record(?: number)?|mrn|driving|driver licence|drivers? licen[cs]e", "ti",
         unless=r"type|state$|country|expir\w*|date|(?:policy|insurance|insured|beneficiary|certificate|licence|election|government|military) id$|file id|case id|record id|member id|subscriber id|document id|social id|certificate id|state id|voter id$|hospital id|resident id", where=lambda c: _of_somebody(c) or _says(c, _any("insurance", "policy", "claim", "visa", "permit", "medical")), confidence=0.5),
    Rule(K.OTHER, D, r"(?:badge|personnel|personal|staff|employee|student|member|matriculation|roll|enrol\w*|registration|pnr|frequent flyer|loyalty|ticket|customer|client|patient|group|library|card|crew|licence|bib|reference|external|id|user|legacy) ?(?:no|number|code|nr|num|barcode)$|^(?:pnr|barcode|badge|rfid|nfc|rfid tag|qr code|raw barcode|employee code|number|id number)$", "t",
         where=lambda c: (c.person or _says(c, _any("checkin", "attendee", "passenger", "ticket", "badge"))) and not c.definition, confidence=0.5),
    Rule(K.COORDINATES, D, r"(?:latitude|longitude|coordinates|geo|location point|gps)$", "tno", where=lambda c: _of_somebody(c) or _says(c, _any("checkin", "trip", "ride", "track", "delivery", "address")), confidence=0.6),
    Rule(K.CARD_NUMBER, D, r"masked (?:pan|card|number)|(?:card|cc) (?:bin|last|digits?|masked|number enc\w*|hash|mask)\b.*|^bin$|first 6|first six|payment details?|card data|^(?:number|card|pan|masked number)$|cc number\b.*", "tij",
         unless="type|brand|count", where=lambda c: _says(c, _MONEY) and not c.definition, confidence=0.6),
    Rule(K.PERSON_NAME, D, r"^(?:name|owner|holder)$", "t", where=lambda c: _says(c, _any("card", "bankcard")) and not c.definition, confidence=0.6),
    Rule(K.OTHER, D, r"(?:card|cc) (?:exp\w*|month|year|start|issue)\b.*", "tid", where=lambda c: not c.definition, unless="type", confidence=0.5),
    Rule(K.TAX_ID, D, r"^tax$|(?:^|customer |billing |client )tax (?:tax|no|number|value|identification)|\btax id\b|fiscal (?:id|number|code)|^(?:vat|gst|abn|pan)(?: no| number)?$", "t", where=lambda c: c.person or _says(c, _any("address", "billing", "order")), unless="name|class|rate|type", confidence=0.5),
    Rule(K.BANK_ACCOUNT, D, r"(?:acc|account|acct|check|debit|deposit|payout|sanitized acc) (?:number|no|num|iban|holder iban)|(?:routing|transit|branch|sort|bsb|ifsc|aba|clabe|cbu) (?:number|code|no)?$|bank (?:code|account|data|info|details?)|payout (?:account|details|method)|^account$", "tij",
         unless="type|status", where=lambda c: _of_somebody(c) or _says(c, _MONEY), confidence=0.5),
    Rule(K.ACCOUNT_ID, D, r"(?:auth|provider|external|social|oauth|remote|idp|sso|federated|scim|ldap|ad|saml) (?:data|uid|user|sub|subject|identifier|username|account|guid|key)$|(?:external|social|remote|federated|scim) (?:id|user id)$|provider user|^uid$|^sub$|(?:frequent flyer|loyalty|mileage) (?:no|number|id)|entra|object sid|sid history", "tiu",
         unless="type", where=lambda c: (_of_somebody(c) or c.account or _says(c, _AUTH)) and not c.configuration, confidence=0.5),
    Rule(K.USERNAME, D, r"^(?:lower|canonical|normali[sz]ed) name$", "t", where=lambda c: c.person, confidence=0.5),
    Rule(K.USERNAME, D, r"unix ?name|(?:unix|os|system|linux|windows|domain|run as) (?:user|login|account)(?: name)?|run as$", "t", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.ACCOUNT_ID, D, r"^(?:subject|principal|identity)$", "t", where=lambda c: c.session or _says(c, _AUTH), confidence=0.5),
    Rule(K.OTHER, D, r"(?:additional )?contact ?(?:info|information|details?|data)?$|demographics?$|personal (?:info|data|details?)", "tjo", where=lambda c: _of_somebody(c) or c.company, confidence=0.5),
    Rule(K.USERNAME, D, r"external username|external name|^external (?:user ?name|login)$", "t", confidence=0.5),
    Rule(K.DEVICE_ID, D, r"unique serial|device (?:key|hash|finger\w*|code|name)|^device$|serial (?:number|no)$|push (?:token|endpoint)|fcm|apns|gcm|client fingerprint|visitor (?:hash|token|uid|uuid)|anonymous id|distinct id|tracking id|cookie id|ad id", "tux", where=lambda c: _of_somebody(c) or c.session or c.log, confidence=0.5, unless="type|device name"),
    Rule(K.IP, D, r"\bip\b|\bips\b|ip address|ip restriction|host ip|client addr\w*|remote addr\w*|^remote$|^peer$|^client host$|^address$", "t", unless=r"(?:version|type|family|count|policy|enabled|range type)$|ship", where=lambda c: c.log or c.session or _says(c, _any("login", "audit", "agreement", "consent", "access", "request", "visit")), confidence=0.6),
    Rule(K.IMAGE, D, r"^(?:data|svg|image|file|strokes?|points)$", "txj", where=lambda c: "signature" in c.words and not c.definition, confidence=0.5),
    Rule(K.IMAGE, D, r"(?:header|profile|cover|banner|face|user|id|passport|face|person) (?:file name|image|picture|photo|file|scan|url)|signature (?:image|data|svg|png|file)?$|selfie|fingerprint image|^picture$|^image$", "tx", where=lambda c: c.person or c.account, unless="(?:count|type|width|height|size|at|id)$", confidence=0.5),
    Rule(K.URL_PROFILE, D, r"\burl$|^web$|website|home ?page|^link$|^site$", "t", where=lambda c: (c.person or c.account) and not (c.definition or c.configuration), unless="policy|tos|terms|jwks?|sector|callback|redirect|inbox|outbox|shared|followers|image|icon|logo|base|api|webhook|logout|login|return|discovery|authorization|token|userinfo|jwks|client|federation|metadata", confidence=0.5),
    Rule(K.JSON_PERSON, D, r"^(?:params?|parameters?|payload|last payload|data|args?|arguments?|details?|info|extra info|additional information|extra|properties|property|headers?|responses?|request|body|other|changes|meta ?data|metadata|metadata info|raw|snapshot|context|plugin data|form data|answers?|attributes?|result|input|output|event data|"
         r"custom data|gateway response|provider response|raw response|three ds data|transmission info|diff|delta|before|after|old|new|old value|new value|previous value|state|custom fields?|export form data|user info|fields)$|(?:user|customer|person|profile|account|contact|gateway|payment|webhook|api|request|response|event|message) (?:data|info|details?|response|request|payload|params?|attributes?)$",
         "j", where=lambda c: (c.log or c.account or _of_somebody(c) or _says(c, _PROGRAM)) and not (c.configuration or c.definition), confidence=0.5),
    Rule(K.JSON_PERSON, D, r"^(?:payload|last payload|params?|arguments?|data|info|extra|extra info|additional information|additional data|details|headers?|request body|response body|request|response|raw data|changes|diff|previous value|old value|new value|other|event data|request params|object changes|before|after|old data|new data|value before|value after)$", "t",
         where=lambda c: (c.log or _says(c, _AUTH | _MONEY | _any("webhook", "webhookcall", "call", "job", "queue", "outbox", "sso", "signon", "sign", "record", "logentry", "logstore", "event", "audit"))) and not (c.configuration or c.definition), confidence=0.45),
    Rule(K.JSON_PERSON, D, VALUES, "txj", where=lambda c: (c.personal or c.account or _says(c, _any("usermeta", "user", "member", "customer"))) and not c.definition, confidence=0.6),
)  # fmt: skip

SPECIAL = (
    Rule(K.DIAGNOSIS, P, r"death (?:reason|cause)|(?:cause|reason) (?:of )?death|reason (?:for )?(?:visit|admission|encounter|referral)|chief complaint|presenting \w+|snomed\w*|disease \w+|^title$", "tij", where=lambda c: c.health and not c.definition, unless="(?:id|at)$", confidence=0.5),
    Rule(K.DIAGNOSIS, P, r"death (?:reason|cause)|(?:cause|reason) (?:of )?death", "t"),
    Rule(K.ETHNICITY, P, r"ethnic\w*|race|racial|tribe|caste|indigenous|aboriginal|skin colour", "teibn", where=lambda c: not (c.definition or c.place) and not c.log, unless="(?:id|at|count|date|time|number|result)$", confidence=0.6),
    Rule(K.OTHER, P, r"party (?:affiliation|membership|preference)|political \w+|(?:trade )?union (?:member\w*|number|code|id|dues)|sexual\w*|gender identity|transgender|criminal \w+|convict\w*|arrest\w*|offen[cs]es?|probation|parole|background check|asylum|refugee|abuse|biometric\w*", "tebij", unless="(?:id|at)$|abuse (?:report|email|contact)", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.OTHER, P, r"^(?:party|candidate|choice|ballot|vote)$", "t", where=lambda c: _says(c, _any("voter", "vote", "ballot", "election")) and not c.definition, confidence=0.5),
    Rule(K.HEALTH, P, r"group blood|type blood|blood\w*|rh factor|(?:medical|health|family|surgical|social) (?:history|condition|record|note|insurance|fund|problem|info\w*)|special (?:assistance|need|care)|wheelchair|accessib\w+ need|disabilit\w+|disabled (?:person|veteran|child|member|status|percent\w*)|impairment|sick (?:leave|day|note)|illness|injur\w+|medic\w+|treat\w+|therap\w+|diet\w* restriction|"
         r"vaccin\w+|immuni[sz]\w+|allerg\w+|pregnan\w+|smok\w+|alcohol\w*|addict\w+|mental \w+|psych\w+|covid\w*|hiv\w*|tested positive|test result|organ donor|dnr|gravida|parity|menstrual|ovulation|contracept\w+|fertil\w+", "tenijbds",
         unless=r"(?:id|at|count|url|uuid)$|accessibility (?:feature|statement)|treatment of", where=lambda c: (c.personal or c.person or c.health) and not c.definition, confidence=0.6),
    Rule(K.HEALTH, P, r"(?:weight|height|temperature|pulse|respir\w*|oxygen\w*|saturation|bp\w?|blood|systolic|diastolic|heart|glucose|hemoglobin|cholesterol|spo2|bmi|head circumference|waist|pain|apgar|creatinine|hba1c|drug|drug name|medicine|substance|active ingredient|strength|form|route|refills?|dispense\w*|frequency|sig|units? per|dosage|dose\w*|occurrence|severity\w*|reaction\w*|"
         r"outcome|specimen|sample|test name|lab|code display|critical\w*|abnormal\w*|units?|normal range|reference range|admit\w* reason|discharge\w*|disposition|indication|instructions?|complication\w*|surgery|operation|procedure|anesthesia|ward|bed|department|specialty|speciality|trimester|gestation\w*|stage|tumou?r|lesion|score|scale)(?: \w+)?$", "tendij",
         unless="(?:id|uuid|type|count|at|by|version|location|locale)$", where=lambda c: c.health and not c.definition, confidence=0.45),
)  # fmt: skip

QUASI = (
    Rule(K.LANGUAGE, Q, r"language\w*|locale|languages?|interpreter|mother tongue", "tej", where=lambda c: c.person or c.account, unless="(?:id|count|code type)$|programming", confidence=0.6),
    Rule(K.OTHER, Q, r"timezone|time zone", "tej", where=lambda c: c.person or c.account, confidence=0.6),
    Rule(K.JOB, Q, r"department|division|function|reports? to|cost cent(?:er|re)|shift|employment \w+|hire date|termination date|contract (?:type|start|end|date)|probation end|notice period|work (?:location|schedule|hours)|role|position|occupation\w*|employee type|pay scale|tenure|promotion date", "teidsn",
         unless="(?:id|at|count|name type)$", where=lambda c: c.person or (c.employment and c.personal), confidence=0.5),
    Rule(K.MARITAL_STATUS, Q, r"children|kids|dependants?|household \w+|family (?:size|status|members?)|spouse\w*|partner\w*|married|divorced|widow\w*|marriage \w+|tax bracket\w*", "teinbd", where=lambda c: c.person and not c.definition, unless="(?:id|at)$|has .*|(?:name|phone|email|address)", confidence=0.5),
    Rule(K.MARITAL_STATUS, Q, r"^(?:status|relationship)$", "te", where=lambda c: c.person and c.health, confidence=0.4),
    Rule(K.EDUCATION, Q, r"study \w+|field of study|grade\w*|score|gpa|school\w*|college|university|major|minor|thesis|mark|marks|education\w*|degree|certificat\w+|graduat\w+|class year|exam\w*|transcript", "tendij",
         unless="(?:id|at|count|by)$", where=lambda c: (c.person or _says(c, _any("student", "enrollment", "enrolment", "grade", "transcript", "exam", "assignment", "takes", "attempt"))) and not (c.definition or c.place), confidence=0.45),
    Rule(K.SALARY, Q, r"(?:monthly|annual|yearly|gross|net|household|family|total) (?:income|salary|pay|earnings|wage)|income|salary|wage|net worth|credit (?:score|limit|rating)|hourly rate", "teind", where=lambda c: (c.person or c.personal) and not c.definition, unless="(?:id|at)$", confidence=0.6),
    Rule(K.EMPLOYER, Q, r"(?:company|employer|partner|organization|firm|business|work|workplace|institution|agency|school)(?: name| company| place)?$|(?:to|commercial|billing|shipping|invoice to) company(?: name)?", "t", unless="(?:id|type)$", where=lambda c: (c.person or c.personal or "address" in c.words or _says(c, _any("lead", "invoice", "order"))) and not c.definition, confidence=0.5),
    Rule(K.AGE, Q, r"\bage$|age (?:years?|months?|at \w+|group|class)", "ti", where=lambda c: c.person or c.personal or c.health, unless="page|image|message|storage|usage|language|package|average|max|min", confidence=0.5),
    Rule(K.GENDER, Q, r"gender|salutation|prefix|honorific|pronouns|^title$", "teib", where=lambda c: c.person or "address" in c.words, confidence=0.5),
    Rule(K.REGION, Q, r"(?:region|province|district|territory|borough|canton)(?: name| code)?$|state (?:name|code)$", "te", where=lambda c: c.person or "address" in c.words, confidence=0.5),
    Rule(K.CITY, Q, r"(?:city|town|location|place|residence|birthplace|hometown)(?: name| of birth)?$|place (?:of )?birth", "t", where=lambda c: (c.person or c.account) and not c.place, unless="(?:id|type)$", confidence=0.5),
    Rule(K.USER_AGENT, Q, r"\bagent$|browser\w*|device (?:type|model|os|family|info)|os (?:type|name|version|family)|platform|client (?:name|version|info)|agent type", "te", where=lambda c: c.session or c.log or c.content or _says(c, _any("login", "device", "visit", "source", "u2f", "webauthn")), unless="(?:id)$", confidence=0.5),
    Rule(K.OTHER, Q, r"search (?:term|query|string|phrase)|^term$|^query$|^keywords?$", "t", where=lambda c: _says(c, _any("search")), confidence=0.6),
    Rule(K.OTHER, Q, r"height|weight|shoe size|clothing size|homeless|migrant\w*|veteran\w*|military \w+|hobbies|hobby|interests?|meal\w*|diet\w*|seat(?: \w+)?|favou?rite \w+|lifestyle|housing|vehicle\w*|blood donor|distance\w*|km \w+", "teinbj", where=lambda c: c.person, unless="(?:id|at|count)$", confidence=0.4),
    Rule(K.NATIONALITY, Q, r"nation\w*|citizen\w*|immigra\w+|visa type|country (?:of )?\w+", "te", where=lambda c: c.person, unless="id$", confidence=0.5),
)  # fmt: skip

TEXTS = (
    Rule(K.FREE_TEXT, T, r"(?:spoiler|index|search|body|raw|cooked|full|small|plain|html|original|translated|customer|gift|personal|additional|edit|departure|user|admin|internal|private|public|staff|clinical|delivery|special) ?(?:text|content|message|note|comment|description|html|body|reason|instructions?|remarks?)(?: \w+)?$|"
         r"^(?:raw|cooked|text|content|content text|message html|full message(?: html)?|small message|fancy title|record name|narration|excerpt|summary|introduction|header|purpose|topic|motto|tagline|status text|status message|slogan|quote|image alt|alt text|details?|raw email)$", "tjx",
         unless=r"(?:id|type|status|at|count|format|lang|code|url)$|error|help text|button text", where=lambda c: (c.content or c.personal or c.log or _says(c, _any("status", "message", "channel", "mail", "attachment", "call", "article", "room"))) and not c.configuration, confidence=0.5),
    Rule(K.FREE_TEXT, T, VALUES, "t", where=lambda c: c.content or _says(c, _any("answer", "response", "submission", "survey", "form", "field", "custom")), confidence=0.5),
    Rule(K.FREE_TEXT, T, r"^resolution$|(?:old|new|previous|prior|original) (?:value|text|content|title)$", "t", where=lambda c: c.content or c.log or _says(c, _any("change", "revision", "edit", "version", "diff")), confidence=0.5),
    Rule(K.FREE_TEXT, T, r"^(?:title|name|subject)$", "t", where=lambda c: _says(c, _any("topic", "issue", "lead", "ticket", "call", "task", "meeting", "note", "attachment", "message", "key")) and not (c.person or c.definition or c.configuration or _says(c, _any("api", "access", "translation"))), confidence=0.4),
)  # fmt: skip

WIDER = (*SECRETS, *DIRECT, *SPECIAL, *QUASI, *TEXTS)

__all__ = ["PEOPLE", "WIDER"]
