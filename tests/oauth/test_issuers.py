"""Tokens of other issuers: found by naming a URL, believed within a mandate, and never at the price of the hub."""

import asyncio
import gzip
import hmac
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from starlette.responses import RedirectResponse, Response, StreamingResponse
from tests.agency import CUSTOMS, Agency, b64url, new_key
from tests.oauth.issuer import OAUTH, OPENID, PURPOSE, Issuer, public
from tests.serving import plain
from tests.zygote import Zygote

from baygate.access.jose import BadToken
from baygate.oauth import issuers
from baygate.oauth.issuers import IssuerUnreachable, Mandate, TrustedIssuer
from baygate.oauth.tokens import Token, Tokens
from baygate.settings import OAuthSettings, Settings

AUDIENCE = "https://hub.example/graphql"
MANDATE = Mandate(
    agency="customs-gz",
    jurisdiction="CN-GD",
    scopes=frozenset({"identity:read", "credit:read"}),
    purposes=frozenset({"RISK_ASSESSMENT", "STATISTICS"}),
    bearer=False,
    rate=77,
    quota=7_777,
)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer("/realms/customs") as issuer:
        yield issuer


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the hub measures time by."""
    clock = Clock()
    monkeypatch.setattr(issuers, "monotonic", clock)
    return clock


def find(trusted: TrustedIssuer, *kids: str) -> list[Any]:
    """Ask for keys, all at once."""
    return asyncio.run(found(trusted, *kids))


async def found(trusted: TrustedIssuer, *kids: str) -> list[Any]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*map(trusted.key, kids), return_exceptions=True)


def trust(issuer: Issuer, **mandate: Any) -> TrustedIssuer:
    return TrustedIssuer(issuer.url, replace(MANDATE, **mandate))


class Nobody:
    """The hub's own issuer, which has given no token."""

    url = "https://hub.example"

    async def key(self, kid: str) -> None:
        return None

    def publishes(self, key: Any) -> bool:
        return False


def read(token: str, *trusted: TrustedIssuer) -> Token:
    return asyncio.run(Tokens(AUDIENCE, Nobody(), {each.url: each for each in trusted}).read(token.encode()))


# how keys are found


@pytest.mark.parametrize("path", ["", "/", "/realms/customs", "/a/b/"])
@pytest.mark.parametrize("well_known", [OAUTH, OPENID], ids=["RFC 8414", "OpenID"])
def test_an_issuer_is_found_by_either_kind_of_metadata(well_known: str, path: str) -> None:
    with Issuer(path) as issuer:
        issuer.answers[well_known.format(path=path.rstrip("/"))] = issuer.answers.pop(issuer.metadata)
        [key] = find(trust(issuer), "first")
        assert key.thumbprint == issuer.key.thumbprint()


@pytest.mark.parametrize("other", ["https://other.example", "{base}", "{base}/realms/customs/", "", None, ["{url}"]])
def test_metadata_of_another_issuer_are_refused(issuer: Issuer, other: Any) -> None:
    name = other.format(base=issuer.base) if isinstance(other, str) else other
    issuer.answers[issuer.metadata]["issuer"] = name
    [refused] = find(trust(issuer), "first")
    assert isinstance(refused, IssuerUnreachable)
    assert "another issuer" in str(refused)
    assert issuer.fetches == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://keys.example/jwks", "http://127.0.0.1.example/jwks", "http://localhost@keys.example/", "//127.0.0.1/",
        "ftp://127.0.0.1/jwks", "file:///etc/passwd", "http://10.0.0.1/jwks", "jwks", "", None, 7, "http://[::1", "https://",
    ],
)  # fmt: skip
def test_keys_are_fetched_over_https_only(issuer: Issuer, address: Any) -> None:
    issuer.answers[issuer.metadata]["jwks_uri"] = address
    [refused] = find(trust(issuer), "first")
    assert isinstance(refused, IssuerUnreachable)
    assert issuer.asked == [issuer.metadata]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["metadata", "keys"])
def test_redirects_are_not_followed(issuer: Issuer, where: str, status: int) -> None:
    path = issuer.metadata if where == "metadata" else "/jwks"
    issuer.answers["/elsewhere"] = issuer.answers[path]
    issuer.answers[path] = lambda: RedirectResponse("/elsewhere", status)
    [refused] = find(trust(issuer), "first")
    assert isinstance(refused, IssuerUnreachable)
    assert "/elsewhere" not in issuer.asked


async def _silent() -> Response:
    await asyncio.sleep(60)
    return Response()


async def _endless() -> AsyncIterator[bytes]:
    yield b'{"keys":['
    while True:
        yield b" " * 8_192
        await asyncio.sleep(0)


async def _trickle() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.02)


FAULTS: dict[str, Callable[[], Response | Awaitable[Response]]] = {
    "huge": lambda: Response(b'{"keys": [], "more": "' + b"x" * 3_000_000 + b'"}'),
    "endless": lambda: StreamingResponse(_endless()),
    "silent": _silent,
    "a byte now and then": lambda: StreamingResponse(_trickle()),
    "a bomb": lambda: Response(gzip.compress(b" " * 30_000_000 + b"{}"), headers={"content-encoding": "gzip"}),
    "not JSON": lambda: Response("<html>"),
    "not UTF-8": lambda: Response(b'{"keys": "\xff"}'),
    "an array": lambda: Response("[]"),
    "deep": lambda: Response(b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "shorter than it says": lambda: Response(b"{", headers={"content-length": "100"}),
    "500": lambda: Response("{}", 500),
    "403": lambda: Response("{}", 403),
    "206": lambda: Response("{}", 206),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("where", ["metadata", "keys"])
def test_an_issuer_that_misbehaves_is_unreachable_within_bounds(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, where: str, fault: str
) -> None:
    monkeypatch.setattr(issuers, "_PATIENCE", 0.4)
    issuer.answers[issuer.metadata if where == "metadata" else "/jwks"] = FAULTS[fault]
    began = time.monotonic()
    outcomes = find(trust(issuer), "first", "second", "third")
    assert {type(each) for each in outcomes} == {IssuerUnreachable}, "nobody is told that the token is bad"
    assert issuer.url in str(outcomes[0])
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nobody.invalid", "https://127.0.0.1:1"])
def test_an_issuer_that_is_not_there_is_unreachable(url: str) -> None:
    [outcome] = find(TrustedIssuer(url, MANDATE), "first")
    assert isinstance(outcome, IssuerUnreachable)


# how often they are fetched


def test_many_unknown_keys_cause_one_fetch_in_ten_seconds(issuer: Issuer, clock: Clock) -> None:
    async def story() -> None:
        trusted = trust(issuer)
        for elapsed, fetches in [(0, 1), (5, 1), (4.9, 1), (0.2, 2), (9.9, 2), (60, 3)]:
            clock.now += elapsed
            outcomes = await found(trusted, *(f"unknown {number}" for number in range(200)))
            assert outcomes == [None] * 200
            assert issuer.fetches == fetches

    asyncio.run(story())


def test_nor_do_they_when_the_issuer_is_in_trouble(issuer: Issuer, clock: Clock) -> None:
    issuer.answers["/jwks"] = FAULTS["500"]

    async def story() -> None:
        trusted = trust(issuer)
        for elapsed, fetches in [(0, 1), (9.9, 1), (0.2, 2)]:
            clock.now += elapsed
            outcomes = await found(trusted, *(f"unknown {number}" for number in range(200)))
            assert {type(each) for each in outcomes} == {IssuerUnreachable}
            assert issuer.fetches == fetches

    asyncio.run(story())


def test_a_new_key_is_known_after_one_fetch(issuer: Issuer, clock: Clock) -> None:
    new = new_key()

    async def story() -> None:
        trusted = trust(issuer)
        assert [key.kid for key in await found(trusted, "first", "first")] == ["first", "first"]
        issuer.publish(public(issuer.key, kid="first"), public(new, kid="new"))
        clock.now += 11
        assert [key.thumbprint for key in await found(trusted, *["new"] * 50)] == [new.thumbprint()] * 50
        assert issuer.fetches == 2

    asyncio.run(story())


@pytest.mark.parametrize("how", [*FAULTS, "gone"])
def test_a_known_key_outlives_its_issuers_troubles_for_an_hour(
    issuer: Issuer, clock: Clock, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    async def story() -> None:
        trusted = trust(issuer)
        [key] = await found(trusted, "first")
        monkeypatch.setattr(issuers, "_PATIENCE", 0.6)
        if how == "gone":
            await asyncio.to_thread(issuer.stop)
        else:
            issuer.answers["/jwks"] = FAULTS[how]
        # while they are young, and within a minute of the last try, nobody waits
        for elapsed, longest in [(11, 0.5), (700, 10), (50, 0.5), (2_838, 10)]:
            clock.now += elapsed
            began = time.monotonic()
            assert await found(trusted, "first", "first") == [key, key]
            assert time.monotonic() - began < longest
            [unknown] = await found(trusted, "unknown")
            assert isinstance(unknown, IssuerUnreachable)
        clock.now += 2
        [old] = await found(trusted, "first")
        assert isinstance(old, IssuerUnreachable), "it may have been withdrawn long since"

    asyncio.run(story())


def test_an_issuer_that_recovers_is_believed_again(issuer: Issuer, clock: Clock) -> None:
    fine, issuer.answers["/jwks"] = issuer.answers["/jwks"], FAULTS["500"]

    async def story() -> None:
        trusted = trust(issuer)
        assert isinstance((await found(trusted, "first"))[0], IssuerUnreachable)
        issuer.answers["/jwks"] = fine
        clock.now += 11
        assert [key.kid for key in await found(trusted, "first")] == ["first"]
        assert await found(trusted, "unknown") == [None], "and what it does not publish is refused for good"

    asyncio.run(story())


def test_a_withdrawn_key_ends_within_ten_minutes_and_all_who_use_it_cause_one_fetch(
    issuer: Issuer, clock: Clock
) -> None:
    async def story() -> None:
        trusted = trust(issuer)
        await found(trusted, "first")
        issuer.publish(public(new_key(), kid="new"))
        clock.now += 599
        await found(trusted, "first")
        assert issuer.fetches == 1
        clock.now += 2
        assert await found(trusted, *["first"] * 200) == [None] * 200, "not once more, whoever comes first"
        assert issuer.fetches == 2

    asyncio.run(story())


def test_a_token_that_was_read_before_ends_with_the_key_that_signed_it(issuer: Issuer, clock: Clock) -> None:
    token = issuer.token(AUDIENCE).encode()

    async def story() -> None:
        trusted = trust(issuer)
        tokens = Tokens(AUDIENCE, Nobody(), {issuer.url: trusted})
        first = await tokens.read(token)
        clock.now += 599
        assert tokens.known(token) is first
        assert issuer.fetches == 1
        # another key under the same name
        issuer.publish(public(new_key(), kid="first"))
        clock.now += 2
        assert tokens.known(token) is None, "its issuer must be asked again"
        with pytest.raises(BadToken, match="signature"):
            await tokens.read(token)
        assert tokens.known(token) is None
        issuer.publish()
        clock.now += 601
        with pytest.raises(BadToken, match="none that its issuer publishes"):
            await tokens.read(token)

    asyncio.run(story())


def test_whoever_gives_up_leaves_the_fetch_to_the_others(issuer: Issuer) -> None:
    keys = issuer.answers["/jwks"]

    async def slowly() -> Response:
        await asyncio.sleep(0.3)
        return Response(json.dumps(keys))

    issuer.answers["/jwks"] = slowly

    async def story() -> None:
        trusted = trust(issuer)
        asking = [asyncio.create_task(trusted.key("first")) for _ in range(5)]
        await asyncio.sleep(0.1)
        for each in asking[:3]:
            each.cancel()
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(each) for each in outcomes[:3]] == [asyncio.CancelledError] * 3
        assert [each.kid for each in outcomes[3:]] == ["first"] * 2
        assert issuer.fetches == 1

    asyncio.run(story())


# which keys count


RSA = RSAKey.generate_key(2_048, private=True)
USELESS: dict[str, Any] = {
    "private": new_key().as_dict(private=True),
    "private RSA": RSA.as_dict(private=True),
    "secret": OctKey.generate_key(256).as_dict(),
    "to encrypt": public(new_key(), use="enc"),
    "of another algorithm": public(RSA, alg="RS256"),
    "of another curve": public(ECKey.generate_key("P-384")),
    "short": public(RSAKey.generate_key(1_024, auto_kid=False))
    if hasattr(RSAKey, "none")
    else {"kty": "RSA", "e": "AQAB"},
    "off the curve": public(new_key()) | {"x": "A" * 43},
    "of an unknown kind": {"kty": "AKP"},
    "no key": "key",
    "nothing": None,
    "nested": {"kty": ["EC"], "crv": {}, "x": [], "y": 7},
}


@pytest.mark.parametrize("useless", USELESS)
def test_what_is_no_public_key_to_sign_with_is_passed_over(issuer: Issuer, useless: str) -> None:
    jwk = USELESS[useless]
    named = jwk | {"kid": "useless"} if isinstance(jwk, dict) else jwk
    same = jwk | {"kid": "first"} if isinstance(jwk, dict) else jwk
    issuer.publish(named, same, public(issuer.key, kid="first"), same)
    good, none = find(trust(issuer), "first", "useless")
    assert good.thumbprint == issuer.key.thumbprint(), "nor does it take the place of one"
    assert none is None


@pytest.mark.parametrize("key_set", [{}, {"keys": None}, {"keys": {}}, {"keys": "first"}, {"keys": [[]]}])
def test_a_key_set_without_keys_has_none(issuer: Issuer, key_set: Any) -> None:
    issuer.answers["/jwks"] = key_set
    assert find(trust(issuer), "first") == [None]


def test_a_name_that_stands_twice_is_one_key_only(issuer: Issuer) -> None:
    other = new_key()
    issuer.publish(public(issuer.key, kid="first"), public(other, kid="first"))
    trusted = trust(issuer)
    believed = []
    for key in (issuer.key, other):
        try:
            believed.append(read(issuer.token(AUDIENCE, key=key), trusted))
        except BadToken:
            continue
    assert len(believed) == 1


def test_of_a_key_set_without_end_a_beginning_counts(issuer: Issuer) -> None:
    issuer.publish(*(public(issuer.key, kid=str(number)) for number in range(1_000)))
    assert [bool(each) for each in find(trust(issuer), "0", "49", "50", "999")] == [True, True, False, False]


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by joserfc, and for good; issuers still say it
@pytest.mark.parametrize(
    ("key", "alg"),
    [(new_key(), "ES256"), (RSA, "PS256"), (OKPKey.generate_key("Ed25519"), "EdDSA")],
    ids=["ES256", "PS256", "EdDSA"],
)
def test_tokens_are_signed_with_what_fapi_admits(issuer: Issuer, key: Any, alg: str) -> None:
    issuer.publish(public(key, kid="first"))
    assert read(issuer.token(AUDIENCE, key=key, header={"alg": alg}), trust(issuer)).issuer == issuer.url


# what a token of theirs may say


@pytest.mark.parametrize("header", [{"kid": "second"}, {"kid": None}, {"kid": 7}, {"typ": "JWT"}, {"typ": None}])
def test_a_token_names_its_key_and_its_type(issuer: Issuer, header: dict[str, Any]) -> None:
    given = {"alg": "ES256", "typ": "at+jwt", "kid": "first"} | header
    said = {name: each for name, each in given.items() if each is not None}
    parts = [b64url(json.dumps(each).encode()) for each in (said, issuer.claims(AUDIENCE))]
    with pytest.raises(BadToken):
        read(".".join([*parts, b64url(b"signature")]), trust(issuer))


@pytest.mark.parametrize("header", ["jku", "x5u", "jwk", "x5c"])
def test_a_token_brings_no_key_and_no_address_of_one(issuer: Issuer, header: str) -> None:
    with Issuer() as thief:
        value = {"jku": f"{thief.base}/jwks", "x5u": f"{thief.base}/x5u", "jwk": public(thief.key), "x5c": ["AA=="]}
        with pytest.raises(BadToken, match="brings a key along"):
            read(issuer.token(AUDIENCE, key=thief.key, header={header: value[header]}), trust(issuer))
        assert thief.asked == issuer.asked == []


def test_rs256_is_refused(issuer: Issuer) -> None:
    issuer.publish(public(RSA, kid="first"))
    with pytest.raises(BadToken, match="algorithm"):
        read(issuer.token(AUDIENCE, key=RSA, header={"alg": "RS256"}), trust(issuer))


@pytest.mark.parametrize("alg", ["HS256", "none", "None", "NONE", ""])
def test_a_public_key_is_no_secret_and_no_signature_is_none(issuer: Issuer, alg: str) -> None:
    header = {"alg": alg, "typ": "at+jwt", "kid": "first"}
    text = ".".join(b64url(json.dumps(each).encode()) for each in (header, issuer.claims(AUDIENCE)))
    for secret in (issuer.key.as_pem(private=False), json.dumps(public(issuer.key, kid="first")).encode()):
        signature = b64url(hmac.digest(secret, text.encode(), "sha256")) if alg == "HS256" else ""
        for token in (f"{text}.{signature}", f"{text}.AAAA"):
            with pytest.raises(BadToken):
                read(token, trust(issuer))
    assert issuer.fetches == 0


def test_one_issuer_cannot_sign_for_another(issuer: Issuer) -> None:
    with Issuer("/realms/customs") as other:
        both = trust(issuer), trust(other, agency="tax-gd")
        assert read(other.token(AUDIENCE), *both).agency == "tax-gd"
        for mixed in (
            other.token(AUDIENCE, iss=issuer.url),
            other.token(AUDIENCE, key=issuer.key),
            issuer.token(AUDIENCE, iss=other.url),
        ):
            with pytest.raises(BadToken, match="signature"):
                read(mixed, *both)


@pytest.mark.parametrize(
    "iss", ["https://hub.example", "https://other.example", "{url}/", "{url}#", "{base}", None, 7, ["{url}"], {}]
)
def test_an_issuer_that_was_not_named_is_not_asked(issuer: Issuer, iss: Any) -> None:
    named = iss.format(url=issuer.url, base=issuer.base) if isinstance(iss, str) else iss
    with pytest.raises(BadToken):
        read(issuer.token(AUDIENCE, iss=named), trust(issuer))
    assert issuer.asked == []


def test_the_mandate_says_who_speaks_and_what_may_be_seen(issuer: Issuer) -> None:
    said = {"scope": "identity:read filings:read admin", "roles": ["admin"], "jurisdiction": "HK", "name": "Chan"}
    token = read(issuer.token(AUDIENCE, **said), trust(issuer))
    assert (token.agency, token.jurisdiction, token.roles) == ("customs-gz", "CN-GD", frozenset())
    assert token.scopes == {"identity:read"}
    assert token.person == f"person:{issuer.url}#a system", "nobody else's, whatever he is called"
    assert read(issuer.token(AUDIENCE), trust(issuer)).person is None


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"agency": "tax-gd"}, "may not speak for this agency"),
        ({"agency": ["customs-gz"]}, "may not speak for this agency"),
        ({"agency": ""}, "may not speak for this agency"),
        ({"authorization_details": [PURPOSE[0] | {"purpose": "EXPORT_REFUND"}]}, "may not assert this purpose"),
        ({"authorization_details": PURPOSE * 2}, "for what purpose"),
        ({"authorization_details": []}, "for what purpose"),
        ({"authorization_details": None}, "for what purpose"),
        ({"cnf": None}, "bound to no key and no certificate"),
        ({"cnf": {}}, "neither a key nor a certificate"),
        ({"cnf": {"kid": "first"}}, "neither a key nor a certificate"),
        ({"cnf": {"jkt": "a", "x5t#S256": "b"}}, "neither a key nor a certificate"),
        ({"aud": "https://other.example/graphql"}, "audience"),
        ({"aud": AUDIENCE + "/"}, "audience"),
        ({"aud": None}, "audience"),
        ({"iat": 1_000_000_000}, "does not live for 3600 seconds at most"),
        ({"exp": 2**39}, "does not live for 3600 seconds at most"),
        ({"exp": None}, "exp"),
        ({"jti": None}, "jti"),
        ({"sub": ""}, "sub"),
        ({"client_id": None}, "client_id"),
    ],
)
def test_beyond_its_mandate_a_token_is_refused(issuer: Issuer, claims: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadToken, match=reason):
        read(issuer.token(AUDIENCE, **claims), trust(issuer))


# what the settings admit


def settings(profile: str = "development", origin: str | None = None, **issuer: Any) -> Settings:
    asserted = {"agency": "a", "scopes": ["identity:read"], "purposes": ["STATISTICS"], "url": "https://a.example"}
    oauth = OAuthSettings(origin=origin, issuers=[asserted | issuer, asserted | {"url": "https://b.example"}])
    return Settings(profile=profile, database={"dsn": "postgresql://"}, oauth=oauth)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"url": "http://127.0.0.1:8080"}, "is this hub itself"),
        ({"url": "http://127.0.0.1:8080/"}, "is this hub itself"),
        (
            {"url": "https://hub.example", "origin": "https://hub.example", "profile": "production"},
            "is this hub itself",
        ),
        ({"url": "https://b.example"}, "stands twice"),
        ({"url": "http://a.example"}, "not an https address"),
        ({"bearer": True, "profile": "production"}, "for development"),
        ({"purposes": ["CURIOSITY"]}, "CURIOSITY"),
        ({"jurisdiction": "TW"}, "TW"),
    ],
)
def test_the_hub_does_not_start_with_an_issuer_that_cannot_be_trusted(changed: dict[str, Any], reason: str) -> None:
    settings()
    settings(profile="production")
    with pytest.raises(ValueError, match=reason):
        settings(**changed)


def test_a_server_in_production_refuses_to_start_with_bearer_tokens_of_others(zygote: Zygote, tmp_path: Path) -> None:
    issuer = {"url": "https://a.example", "agency": "a", "scopes": [], "purposes": ["STATISTICS"], "bearer": True}
    environment = {
        "BAYGATE_DATABASE__DSN": "postgresql://127.0.0.1:1/none",
        "BAYGATE_OAUTH__ISSUERS": json.dumps([issuer]),
    }
    done = zygote.run("serve", environment=os.environ | environment, log=tmp_path / "log")
    assert done.returncode != 0
    assert "plain bearer tokens are for development" in done.stdout


# at the running hub


IDENTITY = "{ parties(first: 1) { nodes { id name } } }"
SYSTEM = Agency("a-system")
"""A client of the issuers, with its key; the hub's registry does not know it."""
BOUND = {"cnf": {"jkt": SYSTEM.key.thumbprint()}}


@dataclass(frozen=True)
class Federation:
    """A hub that trusts several issuers."""

    hub: Any
    customs: Issuer
    tax: Issuer
    lax: Issuer
    silent: Issuer

    def token(self, issuer: Issuer, **said: Any) -> str:
        return issuer.token(self.hub.url, **BOUND | said)

    def ask(self, token: str, query: str = IDENTITY, *, by: Agency = SYSTEM, scheme: str = "DPoP") -> httpx.Response:
        """Ask with a token, and with a proof of its key unless it is sent as a plain one."""
        with plain() as client:
            for _ in range(2):
                headers = by.headers("POST", self.hub.url, token) if scheme == "DPoP" else {}
                headers |= {"authorization": f"{scheme} {token}", "accept": "application/graphql-response+json"}
                answer = client.post(self.hub.url, json={"query": query}, headers=headers)
                if not by._heard(self.hub.base, answer):
                    break
        return answer


@pytest.fixture(scope="module")
def federation(serve: Any) -> Iterator[Federation]:
    def mandate(issuer: Issuer, agency: str, **other: Any) -> dict[str, Any]:
        own = {
            "agency": agency,
            "scopes": ["identity:read"],
            "purposes": ["RISK_ASSESSMENT"],
            "rate": 777,
            "quota": 7_777,
        }
        return {"url": issuer.url, **own, **other}

    with ExitStack() as stack:
        customs, tax, lax, silent = (
            stack.enter_context(Issuer(path, well_known))
            for path, well_known in [("", OAUTH), ("/realms/tax", OPENID), ("/lax", OAUTH), ("/silent", OAUTH)]
        )
        silent.answers["/jwks"] = _silent
        trusted = [
            mandate(customs, "customs-gz"), mandate(tax, "tax-gd"), mandate(lax, "lax-gd", bearer=True),
            mandate(silent, "silent-gd"),
        ]  # fmt: skip
        hub = stack.enter_context(serve("development", oauth__issuers=json.dumps(trusted)))
        yield Federation(hub, customs, tax, lax, silent)


@pytest.mark.parametrize("name", ["customs", "tax", "lax"])
def test_to_trust_an_issuer_it_is_enough_to_name_it(federation: Federation, name: str) -> None:
    answer = federation.ask(federation.token(getattr(federation, name)))
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["parties"]["nodes"]


def test_the_hub_tells_whom_it_trusts(federation: Federation) -> None:
    told = federation.hub.client.get(f"{federation.hub.base}/.well-known/oauth-protected-resource/graphql").json()
    assert {federation.customs.url, federation.tax.url, federation.hub.base} <= set(told["authorization_servers"])


def test_scopes_beyond_the_mandate_open_nothing(federation: Federation) -> None:
    query = '{ creditRatings: parties(first: 1) { nodes { id } } __type(name: "Party") { name } }'
    token = federation.token(federation.customs, scope="credit:read")
    answer = federation.ask(token, query)
    assert "identity:read" in answer.text, "it asked for what the mandate has not, and has not what it asks with"
    assert not (answer.json().get("data") or {}).get("creditRatings")


@pytest.mark.parametrize(
    "claims",
    [
        {"agency": "tax-gd"},
        {"authorization_details": [PURPOSE[0] | {"purpose": "STATISTICS"}]},
        {"cnf": None},
        {"iss": "https://other.example"},
        {"aud": "https://other.example/graphql"},
        {"exp": 1_790_000_000, "iat": 1_789_999_000},
    ],
)
@pytest.mark.parametrize("scheme", ["DPoP", "Bearer"])
def test_a_token_beyond_the_mandate_is_refused(federation: Federation, claims: dict[str, Any], scheme: str) -> None:
    answer = federation.ask(federation.token(federation.customs, **claims), scheme=scheme)
    assert answer.status_code == 401, answer.text
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_bound_token_needs_its_own_key(federation: Federation) -> None:
    token = federation.token(federation.customs)
    assert federation.ask(token, scheme="Bearer").status_code == 401
    assert federation.ask(token, by=Agency("thief")).status_code == 401
    assert federation.ask(token).status_code == 200


def test_only_an_issuer_that_may_gives_tokens_bound_to_nothing(federation: Federation) -> None:
    plain = federation.token(federation.lax, cnf=None)
    assert federation.ask(plain, scheme="Bearer").status_code == 200
    assert federation.ask(plain, scheme="DPoP").status_code == 401
    assert federation.ask(federation.token(federation.lax), scheme="Bearer").status_code == 401, "a bound one stays so"


def test_who_calls_himself_a_client_of_the_registry_spends_his_issuers_allowance(federation: Federation) -> None:
    token = federation.token(federation.customs, client_id=CUSTOMS.client_id, sub=CUSTOMS.client_id)
    answer = federation.ask(token)
    assert answer.headers["ratelimit-policy"] == '"rate";q=777;w=60, "quota";q=7777;w=86400'


def test_two_hundred_tokens_with_unknown_keys_cause_one_fetch_at_most(federation: Federation) -> None:
    assert federation.ask(federation.token(federation.tax)).status_code == 200
    before = federation.tax.fetches
    tokens = [federation.token(federation.tax, header={"kid": f"unknown {number}"}) for number in range(200)]

    async def at_once() -> list[httpx.Response]:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            asked = [
                client.post(federation.hub.url, json={}, headers={"authorization": f"DPoP {each}"}) for each in tokens
            ]
            return await asyncio.gather(*asked)

    assert {each.status_code for each in asyncio.run(at_once())} == {401}
    assert federation.tax.fetches - before <= 1


def test_a_silent_issuer_keeps_its_own_waiting_for_five_seconds_and_nobody_else(federation: Federation) -> None:
    with ThreadPoolExecutor(10) as threads:
        began = time.monotonic()
        waiting = [threads.submit(federation.ask, federation.token(federation.silent)) for _ in range(10)]
        time.sleep(0.3)
        assert federation.ask(federation.token(federation.customs)).status_code == 200
        assert not any(each.done() for each in waiting)
        answers = [each.result() for each in waiting]
        assert time.monotonic() - began < 9
    assert {(each.status_code, each.headers["retry-after"]) for each in answers} == {(503, "1")}
    assert federation.silent.fetches == 1
    assert "issuer" in answers[0].text


def test_a_known_key_works_while_its_issuer_is_gone(federation: Federation) -> None:
    assert federation.ask(federation.token(federation.lax)).status_code == 200
    federation.lax.stop()
    assert federation.ask(federation.token(federation.lax)).status_code == 200
    digest = sha256(federation.lax.url.encode()).hexdigest()
    assert federation.ask(federation.token(federation.lax, header={"kid": digest})).status_code in {401, 503}
