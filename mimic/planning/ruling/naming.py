"""The words of names, glued ones too: `productcategory` is `product`, `category`.

`meaning.words` parts what matters for people's data; here the words are added that say what things are.
"""

from __future__ import annotations

from functools import lru_cache

from mimic.planning.meaning import words as plain

_THINGS = frozenset(
    ["account", "address", "amt", "due", "qty", "agreement", "archive", "article", "assembly", "attachment", "attribute", "badge", "batch", "bill", "block", "board", "book", "booking", "branch", "build", "business", "card", "cart", "category", "channel", "check", "claim", "class", "client", "code", "color", "comment", "component", "concept", "condition", "config", "contact", "content", "contract", "contribution", "cost", "course", "credential", "credit", "culture", "currency", "customer", "data", "date", "day", "default", "definition", "delivery", "department", "description", "design", "detail", "device", "document", "domain", "download", "draft", "drug", "email", "employee", "encounter", "entity", "entry", "error", "event", "exchange", "execution", "export", "extension", "factor", "feature", "field", "file", "filter", "flag", "folder", "form", "format", "forum", "friend", "group", "handler", "head", "header", "history", "hook", "hour", "host", "html", "image", "import", "index", "ingredient", "inventory", "invoice", "issue", "item", "job", "key", "keyword", "label", "language", "large", "layout", "level", "license", "limit", "line", "link", "list", "location", "lock", "log", "login", "map", "material", "measure", "media", "member", "memo", "menu", "message", "meta", "method", "metric", "model", "module", "name", "node", "note", "number", "object", "offer", "option", "order", "page", "paper", "parent", "part", "password", "patient", "payment", "period", "permission", "person", "phone", "photo", "picture", "place", "plan", "plugin", "point", "policy", "pool", "position", "post", "price", "priority", "process", "product", "profile", "program", "project", "property", "provider", "purchase", "quality", "quantity", "query", "queue", "quota", "rate", "reason", "receipt", "record", "reference", "region", "registration", "relation", "release", "report", "request", "resource", "response", "result", "review", "revision", "role", "room", "route", "routing", "row", "rule", "sale", "sales", "scale", "schedule", "scope", "score", "scrap", "search", "season", "section", "session", "setting", "shift", "ship", "shipment", "shop", "size", "source", "special", "stage", "standard", "start", "state", "station", "status", "step", "stock", "stop", "storage", "store", "story", "street", "style", "sub", "subcategory", "subject", "subscription", "summary", "supplier", "survey", "system", "table", "tag", "target", "task", "tax", "team", "template", "term", "territory", "test", "text", "theme", "thread", "thumbnail", "ticket", "time", "title", "token", "topic", "total", "track", "transaction", "transfer", "trigger", "type", "unit", "update", "upload", "url", "user", "value", "variant", "vendor", "venue", "version", "view", "visit", "vote", "warehouse", "website", "weight", "word", "work", "worker", "workflow", "zone"]
)  # fmt: skip
_KNOWN = _THINGS | frozenset(plain.WORDS)


def _parted(token: str) -> list[str]:
    """A glued token as the fewest known words; as it is where it cannot be parted."""
    best: list[list[str] | None] = [[]] + [None] * len(token)
    for end in range(3, len(token) + 1):
        for start in range(end - 2):
            before = best[start]
            word = token[start:end]
            if before is not None and (word in _KNOWN or plain.singular(word) in _KNOWN):
                found = [*before, plain.singular(word)]
                if best[end] is None or len(found) < len(best[end] or ()):
                    best[end] = found
    return best[-1] or [token]


@lru_cache(maxsize=20_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in plain English, singular."""
    out: list[str] = []
    for token in plain.tokens(name):
        out += [token] if len(token) < 6 or token in _KNOWN else _parted(token)
    return tuple(out)


def phrase(name: str) -> str:
    return " ".join(tokens(name))


__all__ = ["phrase", "tokens"]
