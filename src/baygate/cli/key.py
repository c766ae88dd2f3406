"""``baygate key``: the hub's own keys."""

import asyncio
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from baygate.access.documents.model import moment_text
from baygate.access.documents.root import LogUse
from baygate.access.jose import PublicKey
from baygate.audit import keys as log_keys
from baygate.audit.keys import HEADS, RECEIPTS, head_key_in_token
from baygate.audit.pkcs11_settings import Pkcs11Settings
from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import signing
from baygate.oauth.signing import PUBLISHED_FOR, SigningKey, SigningKeys
from baygate.storage.keys import read_or_create

TOKEN = "token"  # noqa: S105 - what is signed
_USES = (TOKEN, HEADS, RECEIPTS)
_DIRECTORIES: Mapping[str, str] = {TOKEN: SIGNING_KEYS, **log_keys.DIRECTORIES}
_WEEK = 7 * 24 * 3_600
"""Seconds that coordinating bodies are given to sign a root document with the next key in it."""
_OVERLAP = datetime.timedelta(hours=1)
"""A record is of a moment before it is signed; clocks differ."""

keys_option = click.option(
    "--keys",
    type=click.Path(path_type=Path),
    default=Path(".baygate/keys"),
    show_default=True,
    envvar="BAYGATE_KEYS",
    help="Directory of the hub's keys.",
)


@click.group()
def key() -> None:
    """Create the hub's keys, and rotate those that sign: tokens, heads of the audit log, receipts."""


@key.command()
@keys_option
def create(keys: Path) -> None:
    """Make the keys that are missing. Every hub needs the same ones; keep a copy where you keep secrets."""
    read_or_create(keys)
    signing.create_first(keys / SIGNING_KEYS)
    log_keys.create_first(keys)
    click.echo(f"The keys are in {keys}.")


@key.command()
@keys_option
@click.option("--use", type=click.Choice(_USES), default=TOKEN, show_default=True, help="What the key signs.")
@click.option(
    "--after",
    type=click.IntRange(0),
    help=f"Seconds till it signs; unless given, {PUBLISHED_FOR} for tokens, a week for the audit log.",
)
def rotate(keys: Path, use: str, after: int | None) -> None:
    """Make the next key that signs. It signs later, so that others know it by then; nothing in flight is lost."""
    room = after if after is not None else PUBLISHED_FOR if use == TOKEN else _WEEK
    begins = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=room)
    made = signing.create(keys / _DIRECTORIES[use], begins)
    click.echo(f"{made.kid} signs from {made.begins:%Y-%m-%d %H:%M:%S} UTC. Copy the file to every hub before that.")
    if use != TOKEN:
        click.echo(f"Let the root document certify it before that: baygate key show --use {use} --keys {keys}")


@key.command(name="list")
@keys_option
@click.option("--use", type=click.Choice(_USES), help="Only keys that sign this.")
def list_(keys: Path, use: str | None) -> None:
    """Show the keys that sign: tokens (or whose tokens are still good), heads of the audit log, receipts."""
    now = datetime.datetime.now(datetime.UTC)
    for each in _USES:
        if use in {None, each}:
            _list(keys, each, now)


@key.command()
@keys_option
@click.option("--use", type=click.Choice((HEADS, RECEIPTS)), required=True, help="What the key signs.")
@click.option(
    "--token",
    type=(click.Path(path_type=Path), str, str, click.Path(path_type=Path)),
    metavar="MODULE TOKEN KEY PIN-FILE",
    help="A PKCS#11 token's key for heads instead: the module, the labels of token and key, the file with the PIN.",
)
def show(keys: Path, use: LogUse, token: tuple[Path, str, str, Path] | None) -> None:
    """Print the public keys that sign the audit log now and next, as they belong in a root document (logKeys)."""
    if token is not None and use != HEADS:
        raise click.UsageError("Only heads are signed in a token.")
    if token is not None:
        _show(use, asyncio.run(head_key_in_token(Pkcs11Settings(*token))), None)
        return
    now = datetime.datetime.now(datetime.UTC)
    known = log_keys.keys_of(keys, use)
    current = known.current(now)
    for each in known.every():
        if each == current or each.begins > now:
            _show(use, each.public, each.begins - _OVERLAP)


def _list(keys: Path, use: str, now: datetime.datetime) -> None:
    known = SigningKeys(keys / _DIRECTORIES[use], log_keys.SIGN.get(use, signing.TOKENS))
    current = known.current(now)
    for each in known.published(now) if use == TOKEN else known.every():
        click.echo(f"{each.kid}  {_state(each, current, now):<9}  {use:<8}  from {each.begins:%Y-%m-%d %H:%M:%S} UTC")


def _state(each: SigningKey, current: SigningKey, now: datetime.datetime) -> str:
    return "signs" if each == current else "will sign" if each.begins > now else "signed"


def _show(use: LogUse, public: PublicKey, begins: datetime.datetime | None) -> None:
    told: dict[str, Any] = {"use": use, "jwk": {name: public.jwk[name] for name in ("kty", "crv", "x", "y")}}
    if begins is not None:
        told["notBefore"] = moment_text(begins)
    click.echo(json.dumps(told))
