"""Outlines of documents by what they are about. A text is a theme of its values, two numbers are bounds, True a flag, a list its items."""

from __future__ import annotations

from typing import Any

OUTLINES: dict[str, Any] = {
    "settings": {"language": "word language code", "page_size": (10, 100), "notifications": True, "theme": "word theme"},
    "metadata": {"source": "word source", "version": (1, 5), "tags": ["word tag"]},
    "plain": {"source": "word source", "owner": "name team", "stage": "word environment"},
    "address": {"line_1": "name street", "city": "name city", "country": "word country code"},
    "event": {"event": "word event name", "id": (1, 9_999), "status": "word state job"},
    "headers": {"Content-Type": "word mime", "Accept-Language": "word locale", "User-Agent": "word browser"},
    "error": {"code": (400, 504), "message": "text error"},
    "arguments": {"id": (1, 9_999), "force": True, "queue": "word queue"},
    "changes": {"field": "word field name", "old": "word state", "new": "word state"},
    "stats": {"views": (0, 5_000), "clicks": (0, 400), "shares": (0, 60)},
    "flags": {"dark_mode": True, "beta_search": True, "weekly_digest": True},
    "place": {"lat": (-55, 68), "lng": (-120, 150)},
    "image": {"filename": "name image", "content_type": "list image/png|image/jpeg", "size": (4_000, 900_000), "width": (64, 1_200)},
    "file": {"filename": "name file", "content_type": "word mime", "size": (900, 4_000_000)},
    "field": {"required": True, "max_length": (20, 500), "placeholder": "name input"},
    "answer": {"answer": "text comment", "rating": (1, 5)},
    "claims": {"iss": "list https://accounts.example.com|https://login.example.org", "sub": (1_000, 99_999), "scope": "word scope"},
    "provider": {"issuer": "list https://accounts.example.com|https://login.example.org", "grant_types_supported": ["list authorization_code|refresh_token"]},
    "rule": {"field": "word field name", "operator": "word operator", "value": "word state"},
    "layout": {"layout": "word layout", "columns": (1, 4), "width": (320, 1_200)},
    "price": {"amount": (5, 900), "currency": "word currency"},
    "contact": {"name": "name person", "email": "name email"},
    "schedule": {"days": ["word weekday"], "hour": (0, 23), "timezone": "word timezone"},
    "process": {"hostname": "word host", "pid": (300, 60_000), "database_pool": (1, 20)},
    "rules": [{"field": "word field name", "operator": "word operator", "value": "word state"}],
    "errors": ["text error"],
    "items": [{"name": "name product", "quantity": (1, 5), "price": (3, 400)}],
    "people": [{"name": "name person", "email": "name email"}],
    "keyset": {"keys": [{"kid": (1_000, 9_999), "kty": "list RSA|EC", "alg": "word algorithm", "use": "list sig"}]},
    "keys": [{"kid": (1_000, 9_999), "kty": "list RSA|EC", "alg": "word algorithm", "use": "list sig"}],
    "scopes": ["word scope"],
    "roles": ["word role"],
    "tags": ["word tag"],
    "codes": ["name code"],
    "emails": ["name email"],
    "addresses": ["list 192.0.2.10|192.0.2.24|198.51.100.7|203.0.113.5"],
    "uris": ["list https://app.example.com/callback|https://example.org/login/return|http://localhost:3000/callback"],
    "extensions": ["word extension"],
    "files": ["name file"],
    "fields": ["word field name"],
    "channels": ["word kind channel"],
    "options": ["list Yes|No|Maybe|Not sure"],
    "themes": ["word theme"],
    "numbers": [(1, 400)],
    "texts": ["name label"],
}  # fmt: skip


__all__ = ["OUTLINES"]
