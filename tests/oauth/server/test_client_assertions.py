"""Clients that prove themselves by a signed assertion (RFC 7523, private_key_jwt)."""

import base64
import datetime
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from tests.agency import ASSERTION, CUSTOMS, TAX, Agency, b64url, new_key, sign
from tests.oauth.server.conftest import Enrol
from tests.oauth.server.desk import Desk, altered, eventually, opened, raw, refused

from baygate.access.jose import Signed, public_key
from baygate.oauth import registry
from baygate.oauth.clients import ClientKey
from baygate.oauth.server.client_authentication import ClientAuthentication
from baygate.oauth.server.errors import InvalidClient

NOW = int(time.time())
STRANGER = "no such client"


@pytest.mark.parametrize("audience", ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/graphql", "/"])
def test_the_audience_is_the_issuer_and_none_of_its_addresses(desk: Desk, audience: str) -> None:
    """Another server could have given the client our token endpoint for its own, and then the assertion to us."""
    assert desk.ask(client_assertion=desk.assertion(aud=desk.base)).status_code == 200
    answer = desk.ask(client_assertion=desk.assertion(aud=desk.base + audience))
    assert "issuer identifier" in refused(answer, 401, "invalid_client")


def test_a_list_of_audiences_is_none(desk: Desk) -> None:
    refused(desk.ask(client_assertion=desk.assertion(aud=[desk.base])), 401, "invalid_client")


def test_the_client_id_may_stand_beside_the_assertion(desk: Desk) -> None:
    assert desk.ask(client_id="customs-gz").status_code == 200


@pytest.mark.parametrize("claims", [{"iat": None}, {"nbf": NOW - 5}, {"exp": NOW + 3_600}, {"iat": NOW + 30}])
def test_what_an_assertion_may_leave_out_or_say(desk: Desk, claims: Any) -> None:
    assert desk.ask(client_assertion=desk.assertion(**claims)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "tax-gd"},
        {"sub": "tax-gd"},
        {"iss": None},
        {"sub": None},
        {"iss": "tax-gd", "sub": "tax-gd"},
        {"iss": ["customs-gz"], "sub": ["customs-gz"]},
        {"iss": STRANGER, "sub": STRANGER},
        {"aud": None},
        {"aud": "https://elsewhere.example"},
        {"aud": []},
        {"aud": {}},
        {"aud": [{}]},
        {"aud": "the base, twice"},
        {"exp": None},
        {"exp": NOW - 3_600},
        {"exp": NOW + 86_400},
        {"exp": str(NOW + 60)},
        {"exp": True},
        {"exp": 1e300},
        {"nbf": NOW + 7_200},
        {"iat": NOW + 7_200},
        {"iat": "now"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"jti": "\ud800"},
        {"key": new_key()},
        {"header": {"kid": "another"}},
        {"header": {"typ": "at+jwt"}},
        {"header": {"typ": "dpop+jwt"}},
        {"header": {"jwk": new_key().as_dict(private=False)}},
    ],
)
def test_an_assertion_that_proves_nothing_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    if wrong.get("aud") == "the base, twice":
        wrong = {"aud": [desk.base, "https://elsewhere.example"]}
    refused(desk.ask(client_assertion=desk.assertion(**wrong)), 401, "invalid_client")


@pytest.mark.parametrize("header", [{"kid": ["another"]}, {"kid": {}}, {"kid": 1}, {"crit": ["exp"]}, {"typ": []}])
def test_a_header_that_no_library_makes_is_refused_or_nothing(desk: Desk, header: Any) -> None:
    claims = {"iss": "customs-gz", "sub": "customs-gz", "aud": desk.base, "exp": NOW + 600, "jti": str(header)}
    key = desk.agency.key
    assert desk.ask(client_assertion=raw(key, {}, claims)).status_code == 200
    answer = desk.ask(client_assertion=raw(key, header, claims | {"jti": f"again {header}"}))
    refused(answer, 401, "invalid_client")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "a.b.c",
        "e30.e30.e30",
        "x" * 20_000,
        base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=") + ".e30.",
        sign(new_key(), {}, [1]),
        sign(new_key(), {}, b"no JSON"),
        sign(new_key(), {}, b'{"iss":"customs-gz","iss":"customs-gz","sub":"customs-gz"}'),
    ],
)
def test_what_is_no_assertion_is_refused(desk: Desk, text: str) -> None:
    refused(desk.ask(client_assertion=text), 401, "invalid_client")


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion_type": None},
        {"client_assertion": None},
        {"client_assertion": None, "client_assertion_type": None},
        {"client_assertion": None, "client_assertion_type": None, "client_id": "customs-gz"},
        {"client_assertion": None, "client_assertion_type": None, "client_id": "customs-gz", "client_secret": "x"},
        {"client_id": "tax-gd"},
    ],
)
def test_what_comes_with_the_assertion_must_fit_it(desk: Desk, wrong: dict[str, str | None]) -> None:
    refused(desk.ask(**wrong), 401, "invalid_client")


def test_who_tries_a_password_is_answered_in_its_scheme(desk: Desk) -> None:
    basic = {"authorization": "Basic " + base64.b64encode(b"customs-gz:secret").decode()}
    answer = desk.ask(basic, client_assertion=None, client_assertion_type=None)
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith('Basic realm="baygate"')


def test_a_scheme_that_nobody_knows_is_not_repeated(desk: Desk) -> None:
    url, form = f"{desk.base}/oauth/token", {"grant_type": "client_credentials"}
    answer = desk.client.post(url, data=form, headers=[(b"authorization", "ªº x".encode("latin-1"))])
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].isascii()


# Each assertion is good once


def test_an_assertion_is_good_once(desk: Desk) -> None:
    assertion = desk.assertion()
    assert desk.ask(client_assertion=assertion).status_code == 200
    refused(desk.ask(client_assertion=assertion), 401, "invalid_client")


@pytest.mark.parametrize("endpoint", ["revoke", "introspect"])
def test_an_assertion_is_used_up_at_every_endpoint(desk: Desk, endpoint: str) -> None:
    form = desk.about("any")
    assert desk.send(endpoint, form).status_code == 200
    refused(desk.ask(client_assertion=form["client_assertion"]), 401, "invalid_client")
    again = desk.form()
    assert desk.ask(**again).status_code == 200
    refused(desk.send(endpoint, form | {"client_assertion": again["client_assertion"]}), 401, "invalid_client")


def test_an_assertion_whose_request_was_refused_is_used_up(desk: Desk) -> None:
    assertion = desk.assertion()
    refused(desk.ask(client_assertion=assertion, scope="none"), 400, "invalid_scope")
    refused(desk.ask(client_assertion=assertion), 401, "invalid_client")


def test_two_clients_may_choose_the_same_jti(desk: Desk, production: Any) -> None:
    tax = opened(production, TAX)
    jti = f"the same {time.monotonic_ns()}"
    assert [each.ask(client_assertion=each.assertion(jti=jti)).status_code for each in (desk, tax)] == [200, 200]


# Keys


def test_a_kid_names_one_of_the_client_keys(desk: Desk) -> None:
    header = {"kid": desk.agency.key.thumbprint()}
    assert desk.ask(client_assertion=desk.assertion(header=header)).status_code == 200


def test_a_rotated_key_is_good_until_it_is_not(production: Any, enrol: Enrol) -> None:
    desk, new = enrol(), new_key()
    old, key = desk.agency.key, ClientKey(new.as_dict(private=False))
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)
    altered(production.dsn, registry.rotate, desk.agency.client_id, key, until)
    assert eventually(lambda: desk.ask(client_assertion=desk.assertion(key=new)).status_code == 200)
    assert eventually(lambda: desk.ask(client_assertion=desk.assertion(key=old)).status_code == 401)
    refused(desk.ask(client_assertion=desk.assertion(key=old)), 401, "invalid_client")
    assert desk.ask(client_assertion=desk.assertion(key=new)).status_code == 200


# A client that is disabled


def test_a_disabled_client_gets_nothing_and_its_tokens_are_void_within_a_second(production: Any, enrol: Enrol) -> None:
    desk = enrol()
    name, token = desk.agency.client_id, desk.token()
    assert desk.graphql(token).status_code == 200
    altered(production.dsn, registry.enable, name, enabled=False)
    assert eventually(lambda: desk.graphql(token).status_code == 401)
    refused(desk.ask(), 401, "invalid_client")
    altered(production.dsn, registry.enable, name, enabled=True)
    assert eventually(lambda: desk.ask().status_code == 200)
    assert desk.graphql(token).status_code == 401, "what it got before it was disabled stays void"
    assert desk.graphql(desk.token()).status_code == 200, "what it gets afterwards is good at once"


def test_strangers_do_not_learn_which_clients_there_are(production: Any, desk: Desk, enrol: Enrol) -> None:
    closed = enrol()
    altered(production.dsn, registry.enable, closed.agency.client_id, enabled=False)
    assert eventually(lambda: closed.ask().status_code == 401)
    strangers = [Agency(name) for name in ("customs-gz", "nobody-gd", "developer", closed.agency.client_id)]
    answers = [desk.ask(client_assertion=each.assertion(desk.base)) for each in strangers]
    answers.append(closed.ask())
    answers.append(desk.ask(client_assertion=desk.assertion(header={"kid": "another"})))
    assert len({(each.status_code, each.text, each.headers["www-authenticate"]) for each in answers}) == 1


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "EdDSA"])
@pytest.mark.parametrize("client", [None, CUSTOMS], ids=["unknown", "known"])
def test_strangers_wait_as_long_for_a_client_that_is_none(
    client: Agency | None, algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature is verified once, whether there is a client, and whatever its keys are."""
    verified = []
    verify = Signed.verify
    monkeypatch.setattr(Signed, "verify", lambda self, key: verified.append(key) or verify(self, key))
    claims = {"iss": "customs-gz", "sub": "customs-gz", "aud": "https://hub.example"}
    header, payload, _ = raw(new_key(), {"alg": algorithm}, claims).split(".")
    signature = b64url(b"x" * (256 if algorithm == "PS256" else 64))
    asked = SimpleNamespace(
        recognised=None,
        form={"client_assertion_type": ASSERTION, "client_assertion": f"{header}.{payload}.{signature}"},
    )
    authentication = ClientAuthentication("https://hub.example", {})
    with pytest.raises(InvalidClient, match="no key that is registered"):
        authentication.by_assertion(lambda _: client.registration() if client else None, asked)  # type: ignore[arg-type]
    assert len(verified) == 1


def test_nobodys_key_opens_nothing_to_who_has_it() -> None:
    key = new_key()
    nobodys = [public_key(key.as_dict(private=False))]
    authentication = ClientAuthentication("https://hub.example", {}, nobodys)
    for client in (None, Agency("customs-gz").registration()):
        for header in ({}, {"kid": key.thumbprint()}):
            assertion = CUSTOMS.assertion("https://hub.example", key, header)
            form = {"client_assertion_type": ASSERTION, "client_assertion": assertion}
            asked = SimpleNamespace(recognised=None, form=form)
            with pytest.raises(InvalidClient, match="no key that is registered"):
                authentication.by_assertion(lambda _, found=client: found, asked)  # type: ignore[arg-type,misc]


def test_claims_are_read_whatever_their_order_and_members(desk: Desk) -> None:
    told = desk.assertion(extra={"nested": [1, "二"]}, aud=desk.base)
    assert json.loads(base64.urlsafe_b64decode(told.split(".")[1] + "=="))["extra"]
    assert desk.ask(client_assertion=told).status_code == 200
