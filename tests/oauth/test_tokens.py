"""Access tokens at the real server: signed as the hub signs, and wrong in one thing."""

import json
import time
from typing import Any

import pytest
from tests.agency import new_key
from tests.attacker import Attacker, admitted, claims_of, refused


def test_a_token_is_admitted(customs: Attacker) -> None:
    admitted(customs.send(customs.mint()))


def test_and_says_what_the_hub_says_in_its_own(customs: Attacker) -> None:
    minted, own = claims_of(customs.mint()), claims_of(customs.token())
    for each in (minted, own):
        assert each["exp"] - each.pop("iat") == 300
        del each["exp"], each["jti"]
    assert minted == own


def test_a_bearer_token_is_admitted_in_development(developer: Attacker) -> None:
    admitted(developer.send(developer.mint(), scheme="Bearer"))


@pytest.mark.parametrize(
    ("without", "why"),
    [
        ("iss", "its issuer is none that this hub trusts"),
        ("aud", "its audience is not this hub"),
        ("sub", "it has no sub"),
        ("client_id", "it has no client_id"),
        ("jti", "it has no jti"),
        ("iat", "its iat is no time"),
        ("exp", "its exp is no time"),
        ("authorization_details", "it does not say for what purpose"),
        ("agency", "it has no agency"),
        ("jurisdiction", "it has no jurisdiction"),
        ("cnf", "it is bound to no key and no certificate"),
    ],
)
def test_a_token_that_lacks_a_claim_is_refused(customs: Attacker, without: str, why: str) -> None:
    refused(customs.send(customs.mint(without=without)), "invalid_token", why)


def test_a_token_without_scopes_opens_nothing(customs: Attacker) -> None:
    answer = customs.send(customs.mint(without="scope"))
    assert answer.status_code == 200
    assert {each["extensions"]["code"] for each in answer.json()["errors"]} == {"FIELD_WITHHELD"}


@pytest.mark.parametrize(
    "issuer", ["https://evil.example", "{}/", "{}#", "HTTP{}", "", None, 1, ["{}"], {"iss": "{}"}, "\0{}", "{}\0"]
)
def test_a_token_of_another_issuer_is_refused(customs: Attacker, issuer: Any) -> None:
    base = customs.hub.base
    named = json.loads(json.dumps(issuer).replace("HTTP{}", base.replace("http", "HTTP")).replace("{}", base))
    refused(customs.send(customs.mint(iss=named)), "invalid_token", "its issuer is none that this hub trusts")


@pytest.mark.parametrize("audiences", [["{}"], ["https://other.example", "{}"]])
def test_an_audience_may_be_a_list_with_this_hub_in_it(customs: Attacker, audiences: Any) -> None:
    admitted(customs.send(customs.mint(aud=[each.format(customs.hub.url) for each in audiences])))


@pytest.mark.parametrize(
    "audience",
    ["https://other.example/graphql", "{}/", "{}x", "http", "", None, [], [""], ["https://other.example"], [["{}"]],
     {"{}": 1}, True],
)  # fmt: skip
def test_a_token_of_another_audience_is_refused(customs: Attacker, audience: Any) -> None:
    named = json.loads(json.dumps(audience).replace("{}", customs.hub.url))
    refused(customs.send(customs.mint(aud=named)), "invalid_token", "its audience is not this hub")


def test_the_origin_alone_is_not_this_hub(customs: Attacker) -> None:
    """It is the audience of assertions: none may pass for an access token."""
    refused(customs.send(customs.mint(aud=customs.hub.base)), "invalid_token", "its audience is not this hub")


# Time


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ({"exp": 0}, "it has expired"),
        ({"exp": -1}, "it has expired"),
        ({"exp": -3_000}, "it has expired"),
        ({"iat": 60}, "it is not good yet"),
        ({"iat": 280, "exp": 500}, "it is not good yet"),
        ({"nbf": 60}, "it is not good yet"),
        ({"iat": -10, "exp": 3_591}, "it does not live for 3600 seconds at most"),
        ({"iat": 0, "exp": 10**9}, "it does not live for 3600 seconds at most"),
        ({"iat": -3_400, "exp": 300}, "it does not live for 3600 seconds at most"),
        ({"iat": 10, "exp": 10}, "it does not live for 3600 seconds at most"),
        ({"iat": 20, "exp": 10}, "it does not live for 3600 seconds at most"),
    ],
)
def test_a_token_out_of_its_time_is_refused(customs: Attacker, times: Any, why: str) -> None:
    now = int(time.time())
    moments = {"iat": min(0, times.get("exp", 0) - 100)} | times
    token = customs.mint(**{name: now + each for name, each in moments.items()})
    refused(customs.send(token), "invalid_token", why)


@pytest.mark.parametrize("times", [{"iat": -3_290, "exp": 300}, {"iat": 20}, {"nbf": -10}, {"nbf": 20}, {"exp": 5.5}])
def test_clocks_may_differ_a_little(customs: Attacker, times: Any) -> None:
    now = int(time.time())
    admitted(customs.send(customs.mint(**{name: now + each for name, each in times.items()})))


def test_a_token_ends_though_it_was_admitted_before(customs: Attacker) -> None:
    token = customs.mint(exp=int(time.time()) + 2)
    admitted(customs.send(token))
    time.sleep(2)
    refused(customs.send(token), "invalid_token", "it has expired")


@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
@pytest.mark.parametrize("moment", ["soon", None, True, [1], {}, -1, 2**40, 10**300])
def test_a_time_is_a_number_of_seconds(customs: Attacker, name: str, moment: Any) -> None:
    refused(customs.send(customs.mint(**{name: moment})), "invalid_token", f"its {name} is no time")


# Key and type


@pytest.mark.parametrize("kid", [None, 1, ["a"], {"a": 1}])
def test_a_token_that_names_no_key_is_refused(customs: Attacker, kid: Any) -> None:
    refused(customs.send(customs.mint(header={"kid": kid})), "invalid_token", "its header names no key (kid)")


@pytest.mark.parametrize("kid", ["", "another", "../token-signing", "A" * 5_000])
def test_a_token_of_a_key_that_is_not_published_is_refused(customs: Attacker, kid: str) -> None:
    refused(customs.send(customs.mint(header={"kid": kid})), "invalid_token", "its key is none that its issuer")


def test_a_token_by_another_key_in_the_name_of_the_hubs_is_refused(customs: Attacker) -> None:
    refused(customs.send(customs.mint(key=new_key())), "invalid_token", "its signature does not hold")


def test_a_token_by_the_clients_own_key_is_refused(customs: Attacker) -> None:
    """The hub knows the key, and it is an issuer's no more for that."""
    key = customs.agency.key
    token = customs.mint(key=key, header={"kid": key.thumbprint()})
    refused(customs.send(token), "invalid_token", "its key is none that its issuer publishes")


@pytest.mark.parametrize("brought", ["jwk", "jku", "x5u", "x5c"])
def test_a_token_that_brings_its_key_is_refused(customs: Attacker, brought: str) -> None:
    key = new_key()
    values = {"jwk": key.as_dict(private=False), "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/"}
    token = customs.mint(key=key, header={brought: values.get(brought, ["MIIB"])})
    refused(customs.send(token), "invalid_token", "its header brings a key along")


@pytest.mark.parametrize("typ", [None, "JWT", "dpop+jwt", "client-authentication+jwt", "at+jwt2"])
def test_a_token_of_another_type_is_refused(customs: Attacker, typ: str | None) -> None:
    refused(customs.send(customs.mint(header={"typ": typ})), "invalid_token", "its typ is not at+jwt")


def test_a_proof_and_an_assertion_are_no_access_tokens(customs: Attacker) -> None:
    agency, base = customs.agency, customs.hub.base
    for other in (agency.proof("POST", customs.hub.url), agency.assertion(customs.hub.url), agency.assertion(base)):
        answer = customs.send(other)
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["error"] == "invalid_token"


def test_an_access_token_is_no_assertion_and_no_proof(customs: Attacker) -> None:
    token, base = customs.mint(), customs.hub.base
    answer = customs.agency.ask_token(customs.hub.client, base, client_assertion=token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    refused(customs.send(token, token), "invalid_dpop_proof", "its typ is not dpop+jwt")


@pytest.mark.parametrize("critical", [{"crit": ["exp"]}, {"b64": False}])
def test_a_token_with_a_critical_header_is_refused(customs: Attacker, critical: Any) -> None:
    refused(customs.send(customs.mint(header=critical)), "invalid_token", "critical")


# What it says


@pytest.mark.parametrize("name", ["sub", "client_id", "jti", "agency", "jurisdiction"])
@pytest.mark.parametrize("text", ["", None, 1, True, ["a"], {"a": 1}, "a" * 2_049])
def test_a_name_is_a_text(customs: Attacker, name: str, text: Any) -> None:
    refused(customs.send(customs.mint(**{name: text})), "invalid_token", f"it has no {name}")


@pytest.mark.parametrize("scope", [1, None, ["identity:read"], "a" * 2_049])
def test_scopes_are_a_text(customs: Attacker, scope: Any) -> None:
    refused(customs.send(customs.mint(scope=scope)), "invalid_token", "it has no scope")


@pytest.mark.parametrize("roles", ["admin", 1, [1], {"admin": True}, None])
def test_roles_are_a_list_of_names(customs: Attacker, roles: Any) -> None:
    refused(customs.send(customs.mint(roles=roles)), "invalid_token", "its roles are no list of names")


def test_an_unknown_jurisdiction_is_refused(customs: Attacker) -> None:
    refused(customs.send(customs.mint(jurisdiction="US")), "invalid_token", "its jurisdiction is unknown")


def of(**other: Any) -> list[dict[str, Any]]:
    return [{"type": "baygate_field_access", "purpose": "RISK_ASSESSMENT"} | other]


@pytest.mark.parametrize(
    ("details", "why"),
    [
        (None, "a list of one object"),
        ([], "a list of one object"),
        ("RISK_ASSESSMENT", "a list of one object"),
        (of()[0], "a list of one object"),
        (of() + of(), "a list of one object"),
        (["RISK_ASSESSMENT"], "a list of one object"),
        (of(type="payment"), "only the type"),
        (of(type=["baygate_field_access"]), "only the type"),
        (of(purpose="CURIOSITY"), "the purpose is not in the registry"),
        (of(purpose="risk_assessment"), "the purpose is not in the registry"),
        (of(purpose=""), "purpose is text of 1 to 300 characters"),
        (of(purpose=["RISK_ASSESSMENT"]), "purpose is text of 1 to 300 characters"),
        ([{"type": "baygate_field_access"}], "the purpose is not in the registry"),
        (of(caseNo="a\nb"), "caseNo is text of 1 to 300 characters"),
        (of(caseNo="a" * 301), "caseNo is text of 1 to 300 characters"),
        (of(purpose="INVESTIGATION"), "needs a legalBasis"),
        (of(purpose="INVESTIGATION", legalBasis="CCL art. 6"), "needs a caseNo"),
        (of(actions=["read"]), "has no member but"),
    ],
)
def test_a_token_that_does_not_say_for_what_purpose_is_refused(customs: Attacker, details: Any, why: str) -> None:
    refused(customs.send(customs.mint(authorization_details=details)), "invalid_token", why)


def test_a_purpose_with_basis_and_case_is_admitted(customs: Attacker) -> None:
    details = of(purpose="INVESTIGATION", legalBasis="海关法第六条", caseNo="2026-17")
    admitted(customs.send(customs.mint(authorization_details=details)))


# What it is bound to


@pytest.mark.parametrize(
    "confirmation",
    [
        {},
        {"jkt": "thumbprint", "x5t#S256": "thumbprint"},
        {"jkt": None},
        {"jkt": 1},
        {"jkt": ["thumbprint"]},
        {"kid": "thumbprint"},
        {"JKT": "thumbprint"},
        {"jwk": {}},
        "thumbprint",
        ["thumbprint"],
        False,
    ],
)
def test_a_token_is_bound_by_exactly_one_method(customs: Attacker, confirmation: Any) -> None:
    named = json.loads(json.dumps(confirmation).replace("thumbprint", customs.agency.key.thumbprint()))
    refused(customs.send(customs.mint(cnf=named)), "invalid_token", "what it is bound to (cnf) is neither")


def test_a_binding_of_null_is_none(customs: Attacker) -> None:
    refused(customs.send(customs.mint(cnf=None)), "invalid_token", "it is bound to no key and no certificate")
