"""Who sends a request: where the token comes from, how it is bound, and what may have changed since it was given."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tests.agency import CUSTOMS, DEVELOPER, TAX, Agency, b64url
from tests.attacker import QUERY, Attacker, admitted, challenges, enrolled, refused
from tests.oauth.server.certificates import certificate
from tests.oauth.server.desk import eventually
from tests.serving import plain

from baygate.access.jose import certificate_thumbprint, digest_of
from baygate.oauth import registry
from baygate.oauth.allowance import AllowanceUnavailable, Exceeded, Purse, policies
from baygate.oauth.authentication import Authentication
from baygate.oauth.challenge import Challenger, Unproven
from baygate.oauth.dpop import Nonces, Proofs
from baygate.oauth.issuers import IssuerUnreachable
from baygate.oauth.once import UsesUnrecorded
from baygate.oauth.tokens import token_of
from baygate.storage.database import Database
from baygate.storage.following import OutOfTouch

ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


CERTIFICATE, OTHER = (certificate(f"CN={name}").pem for name in ("system", "another"))


@pytest.fixture(scope="module")
def token(customs: Attacker) -> str:
    return customs.token()


# Where the token is


def unknown(answer: httpx.Response) -> None:
    """Nobody has tried to prove anything: what would do is said, and no error (RFC 6750, section 3.1)."""
    assert answer.status_code == 401
    assert [each["extensions"] for each in answer.json()["errors"]] == [{"code": "UNAUTHENTICATED"}]
    told = challenges(answer)
    assert list(told) == ["DPoP", "Bearer"]
    assert not any("error" in each for each in told.values())
    assert all(
        each["resource_metadata"].endswith("/.well-known/oauth-protected-resource/graphql") for each in told.values()
    )


def test_a_request_without_a_token_is_told_how_to_get_one(customs: Attacker) -> None:
    answer = customs.post([])
    unknown(answer)
    metadata = customs.hub.client.get(challenges(answer)["DPoP"]["resource_metadata"]).json()
    assert metadata["resource"] == customs.hub.url


@pytest.mark.parametrize(
    "credentials", ["Basic YTpi", "Digest a", "Negotiate a", "DPoPx a", "Token {}", "{}", "null {}"]
)
def test_so_is_one_of_another_scheme(customs: Attacker, token: str, credentials: str) -> None:
    answer = customs.post([("authorization", credentials.format(token)), ("dpop", customs.proof(token))])
    if " " in credentials:
        unknown(answer)
    else:
        refused(answer, "invalid_request", "is not one of: DPoP <token>, Bearer <token>", status=400)


@pytest.mark.parametrize("where", ["query", "body", "form", "cookie", "header", "proof alone"])
def test_a_token_elsewhere_is_not_looked_at(customs: Attacker, token: str, where: str) -> None:
    more: list[tuple[str, str]] = [("dpop", customs.proof(token))]
    sent: dict[str, Any] = {}
    match where:
        case "query":
            sent = {"params": {"access_token": token}}
        case "body":
            sent = {"json": QUERY | {"access_token": token, "extensions": {"authorization": f"DPoP {token}"}}}
        case "form":
            more.append(("content-type", "application/x-www-form-urlencoded"))
            sent = {"json": None, "content": f"access_token={token}"}
        case "cookie":
            more.append(("cookie", f"access_token={token}; authorization=DPoP {token}"))
        case "header":
            more += [("x-access-token", token), ("x-authorization", f"DPoP {token}"), ("proxy-authorization", token)]
    unknown(customs.post(more, **sent))


def test_and_does_not_replace_the_one_that_counts(customs: Attacker, token: str) -> None:
    bad = customs.mint(aud="https://other.example")
    headers = [("authorization", f"DPoP {bad}"), ("dpop", customs.proof(bad))]
    answer = customs.post(headers, params={"access_token": token}, json=QUERY | {"access_token": token})
    assert (answer.status_code, "its audience" in answer.text) == (401, True)


@pytest.mark.parametrize("second", ["DPoP {}", "Bearer {}", "Bearer other", "Basic YTpi", ""])
def test_two_authorization_headers_are_refused(customs: Attacker, token: str, second: str) -> None:
    for order in (1, -1):
        given = [("authorization", f"DPoP {token}"), ("authorization", second.format(token))][::order]
        answer = customs.post([*given, ("dpop", customs.proof(token))])
        refused(answer, "invalid_request", "is not one of", status=400)


@pytest.mark.parametrize("credentials", ["DPoP", "Bearer", "bearer", ""])
def test_a_scheme_without_a_token_is_refused(customs: Attacker, credentials: str) -> None:
    refused(customs.post([("authorization", credentials)]), "invalid_request", "is not one of", status=400)


@pytest.mark.parametrize("text", ["a b", "{}, DPoP {}", '"{}"', "{} {}", "{}=", "é", "token={}"])
def test_what_is_no_token_is_refused(customs: Attacker, token: str, text: str) -> None:
    value = f"DPoP {text.replace('{}', token)}".encode()
    answer = customs.post([("authorization", value), ("dpop", customs.proof(token))])  # type: ignore[list-item]
    refused(answer, "invalid_token", "it is not three parts of base64url")


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP", "DPoP "])
def test_the_scheme_is_of_either_case(customs: Attacker, token: str, scheme: str) -> None:
    admitted(customs.send(token, scheme=scheme))


def test_a_refusal_is_one_also_for_clients_of_old(customs: Attacker) -> None:
    """To them GraphQL's errors go out with 200; this is none of GraphQL's."""
    answer = customs.hub.client.post(customs.hub.url, json=QUERY, auth=None, headers={"accept": "application/json"})
    unknown(answer)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_no_method_is_answered_to_nobody(customs: Attacker, method: str) -> None:
    unknown(customs.hub.client.request(method, customs.hub.url, auth=None, headers={"graphql-require-preflight": "1"}))


# What it is bound to


@pytest.mark.parametrize("with_proof", [True, False])
def test_a_bound_token_is_no_bearer_token(customs: Attacker, token: str, with_proof: bool) -> None:
    answer = customs.send(token, customs.proof(token) if with_proof else None, scheme="Bearer")
    refused(answer, "invalid_token", "it is bound to a key, and comes without a proof of it", scheme="Bearer")


def test_not_in_development_either(hub: Any) -> None:
    bound = Attacker(hub, CUSTOMS)
    token = bound.token()
    refused(bound.send(token, scheme="Bearer"), "invalid_token", "comes without a proof of it", scheme="Bearer")
    admitted(bound.send(token))


def test_a_bearer_token_is_no_bound_one(developer: Attacker) -> None:
    token = developer.token()
    admitted(developer.send(token, scheme="Bearer"))
    proof = developer.agency.proof("POST", developer.hub.url)
    refused(developer.send(token, proof), "invalid_token", "it is bound to no key, and comes with the scheme DPoP")


def test_a_token_bound_to_nothing_is_refused_of_a_client_whose_tokens_are_bound(customs: Attacker, hub: Any) -> None:
    for attacker in (customs, Attacker(hub, CUSTOMS)):
        unbound = attacker.mint(without="cnf")
        why = "it is bound to no key and no certificate"
        refused(attacker.send(unbound), "invalid_token", why)
        refused(attacker.send(unbound, scheme="Bearer"), "invalid_token", why, scheme="Bearer")


def test_a_client_of_bearer_tokens_is_unknown_in_production(production: Any) -> None:
    developer = Attacker(production, DEVELOPER)
    answer = developer.send(developer.mint(), scheme="Bearer")
    refused(answer, "invalid_token", "its client is not registered, or disabled", scheme="Bearer")
    asked = DEVELOPER.ask_token(production.client, production.base)
    assert (asked.status_code, asked.json()["error"]) == (401, "invalid_client")


def test_a_token_bound_to_the_key_of_another_client_is_refused(customs: Attacker) -> None:
    token = customs.mint(cnf={"jkt": TAX.key.thumbprint()})
    refused(customs.send(token), "invalid_token", "it is bound to another key than the proof's")


@pytest.mark.parametrize("scheme", ["DPoP", "Bearer"])
def test_a_token_bound_to_a_certificate_is_refused_without_it(customs: Attacker, scheme: str) -> None:
    token = customs.mint(cnf={"x5t#S256": b64url(bytes(32))})
    answer = customs.send(token, customs.proof(token), scheme=scheme)
    refused(answer, "invalid_token", "it is bound to another certificate than the connection's", scheme=scheme)


@pytest.mark.parametrize("name", ["x-client-cert", "client-cert", "x-ssl-client-cert", "x-forwarded-client-cert"])
def test_a_certificate_in_a_header_is_not_looked_at(customs: Attacker, name: str) -> None:
    token = customs.mint(cnf={"x5t#S256": certificate_thumbprint(CERTIFICATE)})
    value = CERTIFICATE.replace("\n", "%0A")
    answer = customs.post([("authorization", f"Bearer {token}"), (name, value)])
    refused(answer, "invalid_token", "it is bound to another certificate", scheme="Bearer")


# The client


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"client_id": "nobody"}, "its client is not registered, or disabled"),
        ({"client_id": "Customs-gz"}, "its client is not registered, or disabled"),
        ({"client_id": "tax-gd"}, "its client is another agency's now"),
        ({"agency": "tax-gd"}, "its client is another agency's now"),
    ],
)
def test_the_client_is_one_that_is_registered(customs: Attacker, claims: Any, why: str) -> None:
    refused(customs.send(customs.mint(**claims)), "invalid_token", why)


def test_the_purpose_is_one_that_the_client_has_registered(production: Any) -> None:
    tax = Attacker(production, TAX)
    details = [{"type": "baygate_field_access", "purpose": "STATISTICS"}]
    admitted(tax.send(tax.mint()))
    answer = tax.send(tax.mint(authorization_details=details))
    refused(answer, "invalid_token", "its client is not registered for its purpose")


def test_scopes_beyond_the_registration_open_nothing(production: Any) -> None:
    tax = Attacker(production, TAX)
    assert "filings:read" not in TAX.scopes
    token = tax.mint(scope="identity:read credit:read filings:read")
    query = {"query": "{ creditRatings(first: 1) { nodes { grade } } productFilings(first: 1) { nodes { filingNo } } }"}
    answer = tax.post([("authorization", f"DPoP {token}"), ("dpop", tax.proof(token))], json=query).json()
    assert answer["data"]["creditRatings"]["nodes"]
    assert answer["data"]["productFilings"] is None
    assert [each["extensions"]["helps"] for each in answer["errors"]] == [{"scopes": ["filings:read"]}]


def change(dsn: str, client_id: str, *, enabled: bool) -> None:
    async def changing() -> None:
        connection = await Database(dsn).connect()
        await registry.enable(connection, client_id, enabled=enabled)
        await connection.close()

    asyncio.run(changing())


def test_a_client_that_is_disabled_is_out_at_once_and_its_tokens_for_good(production: Any) -> None:
    client = enrolled(production, Agency("auth-disabled"))
    token = client.token()
    admitted(client.send(token))
    change(production.dsn, "auth-disabled", enabled=False)
    time.sleep(0.3)
    refused(client.send(token), "invalid_token", "its client is not registered, or disabled")
    refused(client.send(client.mint()), "invalid_token", "its client is not registered, or disabled")
    assert client.agency.ask_token(production.client, production.base).status_code == 401
    change(production.dsn, "auth-disabled", enabled=True)
    time.sleep(1.1)
    refused(client.send(token), "invalid_token", "its client was disabled since it was issued")
    admitted(client.send(client.token()))


# Revoked, on every worker


@pytest.fixture(scope="module")
def pair(serve: Any, hub: Any) -> Iterator[Any]:
    """A server of two workers; the one in development has made the keys."""
    with serve("production", SERVER__WORKERS=2) as pair:
        yield pair


def workers(hub: Any) -> list[int]:
    children = Path(f"/proc/{hub.pid}/task/{hub.pid}/children").read_text().split()
    return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


def answering(hub: Any, port: int) -> int | None:
    """Return which worker has the other end of our connection from ``port``."""
    ends = (f":{hub.port:04X}", f":{port:04X}")
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    found = [f"socket:[{row[9]}]" for row in rows if (row[1][-5:], row[2][-5:]) == ends]
    for pid in workers(hub):
        with contextlib.suppress(OSError):
            if any(str(each.readlink()) in found for each in Path(f"/proc/{pid}/fd").iterdir()):
                return pid
    return None


@contextlib.contextmanager
def one_of_each(attacker: Attacker) -> Iterator[list[Attacker]]:
    """Give the attacker, connected to each worker."""
    with contextlib.ExitStack() as stack:
        connected: dict[int, Attacker] = {}
        for _ in range(200):
            client = stack.enter_context(plain())
            answer = client.get(f"{attacker.hub.base}/healthz")
            port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
            worker = answering(attacker.hub, port)
            if worker is not None:
                connected.setdefault(worker, replace(attacker, hub=replace(attacker.hub, client=client)))
            if len(connected) == 2:
                break
        assert len(connected) == 2, "one of the workers does not answer"
        yield list(connected.values())


def malleated(token: str) -> str:
    """Return the other text of the same signature: (r, -s) holds for ECDSA where (r, s) does."""
    text, _, last = token.rpartition(".")
    both = base64.urlsafe_b64decode(last + "==")
    s = ORDER_OF_P256 - int.from_bytes(both[32:], "big")
    return f"{text}.{b64url(both[:32] + s.to_bytes(32, 'big'))}"


def test_a_revoked_token_is_refused_by_every_worker(pair: Any) -> None:
    client = enrolled(pair, Agency("auth-revoking"))
    token, other = client.token(), client.token()
    with one_of_each(client) as connected:
        for each in connected:
            admitted(each.send(token))
        client.revoke(token)
        for each in connected:
            assert eventually(lambda each=each: each.send(token).status_code != 200)
            for text in (token, malleated(token)):
                refused(each.send(text), "invalid_token", "it was revoked")
            admitted(each.send(other))


def test_the_other_text_of_a_signature_is_the_same_token(customs: Attacker, token: str) -> None:
    """As good as the first, so that it is the token's name that must be revoked, and not its text."""
    admitted(customs.send(malleated(token)))


async def flood(hub: Any, request: bytes, connections: int, each: int) -> Counter[tuple[bytes, bool]]:
    """Send a request over and over; count the statuses, and whether the answer tells of a bad token."""
    seen: Counter[tuple[bytes, bool]] = Counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        for _ in range(each):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            seen[head.split(b" ")[1], b'error="invalid_token"' in head] += 1
        writer.close()

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(one())
    return seen


def test_ten_thousand_requests_with_a_revoked_token_are_all_refused(pair: Any) -> None:
    client = enrolled(pair, Agency("auth-flooding"))
    token = client.token()
    admitted(client.send(token))
    client.revoke(token)
    time.sleep(1)
    body = json.dumps(QUERY).encode()
    request = (
        b"POST /graphql HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        b"authorization: DPoP %s\r\ndpop: %s\r\n\r\n%s"
    ) % (pair.base[7:].encode(), len(body), token.encode(), client.proof(token).encode(), body)
    seen = asyncio.run(flood(pair, request, 100, 100))
    assert seen == {(b"401", True): 10_000}
    assert pair.client.get(f"{pair.base}/readyz").json() == {
        "ready": True,
        "problem": None,
        "policies": [],
        "recognition": [],
        "sources": [],
        "audit": [],
    }
    admitted(client.send(client.token()))


# Used before, on every worker


def test_a_proof_is_good_for_one_worker_only(pair: Any) -> None:
    client = Attacker(pair, CUSTOMS)
    token = client.token()
    with one_of_each(client) as connected:
        for first, second in (connected, connected[::-1]):
            proof = client.proof(token)
            admitted(first.send(token, proof))
            for each in (first, second):
                refused(each.send(token, proof), "invalid_dpop_proof", "it was used before")


def test_of_many_at_once_with_one_proof_one_is_admitted(pair: Any) -> None:
    client = Attacker(pair, CUSTOMS)
    token = client.token()
    proof = client.proof(token)

    async def at_once() -> Counter[int]:
        headers = {"authorization": f"DPoP {token}", "dpop": proof}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as session:
            answers = await asyncio.gather(*(session.post(pair.url, json=QUERY, headers=headers) for _ in range(40)))
        return Counter(each.status_code for each in answers)

    assert asyncio.run(at_once()) == {200: 1, 401: 39}


def test_a_proof_used_before_a_restart_is_refused_after_it(pair: Any) -> None:
    client = Attacker(pair, CUSTOMS)
    token, before = client.token(), workers(pair)
    proof = client.proof(token)
    admitted(client.send(token, proof))
    os.kill(pair.pid, signal.SIGHUP)
    deadline = time.monotonic() + 30
    while len(workers(pair)) < 2 or set(workers(pair)) & set(before):
        assert time.monotonic() < deadline, "the workers do not restart"
        time.sleep(0.05)
    again = replace(client, hub=replace(pair, client=plain()))
    with again.hub.client:
        while again.hub.client.get(f"{pair.base}/readyz").status_code != 200:
            assert time.monotonic() < deadline, "the workers do not become ready"
            time.sleep(0.05)
        refused(again.send(token, proof), "invalid_dpop_proof", "it was used before")
        admitted(again.send(token))


# What cannot be known


ORIGIN = "https://hub.example"


def worker(**broken: Any) -> Authentication:
    """A worker that admits whatever token customs sends, but for what is broken."""
    nonces = Nonces(b"s" * 32)

    async def nothing(*_: Any) -> Purse:
        return Purse("a", policies(10, 10), lambda: 0.0)

    whole = {
        "tokens": SimpleNamespace(known=lambda text: token_of(json.loads(base64.urlsafe_b64decode(text)), None)),
        "standing": SimpleNamespace(revoked=lambda _: False, client=lambda _: CUSTOMS.registration()),
        "proofs": Proofs(ORIGIN, nonces),
        "parties": SimpleNamespace(),
        "used_once": SimpleNamespace(claim=nothing, see=lambda _: None),
        "allowances": SimpleNamespace(spend=nothing, require=lambda *_: None),
        "challenger": Challenger(f"{ORIGIN}/metadata", nonces.fresh),
    }
    return Authentication(**whole | broken)  # type: ignore[arg-type]


def sent(certificates: tuple[str, ...] = (), scheme: str = "DPoP", **claims: Any) -> dict[str, Any]:
    """A request as the server passes it on."""
    said = Attacker.claims(SimpleNamespace(hub=SimpleNamespace(base=ORIGIN, url=ORIGIN), agency=CUSTOMS)) | claims
    token = base64.urlsafe_b64encode(json.dumps(said).encode())
    claimed = {"ath": digest_of(token), "nonce": Nonces(b"s" * 32).fresh()}
    proof = CUSTOMS.proof("POST", f"{ORIGIN}/graphql", **claimed)
    headers = [(b"authorization", f"{scheme} ".encode() + token), (b"dpop", proof.encode())]
    tls = {"tls": {"client_cert_chain": list(certificates)}}
    return {"method": "POST", "path": "/graphql", "headers": headers, "extensions": tls}


def failing(name: str, error: Exception, *, later: bool = True) -> Any:
    def fail(*_: Any) -> Any:
        raise error

    async def fail_later(*_: Any) -> Any:
        raise error

    silent = {"known": lambda _: None, "require": lambda *_: None, "see": lambda _: None}
    return SimpleNamespace(**silent | {name: fail_later if later else fail})


def test_a_worker_admits_whom_it_knows() -> None:
    assert asyncio.run(worker().caller(sent())).principal.client == "customs-gz"


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        ({}, None),
        ({"name": "陈静"}, None),
        ({"sub": "chen-jing", "name": "陈静"}, None),
        ({"sub": "person:chen-jing", "name": "陈静"}, "person:chen-jing"),
        ({"sub": "person:customs-gz"}, "person:customs-gz"),
    ],
)
def test_a_person_is_known_by_what_never_changes_and_no_client_is_called(claims: Any, person: str | None) -> None:
    assert asyncio.run(worker().caller(sent(**claims))).principal.person == person


@pytest.mark.parametrize(
    "broken",
    [
        {"standing": failing("revoked", OutOfTouch(), later=False)},
        {"used_once": failing("claim", UsesUnrecorded())},
        {"allowances": failing("spend", AllowanceUnavailable())},
        {"tokens": failing("read", IssuerUnreachable())},
    ],
    ids=["revocations", "uses", "allowances", "keys"],
)
def test_whom_it_cannot_tell_it_answers_later(broken: Any) -> None:
    with pytest.raises(Unproven) as told:
        asyncio.run(worker(**broken).caller(sent()))
    assert (told.value.status, told.value.error) == (503, None)
    assert told.value.headers == ((b"retry-after", b"1"),)


def test_whoever_has_no_requests_left_is_told_so() -> None:
    asked = policies(10, 10)
    exceeded = Exceeded(Purse("a", asked, lambda: 0.0), asked[0], 7)
    with pytest.raises(Unproven, match="Try again in 7 s") as told:
        asyncio.run(worker(allowances=failing("spend", exceeded)).caller(sent()))
    assert (told.value.status, dict(told.value.headers)[b"retry-after"]) == (429, b"7")


def test_a_proof_of_whoever_is_known_to_have_none_left_is_not_even_recorded() -> None:
    asked = policies(10, 10)
    exceeded = Exceeded(Purse("a", asked, lambda: 0.0), asked[0], 7)
    recording = failing("claim", AssertionError("this is a write"))
    broken = {"allowances": failing("require", exceeded, later=False), "used_once": recording}
    with pytest.raises(Unproven, match="Try again in 7 s") as told:
        asyncio.run(worker(**broken).caller(sent()))
    assert told.value.status == 429


BOUND = {"cnf": {"x5t#S256": certificate_thumbprint(CERTIFICATE)}}


def test_a_token_bound_to_a_certificate_is_admitted_with_it() -> None:
    assert asyncio.run(worker().caller(sent((CERTIFICATE, OTHER), "Bearer", **BOUND))).principal.agency == "customs-gz"


@pytest.mark.parametrize(
    ("certificates", "scheme"),
    [((), "Bearer"), ((OTHER,), "Bearer"), ((OTHER, CERTIFICATE), "Bearer"), ((CERTIFICATE,), "DPoP"), ((), "DPoP")],
    ids=["none", "another", "in the chain of another", "as DPoP", "none, as DPoP"],
)
def test_and_refused_without(certificates: tuple[str, ...], scheme: str) -> None:
    with pytest.raises(Unproven, match="bound to a") as told:
        asyncio.run(worker().caller(sent(certificates, scheme, **BOUND)))
    assert (told.value.status, told.value.error) == (401, "invalid_token")
