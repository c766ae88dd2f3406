"""The dashboard: what it asks Prometheus for is there, told apart by labels that are there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from baygate.observation import series
from baygate.observation.series import Kind

DOCS = Path(__file__).resolve().parents[2] / "docs"
DASHBOARD = json.loads((DOCS / "grafana" / "baygate.json").read_text(encoding="utf-8"))
OF_PROMETHEUS = {"le", "instance"}
_LABELS = re.compile(r"\{([^}]*)\}")


def exported() -> dict[str, set[str]]:
    """Return the names under which metrics are exported, with their labels."""
    names: dict[str, set[str]] = {}
    for each in series.ALL.values():
        suffixes = {Kind.COUNTER: ("_total",), Kind.HISTOGRAM: ("_bucket", "_sum", "_count")}.get(each.kind, ("",))
        names |= {each.name + suffix: set(each.labels) for suffix in suffixes}
    return names


def expressions(panels: list[dict[str, Any]]) -> Iterator[str]:
    for panel in panels:
        yield from (each["expr"] for each in panel.get("targets", []))
        yield from expressions(panel.get("panels", []))


def alerts() -> list[str]:
    text = (DOCS / "observability.md").read_text(encoding="utf-8")
    return re.findall(r"^ +expr: (.+)$", text, re.MULTILINE)


ASKED = [*expressions(DASHBOARD["panels"]), *alerts()]


@pytest.mark.parametrize("expression", ASKED)
def test_what_is_asked_for_is_there(expression: str) -> None:
    names = exported()
    asked = re.findall(r"\bbaygate_\w+", expression)
    assert asked
    assert set(asked) <= names.keys()
    known = OF_PROMETHEUS.union(*(names[each] for each in asked))
    by = [label.strip() for found in re.findall(r"by \(([^)]*)\)", expression) for label in found.split(",")]
    filters = [each for found in _LABELS.findall(expression) for each in re.findall(r"(\w+)(?:=~|!=|=)\"", found)]
    assert {*by, *filters} <= known
    assert expression.count("(") == expression.count(")")


def test_counters_are_asked_for_their_rate_alone() -> None:
    counters = {f"{each.name}_total" for each in series.ALL.values() if each.kind is Kind.COUNTER}
    for expression in ASKED:
        for name in re.findall(r"(?:rate|increase)\((baygate_\w+)", expression):
            assert name in counters or re.search(r"_(bucket|sum|count)$", name)


def test_every_metric_is_shown_or_alarms() -> None:
    asked = " ".join(ASKED)
    assert [each.name for each in series.ALL.values() if each.name not in asked] == []


def test_panels_are_told_apart_and_do_not_lie_on_each_other() -> None:
    panels = DASHBOARD["panels"]
    assert len({each["id"] for each in panels}) == len(panels)
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels]
    assert len(set(places)) == len(places)


def test_the_documentation_lists_every_metric_and_its_labels() -> None:
    text = (DOCS / "observability.md").read_text(encoding="utf-8")
    for name, each in series.ALL.items():
        suffix = "_total" if each.kind is Kind.COUNTER else ""
        labels = ", ".join(f"`{label}`" for label in each.labels)
        assert f"| `{name}{suffix}` | {labels} |" in text


def test_legends_name_labels_that_the_answer_has() -> None:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            by = {each.strip() for found in re.findall(r"by \(([^)]*)\)", target["expr"]) for each in found.split(",")}
            assert named <= by


def test_names_are_ones_that_prometheus_takes() -> None:
    for name in exported():
        assert list(text_string_to_metric_families(f"{name} 1\n"))
