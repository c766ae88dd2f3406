"""``baygate gateway``: the federation engine by itself, for conformance and for trying things out."""

import ipaddress
from pathlib import Path

import click
import uvicorn

from baygate.cli.console import Failure
from baygate.gateway.open_gateway import create_open_gateway
from baygate.sources.supergraph.join import SupergraphInvalid, read


@click.command()
@click.option("--supergraph", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=True)
@click.option("--listen", default="127.0.0.1:4000", show_default=True, help="Address and port, of this machine alone.")
@click.option("--open", "is_open", is_flag=True, help="Say that everything is open to everybody who can connect.")
@click.option("--label", "labels", multiple=True, help="An override's label that is in effect (@override).")
def gateway(supergraph: Path, listen: str, labels: tuple[str, ...], *, is_open: bool) -> None:
    """Answer operations over a supergraph's sources, without any access control.

    GraphQL is at /graphql, and /health says when it can be asked.
    """
    if not is_open:
        raise Failure(
            "The gateway decides nothing about access: whoever can connect sees everything.",
            "Say --open if that is meant; agencies' data is shared by a hub (baygate serve).",
        )
    host, port = _address(listen)
    try:
        app = create_open_gateway(read(supergraph.read_text(encoding="utf-8")), frozenset(labels))
    except (SupergraphInvalid, UnicodeDecodeError) as invalid:
        raise Failure(f"{supergraph}: {invalid}", "Compose it anew: baygate schema compose.") from None
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        address, number = ipaddress.ip_address(host), int(port)
    except ValueError:
        raise Failure(f"--listen {listen} is no address with a port.", "Give one such as 127.0.0.1:4000.") from None
    if not address.is_loopback:
        raise Failure(
            f"--listen {listen} is not of this machine alone, and the gateway is open to whoever can connect.",
            "Give a loopback address such as 127.0.0.1:4000.",
        )
    return host, number
