"""What docs/audit.md promises is shown by tests that there are; the settings and commands that it names exist."""

import ast
import re
from pathlib import Path

import pytest
from tests.docs.test_readme import ROOT

from baygate.cli.audit import COMMANDS
from baygate.settings import AuditSettings

TEXT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^\|.*\| `(tests/[^`]+)` \|$", TEXT, re.MULTILINE)


def named_in(file: Path) -> set[str]:
    """Return the tests of a file, those of a class under its name."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{prefix}{each.name}" for each in inside if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def test_every_promise_names_what_shows_it() -> None:
    table = TEXT.partition("| promise |")[2].partition("\n\n")[0]
    promises = [line for line in table.splitlines()[2:] if line.startswith("|")]
    assert len(promises) == len(SHOWN) > 15


@pytest.mark.parametrize("shown", SHOWN)
def test_what_shows_a_promise_is_there(shown: str) -> None:
    file, _, name = shown.partition("::")
    assert (ROOT / file).is_file()
    assert not name or name in named_in(ROOT / file)


def test_the_commands_that_it_names_are_there() -> None:
    named = set(re.findall(r"baygate audit ([a-z-]+)", TEXT))
    assert named == set(COMMANDS)


def test_the_settings_that_it_names_are_there() -> None:
    named = set(re.findall(r"`\[?audit\.([a-z0-9]+)\]?`", TEXT))
    assert named == set(AuditSettings.model_fields)
