"""The registry of clients: what is added is found, and what cannot be is refused."""

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from tests.agency import Agency, new_key
from tests.oauth.server.certificates import certificate

from baygate.oauth import registry
from baygate.oauth.clients import Authentication, BadRegistration, Binding, Client, ClientKey
from baygate.storage.database import Database

NOW = datetime.datetime.now(datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def key(private: Any = None) -> ClientKey:
    return ClientKey((private or new_key()).as_dict(private=False))


def with_certificate() -> ClientKey:
    holder = certificate("CN=tax")
    return ClientKey(ECKey.import_key(holder.key.public_key()).as_dict(private=False), holder.pem)


def mutual(name: str, method: Authentication, **more: Any) -> Client:
    return Agency(name, binding=Binding.CERTIFICATE).registration(authentication=method, **more)


@pytest.fixture
def told(database: str) -> Any:
    """Return the way to do something with a registry, after which the channel's words are in a list."""

    async def done(*works: Any) -> list[Any]:
        async with connected(database) as connection:
            heard: list[str] = []
            await connection.add_listener(registry.CLIENTS_CHANGED, lambda *said, heard=heard: heard.append(said[3]))
            results = [await work(connection) for work in works]
            await connection.fetchval("SELECT 1")
            results.append(heard)
        return results

    return lambda *works: asyncio.run(done(*works))


@contextlib.asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await Database(dsn).connect()
    try:
        yield connection
    finally:
        await connection.close()


def added(client: Client) -> Any:
    return lambda connection: registry.add(connection, client)


FULL = Agency(
    "tax-gd", "tax-agency", ("credit:read", "identity:read"), ("EXPORT_REFUND", "STATISTICS"), rate=7, quota=9
)


@pytest.mark.parametrize(
    "client",
    [
        FULL.registration(name="税务", roles=frozenset({"auditor"}), jurisdiction="HK", redirect_uris=("https://a/b",)),
        FULL.registration(keys=(key(), key(RSAKey.generate_key(2048)), key(OKPKey.generate_key("Ed25519")))),
        FULL.registration(keys=(ClientKey(new_key().as_dict(private=False) | {"kid": "2026"}, expires_at=NOW),)),
        mutual("tax-gd", Authentication.SELF_SIGNED_TLS, keys=(with_certificate(),)),
        mutual("tax-gd", Authentication.TLS, keys=(), certificate_subject="CN=税,O=Tax", certificate_authority="x"),
        FULL.registration(rate=2**31 - 1, quota=2**63 - 1, enabled=False),
    ],
    ids=["whole", "keys", "named key", "certificate", "subject", "limits"],
)
def test_what_is_added_is_found_as_it_was(told: Any, client: Client) -> None:
    _, found, heard = told(added(client), registry.every)
    assert found == [replace(client, keys=tuple(sorted(client.keys, key=lambda each: each.kid)))]
    assert heard == ["tax-gd"]


def test_an_identifier_is_taken_once(told: Any) -> None:
    with pytest.raises(BadRegistration, match="There is a client tax-gd already"):
        told(added(FULL.registration()), added(FULL.registration()))


def test_a_key_is_taken_once_and_nothing_of_the_client_stays(told: Any) -> None:
    same = key()
    with pytest.raises(BadRegistration, match="has this key already"):
        told(added(FULL.registration(keys=(same, same))))
    assert told(registry.every) == [[], []]


def test_a_new_key_leaves_the_old_ones_until_then_and_none_longer_than_it_was(told: Any) -> None:
    old, ending, new = key(), key(), key()
    ending = ClientKey(ending.jwk, expires_at=NOW + HOUR)
    rotated = NOW + 2 * HOUR
    _, _, (found,), heard = told(
        added(FULL.registration(keys=(old, ending))),
        lambda connection: registry.rotate(connection, "tax-gd", new, rotated),
        registry.every,
    )
    assert {each.kid: each.expires_at for each in found.keys} == {
        old.kid: rotated, ending.kid: NOW + HOUR, new.kid: None
    }  # fmt: skip
    assert [each.kid for each in found.good_keys(NOW + 3 * HOUR)] == [new.kid]
    assert heard == ["tax-gd"] * 2


@pytest.mark.parametrize(
    ("client", "wrong", "reason"),
    [
        (FULL.registration(client_id="other"), key(), "no client tax-gd"),
        (FULL.registration(), ClientKey(FULL.key.as_dict(private=False)), "this key already"),
        (
            mutual("tax-gd", Authentication.TLS, keys=(), certificate_subject="CN=x", certificate_authority="x"),
            key(),
            "no key here",
        ),
        (mutual("tax-gd", Authentication.SELF_SIGNED_TLS, keys=(with_certificate(),)), key(), "certificate"),
    ],
    ids=["unknown", "known key", "subject", "certificate"],
)
def test_a_key_that_the_client_could_not_use_is_refused(told: Any, client: Client, wrong: Any, reason: str) -> None:
    with pytest.raises(BadRegistration, match=reason):
        told(added(client), lambda connection: registry.rotate(connection, "tax-gd", wrong, NOW))
    (found,) = told(registry.every)[0]
    assert found == client, "nothing has changed"


@pytest.mark.parametrize(("keep", "void"), [(-HOUR, True), (0 * HOUR, True), (HOUR, False)])
def test_a_key_that_is_not_kept_takes_with_it_the_tokens_that_it_got(
    told: Any, keep: datetime.timedelta, void: bool
) -> None:
    before = FULL.registration()
    until = datetime.datetime.now(datetime.UTC) + keep
    _, _, (found,), _ = told(
        added(before), lambda connection: registry.rotate(connection, "tax-gd", key(), until), registry.every
    )
    if void:
        assert abs(found.tokens_from - until + keep) < datetime.timedelta(minutes=1)
    else:
        assert found.tokens_from == before.tokens_from


@pytest.mark.parametrize("enabled", [True, False])
def test_tokens_are_void_from_the_moment_a_client_is_disabled_or_enabled(told: Any, enabled: bool) -> None:
    _, _, (found,), heard = told(
        added(FULL.registration()),
        lambda connection: registry.enable(connection, "tax-gd", enabled=enabled),
        registry.every,
    )
    assert found.enabled is enabled
    assert abs(found.tokens_from - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert heard == ["tax-gd"] * 2


def test_who_is_not_registered_is_not_disabled(told: Any) -> None:
    with pytest.raises(BadRegistration, match="no client nobody"):
        told(lambda connection: registry.enable(connection, "nobody", enabled=False))


@pytest.mark.parametrize(
    "change",
    [
        "client SET purposes = '{CURIOSITY}'",
        "client SET jurisdiction = 'XX'",
        "client SET binding = 'hope'",
        "client SET agency = 'NO SUCH'",
        "client SET authentication = 'tls_client_auth', certificate_subject = 'CN=x'",
        "client_key SET jwk = '{}'",
        "client_key SET jwk = '7'",
        """client_key SET jwk = '{"kty": "oct", "k": "c2VjcmV0"}'""",
        "client_key SET certificate = '\\xff'",
        "client_key SET certificate = 'certificate'",
    ],
)
def test_a_client_that_cannot_be_is_none_and_leaves_the_others(
    told: Any, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = Agency("other").registration()
    found = told(
        added(FULL.registration()),
        added(other),
        lambda connection: connection.execute(f"UPDATE {change} WHERE client_id = 'tax-gd'"),
        registry.every,
    )[3]
    assert found == [other]
    assert "tax-gd" in caplog.text


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"client_id": ""}, "identifier"),
        ({"client_id": "Tax GD"}, "identifier"),
        ({"client_id": "x" * 65}, "identifier"),
        ({"client_id": "tax\n"}, "identifier"),
        ({"client_id": "-tax"}, "identifier"),
        ({"agency": "税务"}, "agency"),
        ({"jurisdiction": "CN"}, "jurisdiction"),
        ({"purposes": frozenset({"CURIOSITY"})}, "registry of purposes"),
        ({"rate": 0}, "at least one request"),
        ({"quota": 0}, "at least one request"),
        ({"keys": ()}, "no key"),
        ({"authentication": Authentication.SELF_SIGNED_TLS}, "needs the client's certificate"),
        ({"authentication": Authentication.TLS}, "needs the subject"),
        ({"authentication": Authentication.TLS, "certificate_subject": "CN=x"}, "needs the authority"),
        ({"binding": Binding.CERTIFICATE}, "mutual TLS only"),
    ],
)
def test_a_client_that_cannot_be_is_refused(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRegistration, match=reason):
        FULL.registration(**wrong)


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        new_key().as_dict(private=True),
        ECKey.generate_key("P-384").as_dict(private=False),
        OKPKey.generate_key("X25519").as_dict(private=False),
        {"kty": "oct", "k": "c2VjcmV0"},
        new_key().as_dict(private=False) | {"use": "enc"},
        new_key().as_dict(private=False) | {"alg": "ES512"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    ],
    ids="+".join,
)
def test_a_key_that_nothing_is_signed_with_is_refused(jwk: dict[str, Any]) -> None:
    with pytest.raises(BadRegistration, match="The key cannot be used"):
        ClientKey(jwk)


def test_no_client_is_registered_for_the_agency_of_a_party_that_has_none() -> None:
    with pytest.raises(BadRegistration, match="No agency's name begins with party-"):
        FULL.registration(agency="party-hk-70812345")
