"""Whatever comes in, the answer is a clear refusal in JSON: never a 500, never a stack trace, never a dead worker."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import GraphQLInputObjectType, GraphQLScalarType
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from baygate.contract.schema import graphql_schema

CURSOR = "query ($c: String) { parties(first: 2, after: $c) { nodes { id } pageInfo { endCursor } } }"
HOSTILE: list[Any] = [
    True,
    0,
    -1,
    1.5,
    1e308,
    10**18,
    -(10**18),
    2**31,
    -(2**31) - 1,
    "",
    " ",
    "x",
    "\0",
    "a\0b",
    "\uffff",
    "\ufeff",
    "𝒳" * 50,
    "x" * 10_000,
    "'; DROP TABLE party; --",
    "%_\\",
    "{}",
    "-0",
    "NaN",
    "Infinity",
    "٣" * 18,
    "é" * 18,
    "9999-12-31",
    "0001-01-01",
    "2024-02-30",
    "2024-1-1",
    [],
    [[]],
    [[[[1]]]],
    [None],
    {},
    {"a": 1},
    {"__typename": 1},
]


def sound(answer: httpx.Response) -> Any:
    """Check that it is an answer that a client can work with, and return it."""
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text
    body = answer.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    for error in body.get("errors", []):
        assert error["message"]
        assert error["extensions"]["code"] not in {"INTERNAL", ""}
    return body


def refused(answer: httpx.Response) -> str:
    body = sound(answer)
    assert answer.status_code >= 400
    assert "data" not in body
    return str(body["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"true",
        b"1",
        b'"x"',
        b"{}",
        b"{",
        b"}",
        b"{]",
        b"[{}",
        b'{"query"}',
        b'{"query":}',
        b"{'query':''}",
        b'{"query":"{__typename}"',
        b'{"query":"{__typename}"}x',
        b'{"query":"{__typename}"}{}',
        b'{"query":"{__typename}",}',
        b'\xef\xbb\xbf{"query":"{__typename}"}',
        '{"query":"{__typename}"}'.encode("utf-16"),
        b"\xff\xfe\xfd",
        b"\0",
        b"\0" * 1_000,
        b'{"query":"\xff"}',
        b'{"query":"\xc0\x80"}',
        b'{"query":"\xed\xa0\x80"}',
        b'{"query":"\\ud800"}',
        b'{"query":"\\udc00\\ud800"}',
        b'{"query":"\\u00"}',
        b'{"query":"\\x"}',
        b'{"query":"\n"}',
        b'{"\\ud800":1}',
        b'{"query":NaN}',
        b'{"query":Infinity}',
        b'{"query":"{__typename}","variables":{"v":' + b"1" + b"0" * 400 + b"}}",
        b'{"query":"{__typename}","variables":{"v":1e999}}',
        b'{"query":"{__typename}","variables":{"v":01}}',
        b'{"query":"{__typename}","variables":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 20_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_json_object_with_a_query_is_a_bad_request(hub: Any, body: bytes) -> None:
    answer = hub.post(body)
    assert refused(answer) in {"BAD_REQUEST", "BATCHING_NOT_SUPPORTED"}
    assert answer.status_code == 400


def test_ten_megabytes_are_refused_by_their_size(hub: Any) -> None:
    answer = hub.post(b'{"query":"' + b"x" * 10_000_000 + b'"}')
    assert (answer.status_code, refused(answer)) == (413, "LIMIT_EXCEEDED")
    assert hub.ask("{ __typename }").status_code == 200


def test_of_a_key_given_twice_the_last_counts(hub: Any) -> None:
    assert hub.post(b'{"query":"{ x }","query":"{ __typename }"}').json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("levels", [65, 300, 900])
@pytest.mark.parametrize("padding", [0, 70_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_variables_nested_too_deeply_are_refused(
    hub: Any, levels: int, padding: int, opening: str, closing: str
) -> None:
    value = opening * levels + "1" + closing * levels
    answer = hub.post(f'{{"query":"{{__typename}}","variables":{{"p":"{"x" * padding}","v":{value}}}}}'.encode())
    assert refused(answer) == "LIMIT_EXCEEDED"
    assert answer.json()["errors"][0]["extensions"]["value"] == levels + 1


def test_extensions_may_be_nested_since_nobody_reads_them(hub: Any) -> None:
    nested = "[" * 900 + "]" * 900
    assert hub.post(f'{{"query":"{{__typename}}","extensions":{{"v":{nested}}}}}'.encode()).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "#",
        "\0",
        "\ufeff",
        "{",
        "}",
        "query",
        "query {",
        "...",
        "{ ...F }",
        "{ a(",
        "{ a: }",
        "$",
        "@",
        "!",
        '{ licence(licenceNo: "\\uD800") { licenceNo } }',
        '{ licence(licenceNo: "\\u{110000}") { licenceNo } }',
        '{ licence(licenceNo: "\\u{D800}") { licenceNo } }',
        '{ licence(licenceNo: "\\x") { licenceNo } }',
        '{ licence(licenceNo: "\\u0000") { licenceNo } }',
        '{ licence(licenceNo: "\0") { licenceNo } }',
        '{ licence(licenceNo: """\0""") { licenceNo } }',
        '{ licence(licenceNo: "x',
        '{ licence(licenceNo: """x',
        "{ licence(licenceNo: 1) { licenceNo } }",
        "{ licence(licenceNo: null) { licenceNo } }",
        "{ licence { licenceNo } }",
        "{ parties(first: 99999999999) { totalCount } }",
        "{ parties(first: " + "9" * 5_000 + ") { totalCount } }",
        "{ parties(first: 1e400) { totalCount } }",
        "{ parties(first: -1) { totalCount } }",
        "{ parties(first: 1.0) { totalCount } }",
        "{ parties(where: []) { totalCount } }",
        "{ parties(where: {kind: 1}) { totalCount } }",
        "{ parties(where: {kind: MAINLAND, kind: MACAU}) { totalCount } }",
        "{ parties(orderBy: null) { totalCount } }",
        "{ parties }",
        "{ __typename { x } }",
        "{ __typename @skip }",
        "{ __typename @skip(if: null) }",
        "{ __typename @skip(if: $x) }",
        "query ($x: Boolean) { __typename @skip(if: $x) }",
        "query ($x: Nope) { __typename }",
        "query ($x: Party) { __typename }",
        "query ($x: Int, $x: Int) { parties(first: $x) { totalCount } }",
        'query ($x: Int = "x") { parties(first: $x) { totalCount } }',
        "{ a: parties { totalCount } a: __typename }",
        "{ __typename } { __typename }",
        "query A { __typename } query A { __typename }",
        "type A { a: Int }",
        "fragment F on Query { __typename }",
        "{ ...F } fragment F on Query { ...F }",
        "{ ... on Nope { x } }",
        "mutation { x }",
        "subscription { x }",
        "{ _entities(representations: 1) { __typename } }",
        "{ _entities(representations: [null]) { __typename } }",
        "{ _entities(representations: [{}]) { __typename } }",
        '{ _entities(representations: [{__typename: "Party"}]) { __typename } }',
        '{ _entities(representations: [{__typename: "Declaration"}]) { __typename } }',
        '{ _entities(representations: [{__typename: "Declaration", declarationNo: {a: [1]}}]) { __typename } }',
        '{ _entities(representations: [{__typename: "Declaration", declarationNo: "\\u0000"}]) { __typename } }',
        "{ _entities(representations: [" + "[" * 150 + "]" * 150 + "]) { __typename } }",
    ],
    ids=lambda query: repr(query[:50]),
)
def test_a_query_that_asks_nothing_sensible_is_refused(hub: Any, query: str) -> None:
    answer = hub.ask(query)
    assert answer.status_code == 400
    assert refused(answer) != "BAD_REQUEST"


@pytest.mark.parametrize(
    "url",
    [
        "query=%FF",
        "query=%ZZ",
        "query=%",
        "query=%7",
        "query=%ED%A0%80",
        "query=%C0%80",
        "query=%00",
        "",
        "query",
        "query=",
        "&&&",
        "=",
        "query=%7B__typename%7D&variables=%7B",
        "query=%7B__typename%7D&variables=1",
        "query=%7B__typename%7D&extensions=[]",
        "query=%7B__typename%7D&variables=%22%5Cud800%22",
        "query=%7B__typename%7D&variables=%FF",
        "a=1&" * 50,
        "query=%7B__typename%7D&operationName=%00",
        "documentId=x",
        "documentId=",
        "query=%7B__typename",
    ],
    ids=lambda url: url[:40],
)
def test_a_url_that_asks_nothing_sensible_is_refused(hub: Any, url: str) -> None:
    answer = hub.client.get(f"{hub.url}?{url}", headers={"accept": "application/graphql-response+json"})
    refused(answer)
    assert answer.status_code == 400


@pytest.mark.parametrize("wrong", ["%ZZ", "%", "%7", "%FF"])
def test_a_url_that_is_not_percent_encoded_is_a_bad_request_even_where_it_would_not_matter(
    hub: Any, wrong: str
) -> None:
    answer = hub.client.get(f"{hub.url}?query=%7B__typename%7D%23{wrong}")
    assert (answer.status_code, refused(answer)) == (400, "BAD_REQUEST")


def inputs() -> Iterator[tuple[str, str]]:
    """Yield a type and a query that takes a variable of it, for every argument and every field of a filter."""
    schema = graphql_schema()
    assert schema.query_type
    for name, field in schema.query_type.fields.items():
        inner = "" if isinstance(getattr(field.type, "of_type", field.type), GraphQLScalarType) else " { __typename }"
        if name.startswith("verify"):
            inner = ""
        required = {argument: literal for argument, literal in REQUIRED.items() if argument in field.args}
        for argument, declared in field.args.items():
            others = "".join(f", {other}: {literal}" for other, literal in required.items() if other != argument)
            yield str(declared.type), f"{name}({argument}: $v{others}){inner}"
            if isinstance(declared.type, GraphQLInputObjectType):
                for key, each in declared.type.fields.items():
                    yield str(each.type), f"{name}({argument}: {{{key}: $v}}{others}){inner}"


REQUIRED = {
    "registry": "COMMERCIAL",
    "registrationNo": '"12345-SO"',
    "idNumber": '"11010519491231002X"',
    "name": '"张三"',
    "party": '"HK-12345678"',
    "accountNumber": '"6222021234567890"',
    "type": '"CreditRating"',
    "field": '"grade"',
}
INPUTS = sorted(set(inputs()))


@pytest.mark.parametrize(("type_", "field"), INPUTS, ids=[f"{field.partition('{ __')[0]}" for _, field in INPUTS])
def test_no_argument_breaks_on_any_value(hub: Any, type_: str, field: str) -> None:
    query = f"query ($v: {type_}) {{ {field} }}"
    for value in HOSTILE:
        body = sound(hub.ask(query, {"v": value}))
        for error in body.get("errors", []):
            assert error["extensions"]["code"] in {"BAD_USER_INPUT", "INVALID_CURSOR", "LIMIT_EXCEEDED"}, (value, error)


@pytest.mark.parametrize("value", ["440301199001011234", "SECRET\0", "SECRET" * 200, "SECRET\u200b", "SECRET" * 9])
@pytest.mark.parametrize(
    "query",
    [
        'query ($v: ResidentId!) { verifyPerson(idNumber: $v, name: "张三") }',
        'query ($v: PersonName!) { verifyPerson(idNumber: "11010519491231002X", name: $v) }',
        'query ($v: BankAccount!) { verifyAccount(party: "HK-12345678", accountNumber: $v) }',
    ],
    ids=["number", "name", "account"],
)
def test_a_refusal_never_repeats_what_may_be_personal(hub: Any, query: str, value: str) -> None:
    answer = hub.ask(query, {"v": value})
    sound(answer)
    assert "SECRET" not in answer.text
    assert "440301" not in answer.text


@pytest.mark.parametrize(
    ("query", "data"), [("{}", {}), ("{ ... {} }", {}), ("{ parties(first: 1) {} }", {"parties": {}})]
)
def test_braces_with_nothing_in_them_ask_for_nothing(hub: Any, query: str, data: Any) -> None:
    assert hub.ask(query).json() == {"data": data}


def test_variables_that_the_operation_does_not_declare_are_ignored(hub: Any) -> None:
    assert hub.ask("{ __typename }", {"no": 1, "": None, "\0": []}).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("number", ["-0", "-0.0", "0.0", "0e10", "2.0"])
def test_whole_numbers_are_whole_however_they_are_written(hub: Any, number: str) -> None:
    query = "query($v:Int){parties(first:$v){nodes{id}}}"
    body = sound(hub.post(f'{{"query":"{query}","variables":{{"v":{number}}}}}'.encode()))
    assert len(body["data"]["parties"]["nodes"]) == (2 if number == "2.0" else 0)


class TestCursors:
    def test_a_cursor_leads_on(self, hub: Any) -> None:
        first = hub.ask(CURSOR).json()["data"]["parties"]
        second = hub.ask(CURSOR, {"c": first["pageInfo"]["endCursor"]}).json()["data"]["parties"]
        assert second["nodes"]
        assert not [node for node in second["nodes"] if node in first["nodes"]]

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            "=",
            "====",
            "é",
            "\u0000",
            "𝒳",
            "A" * 20,
            "A" * 2_048,
            "A" * 5_000,
            "../../etc",
            "1",
            "null",
            base64.b64encode(b'["CN-1"]').decode(),
            base64.b64encode(b"\0" * 64).decode(),
            "A A A A",
            "-_-_",
            "+/+/",
        ],
        ids=lambda cursor: repr(cursor[:20]),
    )
    def test_garbage_is_no_cursor(self, hub: Any, cursor: str) -> None:
        assert refused(hub.ask(CURSOR, {"c": cursor})) in {"INVALID_CURSOR", "BAD_USER_INPUT"}

    def test_a_cursor_that_was_changed_is_none(self, hub: Any) -> None:
        cursor = hub.ask(CURSOR).json()["data"]["parties"]["pageInfo"]["endCursor"]
        for changed in ("A" + cursor[1:], cursor[:-2] + "AA", cursor + "AAAA", cursor[:-4], cursor * 2):
            if changed != cursor:
                assert refused(hub.ask(CURSOR, {"c": changed})) == "INVALID_CURSOR"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "productFilings(first: 2, after: $c) { nodes { __typename } }",
            "parties(first: 2, after: $c, orderBy: NAME_ASC) { nodes { id } }",
            "parties(first: 2, after: $c, where: {kind: MACAU}) { nodes { id } }",
        ],
    )
    def test_a_cursor_from_another_list_order_or_filter_is_none(self, hub: Any, elsewhere: str) -> None:
        cursor = hub.ask(CURSOR).json()["data"]["parties"]["pageInfo"]["endCursor"]
        answer = hub.ask(f"query ($c: String) {{ {elsewhere} }}", {"c": cursor})
        assert refused(answer) == "INVALID_CURSOR"


BYTES = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@BYTES
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered(hub: Any, body: bytes) -> None:
    assume(b'"query"' not in body)  # Hypothesis tries constants of the code, and one of them is a good request
    refused(hub.post(body))


@BYTES
@given(
    body=st.dictionaries(
        st.sampled_from(["query", "variables", "operationName", "extensions", "documentId"]), JSON_VALUES
    )
)
def test_any_json_is_answered(hub: Any, body: Any) -> None:
    sound(hub.post(json.dumps(body).encode()))


@BYTES
@given(query=st.text(alphabet='{}()[]:$@!.,="#\\ \n\0aquery_01é\ud83dfragmenton', max_size=60))
def test_any_text_is_answered_as_a_query(hub: Any, query: str) -> None:
    sound(hub.post(json.dumps({"query": query}).encode()))


@BYTES
@given(query=st.binary(max_size=100))
def test_any_url_is_answered(hub: Any, query: bytes) -> None:
    encoded = "".join(f"%{byte:02x}" for byte in query)
    url = httpx.URL(f"{hub.base}/graphql").copy_with(query=f"query={encoded}".encode())
    sound(hub.client.get(url, headers={"accept": "application/graphql-response+json"}))


@BYTES
@given(accept=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_any_accept_header_is_answered(hub: Any, accept: str) -> None:
    sound(hub.post({"query": "{ __typename }"}, accept=accept or "*/*"))


@BYTES
@given(value=JSON_VALUES)
def test_any_json_is_answered_as_a_variable(hub: Any, value: Any) -> None:
    query = """query ($v: PartyFilter, $r: [_Any!]! = []) {
        parties(where: $v) { totalCount } _entities(representations: $r) { __typename }
    }"""
    for variables in ({"v": value}, {"r": value}, {"r": [value]}):
        sound(hub.post(json.dumps({"query": query, "variables": variables}).encode()))


def test_nothing_of_this_was_worth_a_line_in_the_log(hub: Any) -> None:
    assert "ERROR" not in hub.log.read_text()
    assert "Traceback" not in hub.log.read_text()
