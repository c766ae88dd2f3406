"""Queries that nobody wrote, against the running server: what schemathesis makes of the schema, valid and not."""

import io
from typing import Any

import schemathesis
from graphql import FieldNode, GraphQLScalarType, InlineFragmentNode, parse, print_schema, validate
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from baygate.contract.schema import graphql_schema

REFUSALS = {"LIMIT_EXCEEDED", "BAD_USER_INPUT", "INVALID_CURSOR", "GRAPHQL_VALIDATION_FAILED"}
EXAMPLES = {
    "PartyId": ["CN-91440300708461136T", "HK-12345678", "MO-12345-SO"],
    "Uscc": ["91440300708461136T"],
    "OrganisationCode": ["708461136"],
    "Ubi": ["12345678"],
    "RegionCode": ["440300", "440000"],
    "Date": ["2024-02-29", "0001-01-01", "9999-12-31"],
    "DateTime": ["2026-11-01T08:30:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"],
    "Decimal": ["0", "-1.5", "999999999999999999.99999999"],
    "HsCode": ["8517130000"],
    "DeclarationNo": ["530420240041234567"],
}
OURS = graphql_schema()
for name, type_ in OURS.type_map.items():
    if isinstance(type_, GraphQLScalarType) and name not in {"String", "Int", "Float", "Boolean", "ID"}:
        texts = st.sampled_from([*EXAMPLES.get(name, []), "x", ""]) | st.text(max_size=20)
        schemathesis.graphql.scalar(name, texts.map(nodes.String))
schema = schemathesis.graphql.from_file(io.StringIO(print_schema(OURS)))


@schema.parametrize()
@settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_every_field_answers_whatever_is_asked_of_it(case: Any, hub: Any) -> None:
    answer = hub.ask(case.body)
    assert answer.status_code < 500, answer.text
    body = answer.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    codes = {error["extensions"]["code"] for error in body.get("errors", [])}
    assert codes <= REFUSALS, case.body
    if answer.status_code == 200:
        assert list(body["data"]) == asked(case.body)
        return
    assert "data" not in body
    assert codes
    if "GRAPHQL_VALIDATION_FAILED" in codes:
        assert validate(OURS, parse(case.body)), "what the hub finds invalid is invalid"


def asked(query: str) -> list[str]:
    """Return the response keys at the top of a query."""
    keys: dict[str, None] = {}

    def collect(node: Any) -> None:
        for each in node.selection_set.selections:
            if isinstance(each, FieldNode):
                keys[(each.alias or each.name).value] = None
            elif isinstance(each, InlineFragmentNode):
                collect(each)

    collect(parse(query).definitions[0])
    return list(keys)
