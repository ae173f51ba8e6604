"""Mimic: safe, realistic copies of relational databases.

    import mimic

    model = mimic.learn("sqlite:///shop.db")
    model.sample("orders", 1000).to_pandas()
    mimic.generate(model, "sqlite:///copy.db", scale=0.1)

Names are fetched when they are first used: `import mimic` alone costs nothing. Their types stand in `__init__.pyi`. The verb
`plan` is `mimic.commands.plan`: `mimic.plan` is the noun.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0.dev0"

_COMMANDS = ("LearnedModel", "clone", "compare", "explain", "generate", "inspect", "learn", "load", "save", "subset")
_HOMES = dict.fromkeys(_COMMANDS, "mimic.commands") | {"Config": "mimic.config", "MimicError": "mimic.errors"}

__all__ = ["Config", "LearnedModel", "MimicError", "clone", "compare", "explain", "generate", "inspect", "learn", "load", "save", "subset"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'mimic' has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
