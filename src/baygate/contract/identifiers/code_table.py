"""The code tables under ``data/``: read once, on first use, then kept.

They are data and not rules in code, because the issuing authorities extend them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """A code with its Chinese and, where the table gives one, its English name."""

    code: str
    name_zh: str
    name_en: str | None


@cache
def load(name: str) -> Mapping[str, Entry]:
    """Return the table ``data/<name>.csv`` by code, in the order of the file."""
    source = files("baygate.contract.identifiers") / "data" / f"{name}.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return MappingProxyType({row["code"]: Entry(row["code"], row["name_zh"], row["name_en"] or None) for row in rows})
