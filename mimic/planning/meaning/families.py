"""Families of names that real schemas share, whatever their domain: codes that let one in, accounts elsewhere, devices, illnesses.

Asked where no plain rule of `rules.py` tells of harm, before the wider net; what lets one in is asked even where a plain rule tells of less
(`login_hash` is no login, the answer of a captcha no free text).
"""

from __future__ import annotations

from mimic.planning.meaning.context import Context, head
from mimic.planning.meaning.rules import ABOUT, VALUES, D, K, P, Q, Rule, S, T

_ILL = (
    r"hypertens\w*|hypotens\w*|diabet\w*|stroke|heart (?:attack|disease|failure|condition)|cardiac|cardio\w*|kidney|renal|hepatit\w*|liver|tubercul\w*|"
    r"asthma\w*|cancer|tumou?r|epilep\w*|dementia|alzheimer\w*|autis\w*|adhd|depress\w*|anxiety|bipolar|schizo\w*|psychosis|aids|hiv|malaria|an(?:a)?emia|"
    r"obes\w*|fever|cough|headache|migraine|nausea|arthrit\w*|osteo\w*|thyroid|glaucoma|blind(?:ness)?|deaf(?:ness)?|hearing (?:loss|aid)|eyesight|dental|orthodont\w*|optometr\w*|"
    r"wheelchair|paraly\w*|amput\w*|transplant|dialysis|hospitali[sz]\w*|miscarriage|abortion|menopause|menstr\w*|lactat\w*|breast ?feed\w*|"
    r"systolic|diastolic|blood (?:sugar|glucose|type|group|pressure|test|loss|count)|h(?:a)?emoglobin|platelet|creatinine|triglyceride|ldl|hdl|hba ?1 ?c|spo ?2|"
    r"pulse(?: rate)?|respirat\w*|oxygen\w*|body temperature|bmi|apgar|gcs|glasgow|pain (?:score|level|scale)|covid\w*|corona\w*|influenza|std|sti|"
    r"tobacco|nicotine|cigar\w*|drinker|substance (?:abuse|use)|overdose|suicid\w*|self harm|eating disorder|insomnia|sleep apn\w*|rxnorm\w*|loinc\w*|snomed\w*|atc code|ndc"
)
_FACTS = frozenset({"history", "vital", "sign", "symptom", "allergy", "condition", "diagnosis", "screening", "examination", "exam", "anamnesis", "pregnancy",
                    "vaccination", "immunization", "pressure", "sugar", "glucose", "prescription", "medication", "treatment", "therapy", "surgery",
                    "procedure", "finding", "disability", "injury", "illness", "disease", "drug", "complaint", "vaccine", "anthropometry", "dose",
                    "monitoring", "checkup", "consultation", "disorder"})  # fmt: skip
_LINKING = frozenset({"share", "shared", "sharing", "invite", "invitation", "magic", "unsubscribe", "public", "guest", "access"})
_LINKED = frozenset({"link", "url", "share", "invite", "invitation"})


def _says(c: Context, *words: str) -> bool:
    return bool({*words} & {*c.words})


def _sent_code(c: Context) -> bool:
    """A row is a code that somebody was sent, or a list of them."""
    if c.words == ("password",):  # `passcodes`
        return True
    return head(c.words) in ("code", "password", "otp", "passcode", "pin") and _says(c, "verification", "activation", "confirmation", "recovery", "backup", "time", "otp", "passcode", "login", "reset", "magic", "sms", "2fa", "mfa", "totp")  # fmt: skip


def _somebodys(c: Context) -> bool:
    return c.person or c.personal or c.account or c.reached


SECRETS = (
    Rule(K.TOKEN, S, r"captcha (?:answer|code|value|word|text|phrase|solution|hash)", "txi", confidence=0.6),
    Rule(K.TOKEN, S, r"^(?:answer|code|value|word|text|phrase|solution|hash|key)$", "txi", where=lambda c: _says(c, "captcha") and not c.definition, confidence=0.6),
    Rule(K.TOKEN, S, r"^(?:code|value|pin|otp|digest|hash|signature)$", "tixu", where=lambda c: _sent_code(c) and not (c.definition or c.configuration), confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:invitation|invite|share|magic link) (?:id|identifier|key|slug)$", "t", where=lambda c: head(c.words) in ("invitation", "invite", "share", "link") and not c.definition, confidence=0.4),
    Rule(K.KEY, S, VALUES, "tjx", where=lambda c: _says(c, "encryption", "keystore", "keyring", "keychain", "secret", "credential") and not c.definition, confidence=0.5),
    Rule(K.KEY, S, r"^(?:auth(?:entication)? tag|iv|initiali[sz]ation vector|cipher(?: ?text)?|wrapped \w+|sealed \w+)$", "tx", where=lambda c: _says(c, "secret", "key", "credential", "vault", "encryption", "encrypted", "token"), confidence=0.5),
    # Glued to what no dictionary knows: `mpass`, `snmppwd`, `xmail`.
    Rule(K.PASSWORD, S, r"\w+(?:pass|pwd|pswd|passwd|passw|passwort|parola|senha|clave|kennwort)$", "tx", unless=r"(?:by|com|tres|encom|sur|under|over|boarding|sky|sub|season|en)pass$|esclave$|auto ?clave$|con ?clave$", confidence=0.5),
    Rule(K.TOKEN, S, r"\w{2,}(?:secret|token|apikey|authkey|privkey)$", "tx", confidence=0.5),
    Rule(K.TOKEN, S, r"^pat$|^personal access (?:token|key)$|^app code$", "t", where=lambda c: not (c.person or c.health), confidence=0.4),
    Rule(K.KEY, S, r"(?:custom|extra|additional|auth|request|http|default) headers?(?: value)?$|^headers?$", "tjx", where=lambda c: not (c.log or c.content) and _says(c, "server", "webhook", "hook", "connector", "integration", "endpoint", "datasource", "source", "destination", "provider", "config", "api", "monitor", "check"), confidence=0.4),
    Rule(K.TOKEN, S, r"^(?:cancel\w*|update|manage|management|hosted invoice|invoice|receipt|checkout|payment|portal|billing portal) (?:page )?(?:url|link)$", "t", where=lambda c: (c.personal or c.reached) and _says(c, "subscription", "invoice", "payment", "order", "charge", "checkout", "billing"), confidence=0.4),
    Rule(K.TOKEN, S, r"^(?:sequence|series|selector|validator)$", "tx", where=lambda c: _says(c, "remember", "persistent", "autologin", "token", "reset") and not c.definition, confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:device|user|auth\w*) code(?: (?:value|hash))?$", "tx", where=lambda c: _says(c, "oauth", "oauth2", "device", "auth", "authorization", "authorisation", "grant") and not (c.person or c.configuration), confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:data|attribute|payload|state)$", "txj", where=lambda c: (head(c.words) in ("grant", "code") and _says(c, "persisted", "device", "auth", "authorization", "oauth")) or ("oauth" in c.words and head(c.words) == "authorization"), confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:access|refresh) token id$", "t", where=lambda c: _says(c, "oauth", "oauth2") and _says(c, "refresh", "access"), confidence=0.4),
    Rule(K.TOKEN, S, r"^value$", "t", where=lambda c: head(c.words) == "verification" and not c.definition, confidence=0.5),
    Rule(K.PASSWORD, S, r"^(?:get|post|form|request|login) (?:data|param\w*|body)$", "tj", where=lambda c: _says(c, "login", "auth", "access", "signin", "axes") and _says(c, "attempt", "failure", "log", "failed"), confidence=0.4),
    Rule(K.SESSION, S, r"^(?:session )?(?:primary id|attribute (?:byte|value|data|blob)s?)$", "tx", where=lambda c: "session" in c.words and not (c.place or c.content), confidence=0.5),
    Rule(K.KEY, S, r"^(?:oidc|saml|sso|ldap|oauth\w*|open ?id|scim|smtp|imap|s 3|aws|azure|gcp|stripe|twilio|slack|sms|payment|bot|webhook) (?:\d )?(?:config\w*|setting|option|credential|param\w*)$", "tj", where=lambda c: not (c.definition or c.log), confidence=0.4),
    Rule(K.KEY, S, r"^(?:tag|verifier)$", "tx", where=lambda c: _says(c, "secret", "token", "credential", "vault", "encryption", "encrypted", "private") and not (c.definition or c.content), confidence=0.3),
    Rule(K.KEY, S, r"^(?:json|env|content|variable|vars?|data|value|secret)$", "tjx", where=lambda c: c.words[-1:] == ("environment",) and not c.definition, confidence=0.4),
    Rule(K.PASSWORD, S, r"^(?:answer|answer hash|hash|response)$", "tx", where=lambda c: _says(c, "secret", "security", "recovery") and _says(c, "question", "answer"), confidence=0.7),
    Rule(K.PASSWORD, S, r"^(?:hash|value|digest|current|data|text|string|old|new|history|previous|secret|word|phrase|crypt\w*)$", "tx", where=lambda c: _says(c, "password") and not (c.definition or c.configuration or _says(c, "policy", "rule", "reset")), confidence=0.6),
    Rule(K.TOKEN, S, r"(?:meeting|conference|video|zoom|hangout|meet|join|host|start|attend\w*|webinar|call|room|teleconsult\w*) (?:url|link|url url|uri)$|^join url$", "t", where=lambda c: not (c.definition or c.configuration), unless="image|photo|icon|(?:room|host|call) url$", confidence=0.4),
    Rule(K.KEY, S, r"^(?:content|data|value|material|body|text|key|blob|pem|armou?r\w*|public|private)$", "txj", where=lambda c: c.words[-1:] == ("key",) and _says(c, "public", "private", "gpg", "pgp", "ssh", "deploy", "rsa", "host", "signing", "encryption", "api"), confidence=0.7),
    Rule(K.KEY, S, rf"(?:{VALUES}|^val$)", "txj", where=lambda c: _says(c, "plugin", "macro", "secret", "vault", "variable") and not (c.definition or c.personal), confidence=0.4),
    Rule(K.KEY, S, r"^(?:config|setting|option|parameter|secure setting|credential|extra|data)$", "tjx", where=lambda c: (_says(c, "login", "auth", "authenticator", "sso", "alert", "notifier") and head(c.words) in ("source", "notification", "authenticator", "backend", "method", "provider", "channel", "notifier"))
         or c.words[-1:] == ("authenticator",), confidence=0.4),
    Rule(K.KEY, S, r"^(?:community|snmp \w*community|community \w+)$", "t", where=lambda c: _says(c, "snmp"), confidence=0.6),
    Rule(K.TOKEN, S, r"(?:code|token|key|secret|pin|otp|answer|passcode) (?:hmac|hashed|digest|sha\w*|ciphertext|encrypted)$", "txu", unless="cache|lookup|sort", where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.TOKEN, S, r"\bnonce$", "txu", unless="block", where=lambda c: not (c.definition or _says(c, "block", "transaction", "chain", "ethereum")), confidence=0.5),
    Rule(K.TOKEN, S, r"(?:delete|remove|unsubscribe|confirm\w*|reset|activat\w*|verif\w*|magic|one ?time|private|secret|push) (?:url|link)(?: path)?$", "t", where=lambda c: not (c.definition or c.configuration), confidence=0.4),
    Rule(K.TOKEN, S, r"^code$", "tu", where=lambda c: c.person and _says(c, "temp", "pending", "invite", "invited", "preregistration", "registration", "signup", "unverified", "tmp", "temporary"), confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:random|unique|secure|public|private|calendar|share|user|access|url|feed|invite|secret) hash$", "tx", where=lambda c: c.person or c.account or c.reached, confidence=0.5),
    Rule(K.TOKEN, S, r"hash$|digest$", "tx", unless="email|image|photo|picture|avatar|file|content|phone|name|address|ip|cache|config|query|commit|git|blur|body|text", where=lambda c: c.person, confidence=0.4),
    Rule(K.KEY, S, r"^(?:variable|env|environment variable|env var\w*|secret variable)$|\benv (?:file|value|var\w*)\b.*|\benv\b.* value$", "tjx", where=lambda c: not (c.definition or c.log), confidence=0.4),
    Rule(K.KEY, S, r"^environment$", "j", where=lambda c: not (c.definition or c.log), confidence=0.4),
    Rule(K.KEY, S, VALUES, "t", where=lambda c: c.pairs and (c.configuration or head(c.words) == "config") and not (c.definition or _says(c, "mapper", "protocol", "scope", "action", "user", "person", "translation", "theme", "internal", "policy", "scheduler", "task")), confidence=0.3),
    Rule(K.KEY, S, r"(?:bot|client|api|channel|connector|gateway|sms|payment|webhook|credential|connection|platform|messenger|account|datasource|sender|transport|bucket|s 3|cloud) (?:config|credential|setting|secret)(?: json| data)?$", "jx", where=lambda c: not c.definition, confidence=0.4),
    Rule(K.TOKEN, S, r"^(?:identifier|endpoint|key|subscription \w+|subscription|attribute|payload|data)$", "tj", where=lambda c: _says(c, "subscription") and _says(c, "push", "notification"), confidence=0.5),
    Rule(K.PASSWORD, S, r"\b[mtuewi]pin\b(?: \w+)?|\b(?:pvv|pin ?block|pin offset|magstripe|magnetic stripe|track [123](?: data)?)\b", "txi", unless=r"count|tries|retr\w+|at$|date|enabled|type", confidence=0.6),
    Rule(K.KEY, S, r"^(?:ki|opc?|op c|kic|kid|kik|adm ?\d?)$", "tx", where=lambda c: _says(c, "subscriber", "sim", "usim", "auc", "hss", "hlr", "imsi"), confidence=0.6),
    Rule(K.PASSWORD, S, r"(?:wifi|wlan|door|gate|alarm|safe|lock|room|entry|keypad|vault|elevator|garage|locker|building|front door|lock ?box) (?:code|key|psk|password|pin|combination)$", "ti", unless="(?:building|room|vault|lock|gate) (?:code|key)$(?<!gate code)(?<!lock code)", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.PASSWORD, S, VALUES, "t", where=lambda c: _says(c, "radcheck", "radreply", "radius", "radgroupcheck"), confidence=0.6),
    Rule(K.TOKEN, S, r"(?:gift ?card|prepaid card|scratch card) (?:number|code|pin|no|serial)$", "ti", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.TOKEN, S, r"^(?:code|pin|number|serial)$", "t", where=lambda c: ({"gift", "card"} <= {*c.words} or _says(c, "giftcard", "prepaid", "scratch")) and not c.definition, confidence=0.5),
    Rule(K.PASSWORD, S, r"(?:rtsp|rtmp|stream|ingest|camera|publish|playback) url$", "t", where=lambda c: not c.definition, confidence=0.4),
    Rule(K.TOKEN, S, r"security stamp", "txu", confidence=0.8),
    Rule(K.SESSION, S, r"session (?:state|info|handle|ticket|cookie)$|^(?:sess|session) (?:var|value|text|blob)$", "txj", where=lambda c: (c.account or c.personal or c.session) and not (c.place or c.content), confidence=0.6),
    Rule(K.TOKEN, S, r"^(?:slug|key|code|hash|link|token|url|path|short code|short url|identifier|secret|uid|access)$", "tux",
         where=lambda c: bool(_LINKING & {*c.words}) and (head(c.words) in _LINKED) and len(c.words) > 1 and not c.definition, confidence=0.5),
    Rule(K.TOKEN, S, r"(?:log|login|logon|session|cookie|auth|remember|persist\w*|autologin|auto login|sso|confirm\w*|registration|register|validation|validate|approval|"
         r"opt ?in|opt ?out|unsub\w*|quick|guest|calendar|ical|webcal|feed|rss|atom|pickup|check ?in|security|forgot\w*|lost|reactivat\w*|cancel\w*|delete|removal|poll|voting|ballot) (?:hash|key|salt|digest|seed|code|string)$",
         "txu", unless=r"(?:country|area|postcode|error|status|reason|type) code|check ?in code$|(?:cancel\w*|delete|removal|poll|log|registration|approval|session|calendar|security) code", confidence=0.5,
         where=lambda c: not (c.definition or c.configuration)),
    Rule(K.TOKEN, S, r"^(?:auth|auth (?:string|value|blob|secret|info|cookie|data|param\w*))$", "txj", where=lambda c: not (c.definition or c.person), confidence=0.4),
    Rule(K.TOKEN, S, r"(?:access|act|activation|actkey|auth|entry|secret|security|secure|web ?service|service|soap|rest|remote|install\w*|licen[cs]e|serial|product|unlock|private|signing|hook|callback|integration|merchant|gateway|terminal|trans\w* ?action|sandbox|live|test|publishable|public|partner|vendor|affiliate|client|consumer) (?:api )?key$",
         "txu", unless=r"(?:product|test|client|partner|vendor|affiliate|merchant|service|serial|remote|install\w*|transaction) key$", confidence=0.5),
    Rule(K.KEY, S, r"web ?services? key|soap key|secure key|merchant key|(?:signature|signing|hash|hmac|checksum) (?:key|secret|seed)|\bpsk\b(?! identity)|pre ?shared key|snmp community|community string|\bkek\b|\bdek\b", "txu", confidence=0.6),
    Rule(K.KEY, S, r"(?:sqlalchemy|database|db|jdbc|odbc|mongo\w*|redis|amqp|broker|smtp|imap|connection|conn) (?:url|string|dsn)$|^dsn$|conn(?:ection)? ?str(?:ing)?$", "tx", unless="ldap (?:base|user)", confidence=0.5),
    Rule(K.KEY, S, r"(?:tfa|mfa|2 fa|otp|totp|hotp|u 2 f|two ?factor(?: auth\w*)?|second factor|authenticator|google auth\w*) (?:secret|seed|key|data|handle|config|salt|setting|info)$", "txj", unless=ABOUT.replace("|setting", "").replace("|config", ""), confidence=0.6),
    Rule(K.TOKEN, S, r"(?:tfa|mfa|2 fa|otp|totp|two ?factor(?: auth\w*)?|second factor|backup|recovery|recover|emergency|rescue|scratch|one time|verif\w*|confirm\w*|activat\w*|reset|login|sms|email|phone|auth\w*|invit\w*|join|pass) (?:recover\w*|backup|code|pin|token|hash|word|phrase|digest|ticket|nonce)(?: (?:hash|digest|salt|encrypted|hashed|enc|raw|current|new|old|value))?$",
         "txiju", unless=ABOUT.replace("|number", "") + r"|(?:phone|email|login|auth\w*) (?:word|recover\w*|backup)|email (?:hash|code|digest)|phone (?:hash|code|digest)|(?:country|area|postcode|error|status) code|confirm\w* (?:number|word)|login pin", confidence=0.5,
         where=lambda c: not (c.definition or c.configuration)),
    Rule(K.TOKEN, S, r"(?:oauth|oidc|pkce|consent|logout|csrf|id token|access token|refresh token|authori[sz]ation|code|device) (?:state|nonce|verifier|challenge|csrf|signature|handle|ticket|artifact|grant)$", "txu", unless="method|code (?:state|grant)|device (?:state|handle)|challenge method", confidence=0.6),
    Rule(K.TOKEN, S, r"^(?:signature|session data|form data|request id|challenge id|jti)$", "tx", where=lambda c: _says(c, "oauth", "oauth2", "oidc", "openid") and _says(c, "token", "access", "refresh", "code", "pkce", "grant", "session", "connect"), confidence=0.5),
    Rule(K.KEY, S, r"secure (?:json|setting|data|field|config)\w*(?: data)?|^encrypted (?!at|by|on)\w+(?: \w+)?$|^(?:hashed|salted) (?:value|secret|code|id)$|(?:db|database|datasource|data source|connection|credential) (?:param\w*|option|detail|setting|config|info)(?: json| encrypted)?$",
         "txj", unless=r"encrypted (?:email|phone|name|address|ssn|message|body|content|text|note)|id$", confidence=0.5),
    Rule(K.KEY, S, r"^(?:details?|options?|extra|settings?|params?|parameter|config|connection|connection string|url|uri|dsn|properties|property)$", "tjx",
         where=lambda c: c.words[-1:] == ("database",) or c.words[-2:] == ("data", "source") or c.words[-1:] in (("datasource",), ("connector",), ("warehouse connection",)), confidence=0.4),
    Rule(K.TOKEN, S, r"push (?:token|key|endpoint|subscription|credential)|(?:fcm|apns|gcm|firebase|expo|onesignal) (?:token|key|registration)|\bp 256 ?dh\b|key auth$|vapid\b.*", "tjx", unless=ABOUT + "|public", confidence=0.6),
    Rule(K.TOKEN, S, r"(?:basic|http|bearer|digest) (?:auth|ticket)$|(?:ldap|ad|sso|jwt|saml|api|smtp|imap) (?:assertion|ticket|bearer|credential)$|basic auth\b.*|auth ?(?:pass\w*|phrase)", "txj", unless=ABOUT + "|user|username|enabled|type|id$|allowed", confidence=0.5),
    Rule(K.SESSION, S, r"(?:php|web|http|browser|client|server|device|broker|prev\w*|last|active|current|remember|sign ?in|user) (?:session|sid|sess)(?: (?:id|key|hash|token|data))?$|^sesskey$|anti ?csrf\w*|csrf\w*|session ?token|\bsid\b$", "txu",
         unless=r"count|active session id|current session id|last session$|active session$|current session$|(?:twilio|account|message|api key|service|call|ldap|object|user|group|security|windows|ad) sid", confidence=0.5, where=lambda c: not (c.definition or c.place)),
)  # fmt: skip

DIRECT = (
    Rule(K.PHONE, D, r"^(?:src|dst|source|destination|a party|b party|a number|b number|caller|callee|clid|caller id|from|to|number|dialed(?: number)?|cnam|cnum|ani|dnis|did|calling|called|originator|peer|party|remote party|local party)$", "ti",
         where=lambda c: _says(c, "cdr", "call", "calllog", "cel", "sip", "telephony", "voicemail", "asterisk", "pbx", "dialer", "sms") and not (c.definition or c.configuration), confidence=0.5),
    Rule(K.BANK_ACCOUNT, D, r"^(?:ifsc|micr|bsb|nuban|clabe|cbu|sort code)(?: code| number)?$|(?:payout|refund|settlement|beneficiary|debit|deposit|withdrawal|salary|remittance) (?:account|acct|iban|account number)$", "t", unless="id$", where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.CARD_NUMBER, D, r"^exp\w* (?:mm|yy|yyyy|month|year|dt|date)$", "tid", where=lambda c: _says(c, "card", "bankcard", "creditcard") and not c.definition, confidence=0.4),
    Rule(K.PERSON_NAME, D, r"emboss\w*(?: name)?$|name on card", "t", confidence=0.6),
    Rule(K.DEVICE_ID, D, r"^(?:serial(?: number| no)?|sn|hw id|asset tag)$", "t", where=lambda c: _says(c, "device", "phone", "handset", "terminal", "meter", "sim", "router", "camera", "laptop", "tablet", "wearable") and not (c.definition or c.place), confidence=0.4),
    Rule(K.ACCOUNT_ID, D, r"^(?:source|remote|foreign|third party|external|profile|provider|legacy|old|crm|erp|hubspot|salesforce) (?:id|uid|identifier|ref|reference|number)$", "t", where=lambda c: (c.person or c.reached or _says(c, "contact", "customer", "patient", "member", "channel", "user", "employee")) and not (c.definition or c.configuration), confidence=0.4),
    Rule(K.STREET, D, r"^(?:number|house number|street number|unit|door|floor|apartment)$", "i", where=lambda c: head(c.words) == "address" and not (c.definition or c.place), confidence=0.5),
    Rule(K.USERNAME, D, r"whodunn?it", "t", confidence=0.8),
    Rule(K.JSON_PERSON, D, r"^object(?: change)?$", "tj", where=lambda c: _says(c, "version", "audit", "revision", "history"), confidence=0.5),
    Rule(K.EMAIL, D, r"^(?:\w+ )?(?:sender|recipient)$", "tj", where=lambda c: _says(c, "mailing", "mail", "email", "newsletter", "notification", "smtp"), confidence=0.5),
    Rule(K.USERNAME, D, r"^(?:user id|uid|login id|user code|account|account id)$", "t", where=lambda c: c.guarded and not c.person, confidence=0.6),
    Rule(K.PERSON_NAME, D, r"^(?:poster|starter|thread starter|replier|commenter|asker|answerer|writer|blogger|respondent|posted|last poster|from)(?: name)?$", "t", where=lambda c: c.content or c.letter, confidence=0.5),
    Rule(K.JSON_PERSON, D, r"^(?:email |mail |message )?headers?$", "tj", where=lambda c: _says(c, "email", "mail", "message", "letter"), confidence=0.5),
    Rule(K.ACCOUNT_ID, D, r"(?:ldap|ad|directory) (?:path|dn|node|ref|entry|name)$", "t", where=_somebodys, confidence=0.5),
    Rule(K.USERNAME, D, r"(?:^|\b)(?:http|basic auth|auth|ssh|ftp|sftp|smtp|imap|snmp|proxy|db|database|ldap|mqtt|rtsp|api|service|remote|radius|vpn|sip|mail|bind|admin|root|master|ipmi|connect\w*|default) (?:user|username|login|usr)$|^(?:user|username|login|user name)$|security name$|psk identity|(?:user|login) (?:principal|dn)$", "t",
         unless="default (?:user|login)$", where=lambda c: not (c.company and not c.personal), confidence=0.5),
    Rule(K.JSON_PERSON, D, r"^(?:user|customer|patient|member|contact|person|account|sender|recipient|author|actor|owner|client|buyer|shopper|guest|travell?er|passenger|employee|student|billing|shipping|billing address|shipping address)$", "j", confidence=0.6),
    Rule(K.JSON_PERSON, D, r"^(?:traits?|(?:\w+ )*metadata(?: \w+)?|attributes?|claims?|profile|personali[sz]ation \w+|app metadata|user metadata|properties|property|prop|extra|info|custom \w+)$", "j", where=lambda c: (c.account or c.person or c.health or c.patient) and not (c.definition or c.configuration), confidence=0.5),
    Rule(K.JSON_PERSON, D, r"(?:request|payload|message|event|body|hook|webhook|template) (?:content|body|data|payload|json|variable|context|parameter)$|^json$|^(?:extra|metadata|info)$", "tjx",
         where=lambda c: (c.log or _says(c, "hook", "webhook", "courier", "outbox", "token", "queue", "mail", "email")) and not (c.definition or c.configuration), unless="url|type|(?:request|message) body$", confidence=0.4),
    Rule(K.JSON_PERSON, D, r"^(?:details?|extra ?info|extra|info|data|message data|description data)$", "tjx", where=lambda c: _says(c, "audit", "auditlog"), confidence=0.4),
    Rule(K.ACCOUNT_ID, D, r"^auth (?:id|uid|subject|sub)$", "tu", where=_somebodys, confidence=0.5),
    Rule(K.IP, D, r"^(?:host|host name|remote host|client|peer|origin)$", "t", where=lambda c: (c.session or _says(c, "attempt", "visit", "lockout", "failure", "ban", "throttle")) and not (c.definition or c.place or c.configuration), confidence=0.4),
    Rule(K.IP, D, r"^(?:key|identifier|value|client|subject|bucket|id)$", "t", where=lambda c: _says(c, "attempt", "reputation", "brute", "bruteforce", "lockout", "throttle", "ratelimit", "limiter", "ratelimiting", "flood") and not (c.definition or c.configuration), confidence=0.4),
    Rule(K.URL_PROFILE, D, r"referr?er(?: url)?$", "t", where=lambda c: c.session or c.log or _says(c, "connection", "visit", "hit", "pageview", "click", "access", "page", "view", "lead", "order"), confidence=0.4),
    Rule(K.EMAIL, D, r"^identifier$", "t", where=lambda c: head(c.words) == "verification" or (_says(c, "token", "request") and _says(c, "verification", "reset", "login", "magic", "passwordless", "confirmation", "signin")), confidence=0.6),
    Rule(K.USERNAME, D, r"^(?:slug|permalink|vanity(?: \w+)?|custom url|profile slug|user slug|shortname|short name)$", "t", where=lambda c: c.person, confidence=0.5),
    Rule(K.FIRST_NAME, D, r"^ad$", "t", where=lambda c: c.person, confidence=0.5),
    Rule(K.NATIONAL_ID, D, r"(?:certificate (?:birth|marriage|death)|(?:birth|marriage|death) certificate)(?: (?:number|no|id))?$", "ti", where=lambda c: c.person or c.reached or c.personal, confidence=0.5),
    Rule(K.NATIONAL_ID, D, r"^document$", "ti", where=lambda c: c.person, confidence=0.4),
    Rule(K.STREET, D, r"^address (?:customer|client|employee|member|patient|student|owner|tenant|holder|contact|delivery|billing|home|work|residence|domicile)(?: \w+)?$", "t", unless="id$|type|company", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.NATIONAL_ID, D, r"^tc(?: (?:number|no|kimlik\w*|id))*$|^tc kimlik\w*(?: \w+)?$|^kimlik\w*(?: (?:number|no))?$", "ti", where=lambda c: c.person, confidence=0.6),
    Rule(K.TAX_ID, D, r"^cf$", "t", where=lambda c: c.person, confidence=0.6),
    Rule(K.OTHER, D, r"^v$", "tj", where=lambda c: c.personal and c.configuration, confidence=0.5),
    Rule(K.DEVICE_ID, D, r"push (?:uuid|id|uid|identifier)|device (?:identifier|uid|udid|uuid|guid|unique id|imei)|(?:hardware|machine|terminal|handset|phone|instal\w*) (?:id|uuid|uid|guid|identifier|fingerprint|hash)|"
         r"\b(?:idfa|idfv|gaid|aaid|oaid|udid|openudid|android id|ad id|advertis\w* id)\b|request device \w+|response device id|player id$", "tux",
         unless=r"player id$(?<!push player id)|type|name", where=lambda c: not (c.definition or c.place), confidence=0.5),
    Rule(K.DEVICE_ID, D, r"^(?:kid|key id|cred(?:ential)? id|external id|raw id|handle|key handle)$", "txu", where=lambda c: _says(c, "webauthn", "passkey", "fido", "fido2", "u2f") and not c.definition, confidence=0.5),
    Rule(K.DEVICE_ID, D, r"^(?:identifier|unique id|serial|fingerprint)$", "t", where=lambda c: c.words[-1:] == ("device",) and c.personal and not c.definition, confidence=0.5),
    Rule(K.DEVICE_ID, D, r"^(?:device|handset|phone device|duo device)$", "t", where=lambda c: c.words[-1:] == ("device",) and not (c.definition or c.place), confidence=0.4),
    Rule(K.EMAIL, D, r"\w+email$|\w+mail$", "t", unless=r"(?:voice|snail|chain|black|hot|web|junk|by|via|has|is)mail$|\bmail$", confidence=0.5),
    Rule(K.PHONE, D, r"\w+(?:phone|telefon|telefono|telefone|handynr|mobil|celular)$", "t", unless=r"(?:head|micro|mega|saxo|gramo|smart|i|ear|xylo|inter|video|dicta|i ?)phone$|auto ?mobil$|\bphone$|im ?mobil$", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.FIRST_NAME, D, r"\w+(?:firstname|vorname|prenom|fname|givenname)$", "t", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.LAST_NAME, D, r"\w+(?:lastname|nachname|surname|apellido|cognome|lname|familyname)$", "t", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.USERNAME, D, r"\w+(?:username|benutzername|nickname|uname)$", "t", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.USERNAME, D, r"\bjid\b|^invitee$|^inviter$", "t", unless="(?:id|type|count)$", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.USERNAME, D, r"^(?:bare )?(?:peer|correspondent|counterpart)$", "t", where=lambda c: head(c.words) in ("archive", "message", "chat", "conversation", "call"), confidence=0.5),
    Rule(K.PERSON_NAME, D, r"(?:admin|administrator|webmaster|postmaster|operator contact|contact person) (?:full )?name$", "t", confidence=0.5),
    Rule(K.USERNAME, D, r"(?:author|owner|user|creator|committer|assignee|reviewer|sender|actor|member|requester|merger|opener|closer|git|github|gitlab) login$", "t", confidence=0.6),
    Rule(K.ACCOUNT_ID, D, r"^(?:payer|payee|buyer|subscriber|cardholder) (?:id|uid|identifier|reference)$", "t", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.ACCOUNT_ID, D, r"(?:provider|idp|third party|oauth|social|external|remote|foreign|custom|upstream|authenticated|partner|legacy) (?:account|user|customer|subject|member|profile|person) ?(?:id|uid|identifier|key|number|ref|reference)$|(?:provider|idp|oauth|social) uid$|"
         r"(?:stripe|paypal|braintree|recurly|chargebee|paddle|mollie|adyen|razorpay|square|gocardless|xero|quickbook\w*|lago|plaid|mangopay|wise|coinbase|chargify) (?:customer|account|user|payer|member|person|profile|connect\w*|subscriber|mandate|source|card|payment method) ?(?:id|uid|identifier|number|token)?$", "tiun",
         unless="type", where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.ACCOUNT_ID, D, r"(?:ldap|ad|saml|scim|entra|azure|aad|okta|google|apple|facebook|fb|twitter|github|gitlab|discord|slack|telegram|linked ?in|microsoft|instagram|line|wechat|weibo|qq|steam|twitch|spotify|strava|garmin|fitbit|zoom|matrix|keybase|yahoo|vk|odnoklassniki|kakao|naver|openid|orcid|idir|sub) (?:com |org )?"
         r"(?:user |account |profile |person |member )?(?:id|uid|uuid|guid|sid|dn|sub|subject|identifier|open ?id|union ?id|user|handle)$", "tiun",
         unless=r"(?:client|app|application|project|team|org|organization|group|channel|guild|repo|repository|issue|pull|page|pixel|analytics|tag|calendar|event|room|meeting|webinar|status|post|message|media|album|place|ad|campaign|plan|price|product|subscription|invoice|charge|tenant|line|line item) id$",
         where=lambda c: (_somebodys(c) or _says(c, "channel", "integration", "page", "social", "bot")) and not (c.definition or c.configuration or c.company), confidence=0.5),
    Rule(K.USERNAME, D, r"(?:sam account|account|unix|nt|windows|domain|ldap|ad|sip|voip|pbx|asterisk|ssh|ftp|vpn|radius|jabber|skype|irc|icq|xmpp|matrix|chat|im|messenger|googleplus|google plus|social ?network\w*|mastodon|bluesky|youtube|snapchat|tiktok|pinterest|flickr|vimeo|tumblr|threads|peertube|pixelfed|lemmy|viber|signal|zalo) ?(?:name|user|username|login|id|uid|handle|nick\w*|account|profile|url|uri|address)?$", "tj",
         unless=r"(?:account|domain|chat|signal|messenger|threads|im|ad|ldap|ssh|vpn) (?:name|id|url|uri|account|user|address)$|^(?:account|domain|chat|messenger|threads|nt|windows|ad|im|ldap|ssh|ftp|vpn|radius|unix|matrix|signal|pbx|asterisk)$", where=lambda c: c.person or c.reached, confidence=0.5),
    Rule(K.USERNAME, D, r"\w{3,}ed by(?: (?:user|name|login|username|email))?$|(?:made|done|given|written|sent|seen|paid|set|run|built|taken|won|led|held|sold|drawn|chosen|known|shown|met|found) by$|who(?: \w+)?$", "t",
         unless=r"(?:ordered|sorted|grouped|powered|licen[cs]ed|limited|indexed|separated|followed|caused|covered|required|supported|affected|used|needed|enabled|filtered|partitioned|clustered|divided|multiplied|replaced|superseded|linked|blocked|produced|provided|published|owned) by", where=lambda c: not (c.definition or c.configuration), confidence=0.5),
    Rule(K.STREET, D, r"^(?:content|value|text|full|formatted|raw|line|address|detail|details|description|data|other|extra|additional|complement\w*|number|unit|block|floor|door|building|premise|suite)$", "tj", where=lambda c: head(c.words) == "address" and not (_says(c, "email", "ip", "mac", "wallet", "web") or c.definition or c.place), confidence=0.5),
    Rule(K.COORDINATES, D, r"spatial\w*(?: location)?|geo(?:m|metry|graphy|json| json| position| pos| lat\w*| lon\w*)?|lat ?lo?n?g|gps \w+|position (?:x|y|latitude|longitude)|latitude \w+|longitude \w+", "tnojx", unless="accuracy|source|type|time|at$",
         where=lambda c: (head(c.words) == "address" or c.person or c.reached) and not (c.definition or c.place), confidence=0.5),
    Rule(K.COORDINATES, D, r"latitude|longitude|coordinates \w+", "tnoi", unless="max|min|center|centre|bound", where=lambda c: (c.reached or _says(c, "gps", "track", "trace", "gpx", "trip", "ride", "checkin", "geotag", "waypoint", "breadcrumb", "tracking", "attachment", "message", "photo", "login", "session"))
         and not (c.definition or c.place), confidence=0.5),
    Rule(K.URL_PROFILE, D, r"(?:original|source|target|referr?er|referring|visited|origin|landing|external|remote|canonical|permalink) (?:\w+ )?(?:url|uri|link|page|referr?er)$|^referr?ing domain$|actor (?:apub |ap )?(?:id|url|uri)$|profile (?:url|uri|link)|(?:inbox|outbox|followers|following) (?:url|uri)", "t",
         where=lambda c: c.personal or (c.log and not c.definition), unless="image|photo|avatar|icon|picture|shared", confidence=0.4),
    Rule(K.IMAGE, D, r"^(?:banner|header|cover|cover image|banner image|header image|wallpaper|image|picture|thumbnail|logo|scan|face|selfie|signature)(?: (?:url|uri|path|file|remote url|file name|data|id))?$", "txj", where=lambda c: c.person, unless="(?:id|type)$", confidence=0.4),
    Rule(K.LAST_NAME, D, r"^name$", "t", where=lambda c: c.words in (("family",), ("household",)), confidence=0.6),
    Rule(K.PERSON_NAME, D, r"(?:youth|minor|foster|carer|escort|chaperone|companion|ward|heir|deponent|notary|appraiser|inspector|auditor|surveyor|adjuster|investor|shareholder|stakeholder|trainer|trainee|mentor|mentee|tutor|examiner|grader|"
         r"proctor|scholar|alumnus|inventor|assignor|assignee|grantor|grantee|licensee|leaseholder|homeowner|neighbou?r|colleague|boss|subordinate|substitute|deputy|minister|pastor|priest|rabbi|imam|bishop|officiant|celebrant|godparent|"
         r"godfather|godmother|groom|bride|fiance\w*|husband|wife|son|daughter|brother|sister|uncle|aunt|cousin|grand\w+|twin|infant|baby|newborn|deceased|decedent|victim|offender|accused|plaintiff|petitioner|appellant|complainant|informant|"
         r"arresting officer|detective|sheriff|warden|inmate|detainee|juror|counsel|solicitor|barrister|paralegal|conveyancer|midwife|pharmacist|optician|dietician|radiologist|anaesthetist|anesthetist|attending|referring|prescriber|operator|sales ?(?:man|person|rep|agent)|"
         r"account manager|case ?(?:worker|manager)|social worker|key ?holder|responsible|responsible person|primary|secondary|billing contact|technical contact|admin contact|shipping|billing|invoice|delivery) (?:full |first |last )?name$", "t",
         unless="(?:primary|secondary|operator|invoice|responsible) name$", where=lambda c: not c.definition, confidence=0.5),
    Rule(K.BANK_ACCOUNT, D, r"bank ?(?:ac\w*|acct|acc|number|no|code|branch|routing|sort|swift|name|owner|holder|detail\w*|data|info)\b.*|(?:mandate|sepa|direct debit) (?:ref\w*|id|number|mandate)|creditor (?:id|ident\w*)|upi(?: id)?|pix(?: key)?|^(?:iban|bic|swift|bban|account number|acct no|nuban)$", "tij",
         where=lambda c: c.person or c.reached or c.personal, unless="type|id$(?<!upi id)(?<!creditor id)|status", confidence=0.5),
)  # fmt: skip

SPECIAL = (
    Rule(K.HEALTH, P, r"injur\w+(?: \w+)?|hospital(?: name)?|disabilit\w+|blood (?:type|group)|allerg\w+|pregnan\w+|medical (?:note|history|condition|information|info)|pre ?existing \w+|illness\w*|vaccinat\w+|diagnos\w+", "tejb",
         unless=r"(?:id|at|count|url|uuid|type id)$", where=lambda c: not (c.definition or c.configuration or c.place or c.company) and not _says(c, "product", "item", "article", "post", "page", "menu", "game", "food", "ingredient", "recipe"), confidence=0.4),
    Rule(K.HEALTH, P, r"\bhr\b|heart rate|resting \w+|calor\w*|\bstep(?: count)?\b|vo 2(?: max)?|hrv|sleep\w*|body \w+|muscle mass|waist|cycle \w+|mood|stress(?: level)?|weight(?: \w+)?|temperature|hydration|blood \w+|glucose\w*", "tin", unless="(?:id|at|unit|goal id)$",
         where=lambda c: _says(c, "workout", "fitness", "body", "wellness", "sleep", "exercise", "metric", "tracker", "cycle", "period", "wearable", "heartrate") and c.personal and not c.definition, confidence=0.4),
    Rule(K.OTHER, P, r"convict\w*(?: \w+)?|gang \w+|charges?|sentence\w*|offen[cs]es?|crime \w+|verdict|plea|parole \w+|probation \w+|arrest \w+", "tdsij", unless="(?:id|at|count)$", where=lambda c: _says(c, "offender", "inmate", "prisoner", "arrest", "suspect", "defendant", "criminal", "convict", "probation", "parole", "detainee"), confidence=0.5),
    Rule(K.HEALTH, P, r"\b(?:sen|iep|eal|fsm)\b(?: \w+)?|special (?:education|needs?)(?: \w+)?|looked after|child protection|safeguarding|in care\b|free (?:school )?meals?", "teib", unless="(?:id|at|count)$", where=lambda c: c.person and not c.definition, confidence=0.4),
    Rule(K.HEALTH, P, _ILL, "tenijb", unless=r"(?:id|at|count|url|uuid|by|version|date|enabled|threshold|limit)$|corona (?:\w+ )?(?:font|theme)|enable \w+|allow \w+|color|colour",
         where=lambda c: (c.personal or c.person or c.health) and not (c.definition or c.configuration or c.place), confidence=0.5),
    Rule(K.HEALTH, P, r"^(?:name|code|value|result|type|description|quantity|frequency|duration(?: \w+)*|unit|amount|dosage|dose|strength|form|route|level|score|grade|stage|indication|instruction|sig|refill|finding|remark|interpretation|reaction|severity|substance|agent|condition|category|title|text|reading|measure\w*|method|site|side|body site|outcome|response)$", "tnij",
         where=lambda c: (c.patient or (c.personal and head(c.words) in _FACTS)) and c.health and bool(_FACTS & {*c.words}) and not c.definition, confidence=0.5),
    Rule(K.HEALTH, P, r"sick ?(?:leave|day|note|time|hour)s?(?: \w+)?|medical leave|maternity|paternity|parental leave|disability \w+|leave reason|absence reason|incapacity\w*|work ?injur\w*|accident\w* (?:detail|description|type|injury)", "tenijbd", unless="(?:id|at|count|by|policy|balance type)$",
         where=lambda c: (c.person or c.personal or c.employment) and not c.definition, confidence=0.5),
)  # fmt: skip

QUASI = (
    Rule(K.POSTCODE, Q, r"^pin(?: code)?$", "ti", where=lambda c: head(c.words) == "address" or c.place, confidence=0.6),
    Rule(K.REGION, Q, r"^(?:zone|ward|taluk|tehsil|block|mandal|sub ?district|division|state or province|province or state|region or state|county)$", "t", where=lambda c: head(c.words) == "address" and not c.definition, confidence=0.5),
    Rule(K.CITY, Q, r"^(?:city or \w+|town or \w+|village or \w+|colony|hamlet|settlement|post town)$|(?:village|town|city) or \w+", "t", where=lambda c: (head(c.words) == "address" or c.person) and not c.place, confidence=0.5),
    Rule(K.MARITAL_STATUS, Q, r"wedding\w*(?: date)?|anniversary|marriage\w*|divorce\w*|widow\w*|engagement date", "tdsi", where=lambda c: c.person or c.reached, unless="id$", confidence=0.5),
    Rule(K.SALARY, Q, r"^(?:rate|rate change date|pay frequency|amount|bonus|quota|commission\w*|sales (?:quota|ytd|last year))(?: \w+)?$", "inds", where=lambda c: _says(c, "pay", "payroll", "salary", "wage", "compensation", "salesperson") and c.personal, confidence=0.5),
    Rule(K.JOB, Q, r"vacation\w*(?: \w+)?|annual leave|weekly hour|working hour|work hour|work week|contract hour|fte|joined date|join date|date joined company|confirmation date|probation\w*(?: \w+)*|notice period|seniority\w*|retire\w+ date", "indst", where=lambda c: c.employment or _says(c, "employee", "staff", "worker", "personnel"), unless="(?:id|at)$", confidence=0.5),
    Rule(K.OTHER, Q, r"height|weight", "tn", where=lambda c: c.personal and _says(c, "height", "weight", "measure", "measurement", "growth"), confidence=0.5),
)  # fmt: skip

TEXTS = (
    Rule(K.FREE_TEXT, T, r"describe\w*$|\bdescribed$|why(?: \w+)*$|purpose$|justif\w+|explain\w*|explanation|elaborat\w+|how (?:did|can|do|hear)\b.*|hear (?:of|about) us|other (?:info\w*|detail|text|specify|please specify)|(?:data|info\w*|detail|comment|remark|observation) (?:additional|other|extra)|(?:extra|additional|further|special|any other) (?:information|info|detail|request|comment|remark|text)|free ?(?:form|field)\w*(?: \d+)?|custom text|typed \w+|sonstige\w*|varia", "t",
         unless=r"(?:id|type|url|code|at|by)$", where=lambda c: not (c.definition or c.configuration), confidence=0.4),
    Rule(K.FREE_TEXT, T, r"^(?:text|sql|query|message) log$|^log (?:text|message|entry)$|(?:original|reported|quoted|embedded) (?:\w+ )?(?:text|name|title|subject|message)$", "t", where=lambda c: (c.log or c.content or c.personal) and not c.definition, confidence=0.4),
)  # fmt: skip

# Graver than a plain reading as text or as what narrows down: told of one patient, written to a log.
GRAVER = (
    Rule(K.HEALTH, P, r"medical certificate|sick ?(?:leave|day|note)|illness|surgery|hospital\w*|pregnan\w*|vaccin\w+|immuni[sz]\w+|disabilit\w+", "ds", where=lambda c: (c.personal or c.person) and not c.definition, confidence=0.4),
    Rule(K.HEALTH, P, r"^(?:body )?(?:weight|height|size|temperature|girth|waist)(?: (?:kg|cm|g|lb|in))?$", "ni", where=lambda c: c.patient and c.health and not c.definition, confidence=0.4),
    Rule(K.HEALTH, P, r"^(?:reason|result|outcome|complaint|remark|reason for visit|visit reason|finding|reason consultation|consultation reason)$", "t", where=lambda c: c.health and (c.personal or c.patient) and bool({"visit", "admission", "encounter", "appointment", "medical", "clinic", "consultation"} & {*c.words}) and not c.definition, confidence=0.5),
    Rule(K.JSON_PERSON, D, r"(?:request|webhook|message|event|response|req|res) (?:body|header|query|data|payload|content|cookie)|^(?:body|request|response)$", "j", where=lambda c: (c.log or _says(c, "hook", "webhook", "call", "request")) and not c.definition, confidence=0.4),
)  # fmt: skip

FAMILIES = (*SECRETS, *DIRECT, *SPECIAL, *QUASI, *TEXTS)
GRAVE = SECRETS

__all__ = ["FAMILIES", "GRAVE", "GRAVER"]
