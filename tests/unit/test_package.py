"""`import mimic` costs nothing, and gives what its stub promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import mimic


@pytest.mark.parametrize("module", ["mimic", "mimic.cli.app"])
def test_importing_loads_no_library(module):
    """The library's name and the command's help come at once."""
    heavy = "('numpy', 'pyarrow', 'pydantic', 'scipy', 'mimic.commands')"
    script = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_every_public_name_is_there_and_in_the_stub():
    stub = Path(mimic.__file__).with_suffix(".pyi").read_text()
    assert set(mimic.__all__) == set(re.findall(r"import \w+ as (\w+)", stub))
    for name in mimic.__all__:
        assert getattr(mimic, name) is not None
        assert name in dir(mimic)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'clonee'"):
        mimic.clonee  # noqa: B018
