"""The grades of every credit scheme: data, which the authorities extend."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def grades_by_scheme() -> Mapping[str, frozenset[str]]:
    """Return the grades that may be given in each scheme."""
    text = (files("baygate.intake") / "data" / "credit_grades.csv").read_text(encoding="utf-8")
    grades = defaultdict(set)
    for row in csv.DictReader(text.splitlines()):
        grades[row["scheme"]].add(row["grade"])
    return {scheme: frozenset(of_scheme) for scheme, of_scheme in grades.items()}
