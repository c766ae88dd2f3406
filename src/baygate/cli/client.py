"""``baygate client``: which systems may ask for tokens, and with which keys."""

import asyncio
import datetime
import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import click
import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from baygate.access.certificate import read_certificates
from baygate.access.jose import digest_of
from baygate.access.purposes import PURPOSES
from baygate.cli.console import Failure
from baygate.cli.db import config_option, database_of, dsn_option
from baygate.oauth import registry
from baygate.oauth.clients import (
    JURISDICTIONS,
    QUOTA,
    RATE,
    Authentication,
    BadRegistration,
    Binding,
    Client,
    ClientKey,
)
from baygate.settings import load
from baygate.storage.database import Database

Result = TypeVar("Result")


@click.group()
def client() -> None:
    """Register the systems of agencies, by their public keys or certificates."""


def _explained(command: Callable[..., None]) -> Callable[..., None]:
    """Let a registration that cannot be end a command in a line that says why."""

    @functools.wraps(command)
    def explained(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except BadRegistration as error:
            raise Failure(str(error)) from None

    return explained


@client.command()
@click.argument("client_id")
@click.option("--agency", required=True, help="The agency whose system it is, such as tax-gd.")
@click.option("--jurisdiction", type=click.Choice(JURISDICTIONS), default="CN-GD", show_default=True)
@click.option("--name", default="", help="What people call it.")
@click.option("--key", type=click.Path(path_type=Path), help="Its public key: PEM, or a JWK.")
@click.option("--certificate", type=click.Path(path_type=Path), help="Its own certificate (PEM): mutual TLS.")
@click.option("--subject", help="Subject (RFC 4514) of its certificate by an authority of the settings: mutual TLS.")
@click.option("--authority", type=click.Path(path_type=Path), help="That authority's certificate (PEM).")
@click.option("--scope", "scopes", multiple=True, required=True, help="A scope it may have; repeat.")
@click.option("--purpose", "purposes", multiple=True, required=True, type=click.Choice(list(PURPOSES)), metavar="CODE")
@click.option("--role", "roles", multiple=True, help="A role that policies may name; repeat.")
@click.option("--party", help="The party of the identity view that it acts for, if it is no agency's.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="For people who sign in: where codes go; repeat.")
@click.option("--bearer", is_flag=True, help="Plain bearer tokens, bound to nothing: in development only.")
@click.option("--rate", type=click.IntRange(1, 2**31 - 1), default=RATE, show_default=True, help="Requests a minute.")
@click.option("--quota", type=click.IntRange(1, 2**63 - 1), default=QUOTA, show_default=True, help="Requests a day.")
@config_option
@dsn_option
@_explained
def add(
    client_id: str, key: Path | None, certificate: Path | None, subject: str | None, authority: Path | None, *,
    bearer: bool, config: Path | None, dsn: str | None, **said: Any,
) -> None:  # fmt: skip
    """Register CLIENT_ID with its public key or its certificate."""
    if sum(each is not None for each in (key, certificate, subject)) != 1:
        raise Failure("Say how the client proves itself.", "Give one of --key, --certificate, --subject.")
    if (subject is None) != (authority is None):
        raise Failure(
            "A subject counts only in certificates of one authority.", "Give --subject and --authority together."
        )
    if bearer and config is not None and not load(config).development:
        raise Failure("Plain bearer tokens are for development.", "Leave --bearer out: tokens are bound to the key.")
    method, binding = _method(certificate, subject)
    registered = Client(
        client_id=client_id,
        name=said.pop("name") or client_id,
        authentication=method,
        binding=Binding.BEARER if bearer else binding,
        keys=() if subject else (_key(key, certificate),),
        certificate_subject=_normal(subject) if subject else None,
        certificate_authority=_authority(authority) if authority else None,
        scopes=frozenset(said.pop("scopes")),
        purposes=frozenset(said.pop("purposes")),
        roles=frozenset(said.pop("roles")),
        **said,
    )
    _check_scopes(registered.scopes)
    _run(config, dsn, lambda connection: registry.add(connection, registered))
    click.echo(f"{client_id} is registered; it proves itself by {method}, its tokens are bound: {registered.binding}.")


@client.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all there is.")
@config_option
@dsn_option
def list_(config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Show the clients that are registered."""
    clients = _run(config, dsn, registry.every)
    if as_json:
        click.echo(orjson.dumps([_told(each) for each in clients], option=orjson.OPT_INDENT_2))
        return
    for each in clients:
        state = "" if each.enabled else "  DISABLED"
        click.echo(f"{each.client_id:<24} {each.agency:<16} {each.authentication:<28} {each.binding:<12}{state}")
        click.echo(f"    {' '.join(sorted(each.scopes))}\n    {' '.join(sorted(each.purposes))}")


@client.command()
@click.argument("client_id")
@click.option("--key", type=click.Path(path_type=Path), help="The new public key: PEM, or a JWK.")
@click.option("--certificate", type=click.Path(path_type=Path), help="The new certificate (PEM).")
@click.option("--keep", type=click.IntRange(0), default=86_400, show_default=True, help="Seconds the old ones stay.")
@config_option
@dsn_option
@_explained
def rotate(
    client_id: str, key: Path | None, certificate: Path | None, keep: int, config: Path | None, dsn: str | None
) -> None:
    """Give CLIENT_ID another key; the ones it has are good for a while yet."""
    if (key is None) == (certificate is None):
        raise Failure("There is no new key.", "Give one of --key, --certificate.")
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=keep)
    _run(config, dsn, lambda connection: registry.rotate(connection, client_id, _key(key, certificate), until))
    click.echo(f"{client_id} has another key; the old ones are good until {until:%Y-%m-%d %H:%M:%S} UTC.")


@client.command()
@click.argument("client_id")
@config_option
@dsn_option
@_explained
def disable(client_id: str, config: Path | None, dsn: str | None) -> None:
    """Let CLIENT_ID in no more; the tokens that it has are void within a second."""
    _run(config, dsn, lambda connection: registry.enable(connection, client_id, enabled=False))
    click.echo(f"{client_id} is disabled, and its tokens are void.")


@client.command()
@click.argument("client_id")
@config_option
@dsn_option
@_explained
def enable(client_id: str, config: Path | None, dsn: str | None) -> None:
    """Let CLIENT_ID in again; it needs new tokens."""
    _run(config, dsn, lambda connection: registry.enable(connection, client_id, enabled=True))
    click.echo(f"{client_id} is enabled.")


def _method(certificate: Path | None, subject: str | None) -> tuple[Authentication, Binding]:
    if certificate is not None:
        return Authentication.SELF_SIGNED_TLS, Binding.CERTIFICATE
    if subject is not None:
        return Authentication.TLS, Binding.CERTIFICATE
    return Authentication.PRIVATE_KEY_JWT, Binding.DPOP


def _normal(subject: str) -> str:
    """Return a distinguished name as it is written of a certificate (RFC 4514): the two are compared as text."""
    try:
        return x509.Name.from_rfc4514_string(subject).rfc4514_string()
    except ValueError as error:
        raise Failure(f"{subject!r} is not a distinguished name: {error}", "Write one: CN=tax-gd,O=Tax,C=CN") from None


def _authority(file: Path) -> str:
    """Return what the certificate in a file is known by."""
    try:
        return digest_of(read_certificates(file.read_bytes())[0].public_bytes(Encoding.DER))
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise Failure(f"{file} holds no certificate.", "Give the authority's, in PEM.") from None


def _key(key: Path | None, certificate: Path | None) -> ClientKey:
    """Read a public key, from a certificate, a PEM file or a JWK."""
    file = certificate or key
    assert file is not None  # noqa: S101 - one of them is given
    try:
        content = file.read_bytes()
        if certificate is not None:
            leaf = read_certificates(content)[0]
            public = leaf.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            return ClientKey(_jwk(public), leaf.public_bytes(Encoding.PEM).decode())
        return ClientKey(orjson.loads(content) if content.lstrip().startswith(b"{") else _jwk(content))
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        advice = "Give a public key: openssl pkey -in key.pem -pubout -out public.pem"
        raise Failure(f"{file} holds no public key: {error}", advice) from None


def _jwk(pem: bytes) -> dict[str, Any]:
    if b"PRIVATE KEY" in pem:
        raise ValueError("it is a private key, which never leaves its owner")
    try:
        kind = type(load_pem_public_key(pem)).__name__
        for name, imported in (("EC", ECKey), ("RSA", RSAKey), ("Ed25519", OKPKey)):
            if kind.startswith(name):
                return dict(imported.import_key(pem).as_dict(private=False))
    except (UnsupportedAlgorithm, KeyError):  # a curve that nobody here has heard of
        pass
    raise ValueError("its kind is none of P-256, RSA, Ed25519")


def _check_scopes(scopes: frozenset[str]) -> None:
    from baygate.access.scopes import Gates  # noqa: PLC0415 - building the contract takes a moment
    from baygate.contract.schema import graphql_schema  # noqa: PLC0415

    known = Gates(graphql_schema()).scopes
    if not scopes <= known:
        raise Failure(f"No field asks for the scope {', '.join(sorted(scopes - known))}.", f"Known: {sorted(known)}")


def _told(each: Client) -> dict[str, Any]:
    said = {
        name: getattr(each, name)
        for name in ("client_id", "name", "agency", "jurisdiction", "authentication", "binding", "redirect_uris",
                     "certificate_subject", "certificate_authority", "rate", "quota", "enabled", "tokens_from")
    }  # fmt: skip
    sets = {name: sorted(getattr(each, name)) for name in ("scopes", "purposes", "roles")}
    keys = [{"kid": key.kid, "thumbprint": key.thumbprint, "expires_at": key.expires_at} for key in each.keys]
    return {**said, **sets, "keys": keys}


def _run(config: Path | None, dsn: str | None, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    async def connected(database: Database) -> Result:
        connection = await database.connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected(database_of(config, dsn)))
