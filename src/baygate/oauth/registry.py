"""The registry of clients in PostgreSQL. Each change is announced, so that every worker knows it at once."""

import datetime
import json
import logging
from collections.abc import Sequence

import asyncpg

from baygate.oauth.clients import Authentication, BadRegistration, Binding, Client, ClientKey

log = logging.getLogger("baygate.registry")

CLIENTS_CHANGED = "baygate_clients"
"""The channel on which a change of the registry is announced; its payload is the client's identifier."""

_COLUMNS = (
    "client_id", "name", "agency", "jurisdiction", "roles", "scopes", "purposes", "authentication", "binding",
    "redirect_uris", "certificate_subject", "rate", "quota", "enabled", "tokens_from", "party",
    "certificate_authority",
)  # fmt: skip


async def add(connection: asyncpg.Connection, client: Client) -> None:
    """Register a client; raise BadRegistration if its identifier is taken."""
    values = (getattr(client, name) for name in _COLUMNS)
    row = [sorted(each) if isinstance(each, frozenset) else each for each in values]
    places = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
    async with connection.transaction():
        added = await connection.fetchval(
            f"INSERT INTO client ({', '.join(_COLUMNS)}, registered_at) VALUES ({places}, now()) "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING true",
            *row,
        )
        if not added:
            raise BadRegistration(f"There is a client {client.client_id} already; rotate its key, or choose a name.")
        await _add_keys(connection, client.client_id, client.keys)
        await _announce(connection, client.client_id)


async def every(connection: asyncpg.Connection) -> list[Client]:
    """Return all clients, with their keys, by identifier; one that this version cannot take is logged, and none."""
    keys: dict[str, list[asyncpg.Record]] = {}
    for row in await connection.fetch("SELECT * FROM client_key ORDER BY client_id, added_at, kid"):
        keys.setdefault(row["client_id"], []).append(row)
    clients = []
    for row in await connection.fetch("SELECT * FROM client ORDER BY client_id"):
        try:
            clients.append(_client(row, tuple(map(_key, keys.get(row["client_id"], ())))))
        except (BadRegistration, ValueError) as error:
            log.warning("the client %s cannot be: %s", row["client_id"], error)
    return clients


async def rotate(connection: asyncpg.Connection, client_id: str, key: ClientKey, keep_until: datetime.datetime) -> None:
    """Give a client another key; those that it has are good until ``keep_until``, unless they end sooner.

    If that is over already, whoever has them is not trusted any more: the client's tokens are void, too.
    Raise BadRegistration if there is no such client, if it has this key, or could not prove itself by it.
    """
    async with connection.transaction():
        method = await _require(connection, client_id)
        if method is Authentication.TLS:
            raise BadRegistration(f"{client_id} proves itself by the subject of its certificate; it has no key here.")
        if method is Authentication.SELF_SIGNED_TLS and key.certificate is None:
            raise BadRegistration(f"{client_id} proves itself by its certificate; give the new one.")
        await connection.execute(
            "UPDATE client_key SET expires_at = least(expires_at, $2) WHERE client_id = $1", client_id, keep_until
        )
        if keep_until <= datetime.datetime.now(datetime.UTC):
            await connection.execute("UPDATE client SET tokens_from = now() WHERE client_id = $1", client_id)
        await _add_keys(connection, client_id, [key])
        await _announce(connection, client_id)


async def enable(connection: asyncpg.Connection, client_id: str, *, enabled: bool) -> None:
    """Enable or disable a client; whatever tokens it has are void from now on, also when it is enabled again.

    Raise BadRegistration if there is no such client.
    """
    async with connection.transaction():
        await _require(connection, client_id)
        await connection.execute(
            "UPDATE client SET enabled = $2, tokens_from = now() WHERE client_id = $1", client_id, enabled
        )
        await _announce(connection, client_id)


async def redirect(connection: asyncpg.Connection, client_id: str, redirect_uris: Sequence[str]) -> None:
    """Let the codes of a client for people go to these addresses, and no longer to those before.

    Raise BadRegistration if there is no such client.
    """
    async with connection.transaction():
        await _require(connection, client_id)
        await connection.execute(
            "UPDATE client SET redirect_uris = $2 WHERE client_id = $1", client_id, list(redirect_uris)
        )
        await _announce(connection, client_id)


async def _add_keys(connection: asyncpg.Connection, client_id: str, keys: Sequence[ClientKey]) -> None:
    try:
        await connection.executemany(
            "INSERT INTO client_key (client_id, kid, jwk, certificate, added_at, expires_at) "
            "VALUES ($1, $2, $3, $4, now(), $5)",
            [
                (
                    client_id,
                    each.kid,
                    json.dumps(dict(each.key.jwk)),
                    each.certificate.encode() if each.certificate else None,
                    each.expires_at,
                )
                for each in keys
            ],
        )
    except asyncpg.UniqueViolationError:
        raise BadRegistration(f"The client {client_id} has this key already, or another of its name.") from None


async def _require(connection: asyncpg.Connection, client_id: str) -> Authentication:
    method = await connection.fetchval("SELECT authentication FROM client WHERE client_id = $1 FOR UPDATE", client_id)
    if method is None:
        raise BadRegistration(f"There is no client {client_id}; baygate client list shows those that are.")
    return Authentication(method)


async def _announce(connection: asyncpg.Connection, client_id: str) -> None:
    await connection.execute("SELECT pg_notify($1, $2)", CLIENTS_CHANGED, client_id)


def _key(row: asyncpg.Record) -> ClientKey:
    certificate = bytes(row["certificate"]).decode() if row["certificate"] else None
    return ClientKey(json.loads(row["jwk"]), certificate, row["expires_at"])


def _client(row: asyncpg.Record, keys: tuple[ClientKey, ...]) -> Client:
    return Client(
        client_id=row["client_id"],
        name=row["name"],
        agency=row["agency"],
        jurisdiction=row["jurisdiction"],
        authentication=Authentication(row["authentication"]),
        binding=Binding(row["binding"]),
        keys=keys,
        scopes=frozenset(row["scopes"]),
        purposes=frozenset(row["purposes"]),
        roles=frozenset(row["roles"]),
        redirect_uris=tuple(row["redirect_uris"]),
        certificate_subject=row["certificate_subject"],
        certificate_authority=row["certificate_authority"],
        party=row["party"],
        rate=row["rate"],
        quota=row["quota"],
        enabled=row["enabled"],
        tokens_from=row["tokens_from"],
    )
