"""What a client may ask for, and how a request must look: scope, resource, purpose, grant, form."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.agency import TAX, Agency
from tests.oauth.server.conftest import Enrol
from tests.oauth.server.desk import FORM, Desk, altered, eventually, opened, refused

from baygate.oauth import registry

TYPE = "baygate_field_access"
RISK = {"type": TYPE, "purpose": "RISK_ASSESSMENT"}
CASE = {"type": TYPE, "purpose": "INVESTIGATION", "legalBasis": "Customs Law, art. 6", "caseNo": "2026-1"}


def without(detail: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in detail.items() if key != name}


@pytest.fixture
def tax(production: Any) -> Desk:
    """Tax may have two scopes and two purposes."""
    return opened(production, TAX)


# Scope (RFC 6749, section 3.3)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "credit:read identity:read"),
        ("", "credit:read identity:read"),
        ("credit:read", "credit:read"),
        ("identity:read credit:read", "credit:read identity:read"),
        ("credit:read credit:read", "credit:read"),
    ],
)
def test_the_scopes_asked_for_are_given_all_of_the_client_if_none_are(tax: Desk, asked: str | None, given: str) -> None:
    assert tax.ask(scope=asked).json()["scope"] == given


@pytest.mark.parametrize("beyond", ["filings:read", "credit:read filings:read", "nonsense", "CREDIT:READ", "credit:*"])
def test_a_scope_that_is_not_registered_is_refused_and_not_dropped(tax: Desk, beyond: str) -> None:
    refused(tax.ask(scope=beyond), 400, "invalid_scope")


# Resource (RFC 8707)


def test_the_resource_is_the_hub_however_often_it_is_named(tax: Desk) -> None:
    assert tax.ask(resource=f"{tax.base}/graphql").status_code == 200
    pairs = [*tax.form().items(), *[("resource", f"{tax.base}/graphql")] * 2]
    assert tax.send("token", urlencode(pairs).encode()).status_code == 200


@pytest.mark.parametrize("wrong", ["https://elsewhere.example/graphql", "/graphql", '"', "二", "\0"])
def test_another_resource_is_refused_also_beside_the_hub(tax: Desk, wrong: str) -> None:
    refused(tax.ask(resource=wrong), 400, "invalid_target")
    pairs = [*tax.form().items(), ("resource", f"{tax.base}/graphql"), ("resource", wrong)]
    refused(tax.send("token", urlencode(pairs).encode()), 400, "invalid_target")


# Purpose (RFC 9396)


@pytest.mark.parametrize("detail", [RISK, CASE, RISK | {"legalBasis": "x", "caseNo": "y"}], ids=json.dumps)
def test_a_purpose_that_the_client_registered_is_given(desk: Desk, detail: Any) -> None:
    assert desk.ask(authorization_details=json.dumps([detail])).json()["authorization_details"] == [detail]


def test_the_only_purpose_of_a_client_need_not_be_named(enrol: Enrol) -> None:
    desk = enrol(Agency("one-purpose", purposes=("STATISTICS",), purpose="STATISTICS"))
    told = desk.ask(authorization_details=None).json()
    assert told["authorization_details"] == [{"type": TYPE, "purpose": "STATISTICS"}]


def test_one_that_needs_more_is_not_to_be_guessed(enrol: Enrol) -> None:
    desk = enrol(Agency("one-case", purposes=("INVESTIGATION",), purpose="INVESTIGATION"))
    refused(desk.ask(authorization_details=None), 400, "invalid_authorization_details")


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [RISK, RISK],
        RISK,
        "RISK_ASSESSMENT",
        None,
        [None],
        [[]],
        [without(RISK, "type")],
        [without(RISK, "purpose")],
        [RISK | {"type": "payment_initiation"}],
        [RISK | {"type": [TYPE]}],
        [RISK | {"purpose": "CURIOSITY"}],
        [RISK | {"purpose": "risk_assessment"}],
        [RISK | {"purpose": ["RISK_ASSESSMENT"]}],
        [RISK | {"purpose": {}}],
        [RISK | {"actions": ["read"]}],
        [RISK | {"\ud800": "x"}],
        [RISK | {"caseNo": ""}],
        [RISK | {"caseNo": None}],
        [RISK | {"caseNo": 7}],
        [RISK | {"caseNo": "x" * 301}],
        [RISK | {"caseNo": "line\nbreak"}],
        [RISK | {"caseNo": "\ud800"}],
        [RISK | {"caseNo": "x" * 5_000}],
        [without(CASE, "caseNo")],
        [without(CASE, "legalBasis")],
    ],
    ids=lambda wrong: json.dumps(wrong)[:80],
)
def test_details_that_say_nothing_known_or_too_little_are_refused(desk: Desk, wrong: Any) -> None:
    refused(desk.ask(authorization_details=json.dumps(wrong)), 400, "invalid_authorization_details")


@pytest.mark.parametrize(
    "text",
    [
        "RISK_ASSESSMENT",
        "[",
        '[{"type":"baygate_field_access","purpose":"RISK_ASSESSMENT","purpose":"STATISTICS"}]',
        "[" * 4_000,
        "9" * 4_000,
        "NaN",
        "二",
        '"',
        "\0",
        "[]" + " " * 60_000,
    ],
    ids=lambda text: text[:60],
)
def test_what_is_not_json_is_refused(desk: Desk, text: str) -> None:
    refused(desk.ask(authorization_details=text), 400, "invalid_authorization_details")


def test_of_several_purposes_one_must_be_named(tax: Desk) -> None:
    refused(tax.ask(authorization_details=None), 400, "invalid_authorization_details")


def test_a_purpose_that_the_client_has_not_registered_is_refused(tax: Desk) -> None:
    detail = json.dumps([RISK | {"purpose": "STATISTICS"}])
    assert "STATISTICS" in refused(tax.ask(authorization_details=detail), 400, "invalid_authorization_details")


# Grant (RFC 6749, sections 4.4 and 5.2)


@pytest.mark.parametrize("grant", [None, "", "password", "refresh_token", "implicit", "CLIENT_CREDENTIALS", "%zz"])
def test_other_grants_are_not_supported(desk: Desk, grant: str | None) -> None:
    refused(desk.ask(grant_type=grant), 400, "unsupported_grant_type")


def test_a_system_cannot_redeem_codes(desk: Desk) -> None:
    refused(desk.ask(grant_type="authorization_code", code="x"), 400, "unauthorized_client")


def test_a_client_for_people_cannot_ask_for_itself(desk: Desk, production: Any) -> None:
    explorer = Agency("explorer-gd")
    client = explorer.registration(redirect_uris=("https://explorer.example/signed-in",))
    altered(production.dsn, registry.add, client)
    there = Desk(desk.base, desk.client, explorer)
    assert eventually(lambda: there.ask().status_code == 400)
    refused(there.ask(), 400, "unauthorized_client")


# Form (RFC 6749, sections 3.1 and 3.2)


def test_a_parameter_without_a_value_is_as_good_as_none(desk: Desk) -> None:
    assert desk.ask(client_id="", scope="", unknown="").status_code == 200


def test_an_unknown_parameter_is_ignored(desk: Desk) -> None:
    assert desk.ask(unknown="x").status_code == 200


@pytest.mark.parametrize(
    "name", ["grant_type", "client_assertion", "client_assertion_type", "scope", "authorization_details", "unknown"]
)
def test_no_parameter_stands_twice(desk: Desk, name: str) -> None:
    form = desk.form(scope="credit:read", unknown="x")
    refused(desk.send("token", urlencode([*form.items(), (name, form[name])]).encode()), 400, "invalid_request")


@pytest.mark.parametrize("wrong", ['"', "\\", "二", "é", "\0", "\n", "\x7f", "\r\nset-cookie: x=1"], ids=ascii)
@pytest.mark.parametrize(
    "name", ["grant_type", "client_assertion", "client_assertion_type", "client_id", "scope", "unknown", None]
)
def test_no_parameter_has_characters_that_none_has(desk: Desk, name: str | None, wrong: str) -> None:
    form = desk.form(**{name: wrong}) if name else desk.form(**{wrong: "x"})
    refused(desk.send("token", form), 400, "invalid_request")


@pytest.mark.parametrize(
    "body", [b"", b"&&&", b"=", b"scope", b"%", b"grant_type=%zz", b"\x00\xff", b"grant_type=%ff", b"a=b;c=d", b"[]"]
)
def test_a_broken_form_is_refused(desk: Desk, body: bytes) -> None:
    answer = desk.send("token", body)
    assert answer.json()["error"] in {"invalid_request", "unsupported_grant_type"}
    refused(answer, 400, answer.json()["error"])


@pytest.mark.parametrize("more", [b"&unknown=" + b"x" * 70_000, b"&x=1" * 20_000, b"&x%d=1" * 50], ids=len)
def test_a_huge_form_is_refused(desk: Desk, more: bytes) -> None:
    body = urlencode(desk.form()).encode() + (more % tuple(range(50)) if b"%d" in more else more)
    refused(desk.send("token", body), 400, "invalid_request")


@pytest.mark.parametrize(
    "kind", [None, "application/json", "multipart/form-data; boundary=x", "text/plain", f"{FORM}x"]
)
@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_parameters_come_as_a_form(desk: Desk, endpoint: str, kind: str | None) -> None:
    refused(desk.send(endpoint, desk.form(), {"content-type": kind}), 400, "invalid_request")


@pytest.mark.parametrize("kind", [f"{FORM};charset=UTF-8", f"{FORM.upper()} ; x=y"])
def test_the_forms_type_may_have_parameters_and_either_case(desk: Desk, kind: str) -> None:
    assert desk.ask({"content-type": kind}).status_code == 200


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_are_not_allowed(desk: Desk, endpoint: str, method: str) -> None:
    answer = desk.client.request(method, f"{desk.base}/oauth/{endpoint}?{urlencode(desk.form())}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_parameters_in_the_address_are_not_looked_at(desk: Desk) -> None:
    answer = desk.client.post(f"{desk.base}/oauth/token?{urlencode(desk.form())}", headers={"content-type": FORM})
    refused(answer, 400, "unsupported_grant_type")


@pytest.mark.parametrize("host", ["[", "elsewhere.example/x?", "elsewhere.example", "]:80", ""])
def test_whatever_host_is_named_the_hub_is_what_its_settings_say(desk: Desk, host: str) -> None:
    assert desk.ask({"host": host}).status_code == 200
