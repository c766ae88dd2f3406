"""Completion gives what was decided, whatever stands in the merged answer."""

from graphql import build_schema

from baygate.access.decision import ByProvider, Decision
from baygate.gateway.execution.completion import Completer
from baygate.sources.fetch import Selected, Selection

SCHEMA = build_schema("type Query { plain: String withheld: String }")


def test_a_withheld_field_is_null_even_if_a_source_gave_it_a_value() -> None:
    nobody = ByProvider[Decision]({}, Decision())
    fields = (Selected("plain", "plain", {}, None), Selected("withheld", "withheld", {}, None, nobody))
    completer = Completer(SCHEMA, [])
    answer = {"plain": "told", "withheld": "not for you"}
    assert completer.data(Selection("Query", {"Query": fields}), answer) == {"plain": "told", "withheld": None}
    assert completer.errors == []
