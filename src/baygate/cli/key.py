"""``baygate key``: the hub's own keys."""

import datetime
from pathlib import Path

import click

from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import signing
from baygate.oauth.signing import PUBLISHED_FOR, SigningKeys
from baygate.storage.keys import read_or_create

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
    """Create the hub's keys, and rotate the one that signs tokens."""


@key.command()
@keys_option
def create(keys: Path) -> None:
    """Make the keys that are missing. Every hub needs the same ones; keep a copy where you keep secrets."""
    read_or_create(keys)
    signing.create_first(keys / SIGNING_KEYS)
    click.echo(f"The keys are in {keys}.")


@key.command()
@keys_option
@click.option(
    "--after", type=click.IntRange(0), default=PUBLISHED_FOR, show_default=True, help="Seconds till it signs."
)
def rotate(keys: Path, after: int) -> None:
    """Make the next key that signs tokens. It is published at once and signs later; no token in flight is lost."""
    begins = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=after)
    made = signing.create(keys / SIGNING_KEYS, begins)
    click.echo(f"{made.kid} signs from {made.begins:%Y-%m-%d %H:%M:%S} UTC. Copy the file to every hub before that.")


@key.command(name="list")
@keys_option
def list_(keys: Path) -> None:
    """Show the keys that sign tokens, or whose tokens are still good."""
    now = datetime.datetime.now(datetime.UTC)
    known = SigningKeys(keys / SIGNING_KEYS)
    current = known.current(now)
    for each in known.published(now):
        state = "signs" if each == current else "will sign" if each.begins > now else "signed"
        click.echo(f"{each.kid}  {state:<9}  from {each.begins:%Y-%m-%d %H:%M:%S} UTC")
