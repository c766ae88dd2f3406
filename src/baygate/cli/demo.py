"""``baygate demo``: everything from one command, on this machine alone."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from pathlib import Path

import click

from baygate.access.documents.refusal import Refused
from baygate.cli import demo_register
from baygate.cli.console import Failure, progress
from baygate.cli.serve import run
from baygate.sample import agencies, log_keys
from baygate.sample.clients import EXPLORER
from baygate.sample.clients import register as register_clients
from baygate.sample.load import load as load_world
from baygate.sample.policies import ROOT_FILE, publish
from baygate.settings import load
from baygate.storage import schema_version
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.errors import NotEmptyError
from baygate.storage.keys import read_or_create
from baygate.storage.revocation_files import RevocationFiles

REVOCATION = "revocation"
_PEOPLE = (
    {"subject": "chen-jing", "name": "陈静", "agency": agencies.TAX},
    {"subject": "li-guoqiang", "name": "李国强", "agency": agencies.CUSTOMS_GUANGZHOU},
    {"subject": "ho-wing-sze", "name": "何詠詩", "agency": agencies.HONG_KONG_CUSTOMS, "jurisdiction": "HK"},
)
"""Who may sign in to the explorer."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path(".baygate/demo"), show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, envvar="PORT")
@click.option("--enterprises", type=click.IntRange(12), default=2_000, show_default=True)
@click.option("--policies", type=click.Path(path_type=Path), default=Path("policies"), show_default=True)
@click.option("--certificates", type=click.Path(path_type=Path), default=Path("certs.example"), show_default=True)
def demo(data: Path, port: int, enterprises: int, policies: Path, certificates: Path) -> None:
    """Run the hub with a PostgreSQL of its own and the sample world, on 127.0.0.1. Ctrl-C ends it; data stay."""
    if not _free(port):
        raise Failure(f"Something listens on port {port} already.", f"Choose another: PORT={port + 1} make demo")
    if not (policies / ROOT_FILE).is_file():
        raise Failure(f"There is no root document {policies / ROOT_FILE}.", "Run this in the repository: make demo")
    data.mkdir(parents=True, exist_ok=True)
    # a supervisor's SIGTERM ends the demo as Ctrl-C does: its other processes are stopped, not left behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with demo_register.running(data) as register, EmbeddedPostgres(data / "postgres") as postgres:
        # the hub would make some of its own, which the root document does not know
        log_keys.install(certificates, data / "keys")
        _settle(postgres.dsn(), data, enterprises, f"http://127.0.0.1:{port}")
        demo_register.join(postgres.dsn(), register.address())
        _publish(postgres.dsn(), policies, data)
        _revoke(certificates, data / REVOCATION)
        settings = data / "baygate.toml"
        settings.write_text(_settings(postgres.dsn(), data, port, policies), encoding="utf-8")
        _greet(port)
        run(load(settings))
        click.echo("\nGood-bye; the data stay in " + str(data))


def _settings(dsn: str, data: Path, port: int, policies: Path) -> str:
    """Return the demo's settings, for whoever runs other commands on its database."""
    # a JSON string is a TOML string, too
    people = "".join(
        "\n[[oauth.people.named]]\n"
        + "".join(f"{name} = {json.dumps(said, ensure_ascii=False)}\n" for name, said in each.items())
        for each in _PEOPLE
    )
    return (
        "# made by `baygate demo`, anew each time it starts\n"
        'profile = "development"\n'
        f"keys = {json.dumps(str(data.resolve() / 'keys'))}\n"
        f"\n[database]\ndsn = {json.dumps(dsn)}\n"
        f"\n[server]\nport = {port}\n"
        f"\n[portal]\nclient_id = {json.dumps(EXPLORER)}\n"
        f"key = {json.dumps(str(data.resolve() / 'clients' / f'{EXPLORER}.pem'))}\n"
        f"\n[policies]\nroot = {json.dumps(str((policies / ROOT_FILE).resolve()))}\n"
        f"heads = {json.dumps(str(data.resolve() / 'heads.json'))}\n"
        "\n[audit]\n"
        f"head = {json.dumps(str(data.resolve() / 'audit-head.json'))}\n"
        f"\n[recognition]\ndirectory = {json.dumps(str(data.resolve() / REVOCATION))}\n{people}"
    )


def _settle(dsn: str, data: Path, enterprises: int, origin: str) -> None:
    keys = read_or_create(data / "keys")
    asyncio.run(schema_version.upgrade(dsn))
    asyncio.run(register_clients(dsn, data / "clients", origin))
    with contextlib.suppress(NotEmptyError), progress("sample world", enterprises) as advance:
        asyncio.run(load_world(dsn, keys, enterprises, advance))


def _publish(dsn: str, policies: Path, data: Path) -> None:
    try:
        asyncio.run(publish(dsn, policies))
    except Refused as refused:
        raise Failure(
            f"The policies in {policies} are not those that this demo has had: {refused}.",
            f"Look at `git status`; or begin anew: remove {data}",
        ) from None


def _revoke(certificates: Path, directory: Path) -> None:
    """Give the hub the example authorities' CRLs, which no server publishes."""
    files = RevocationFiles(directory)
    for each in sorted(certificates.glob("*/**/*.crl")):
        files.keep("-".join(each.relative_to(certificates).parts), each.read_bytes())


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _greet(port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    click.secho(f"\nbaygate is on {address}/graphql", bold=True)
    click.secho(f"To look around, open {address}/ in a browser.", bold=True)
    click.echo(
        "\nTry, in another terminal:\n"
        f"  .venv/bin/baygate query --as tax-gd --purpose EXPORT_REFUND --url {address}/graphql \\\n"
        "      docs/examples/four-views.graphql --variables @docs/examples/four-views.json\n"
        "  echo '{ hongKongCompany(ubi: \"70812345\") { name annualReturn { overdue } directors { name } } }' | \\\n"
        f"    .venv/bin/baygate query --as customs-gz --url {address}/graphql --brief  # the hub, and a remote agency\n"
        f"  TOKEN=$(.venv/bin/baygate token --url {address}/graphql)\n"
        f"  curl -s {address}/graphql -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\\n"
        """      -d '{"query": "{ parties(first: 3) { totalCount nodes { id name status } } }"}'\n"""
        f"  curl -s {address}/readyz\n"
        "\nCtrl-C ends it."
    )
