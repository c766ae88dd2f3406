"""``baygate gateway``: the federation engine by itself, for conformance and for trying things out."""

import ipaddress
import signal
import sys
from pathlib import Path

import click
import uvicorn

from baygate.cli.console import Failure
from baygate.gateway.limits import Limits
from baygate.gateway.open_gateway import create_open_gateway
from baygate.sources.supergraph.join import Supergraph, SupergraphInvalid, read


@click.command()
@click.option("--supergraph", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=True)
@click.option("--listen", default="127.0.0.1:4000", show_default=True, help="Address and port, of this machine alone.")
@click.option("--open", "is_open", is_flag=True, help="Say that everything is open to everybody who can connect.")
@click.option("--label", "labels", multiple=True, help="An override's label that is in effect (@override).")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=Limits.time, show_default=True, help="Seconds a request may take."
)
def gateway(supergraph: Path, listen: str, labels: tuple[str, ...], timeout: float, *, is_open: bool) -> None:
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
        read_in = read(supergraph.read_text(encoding="utf-8"))
        app = create_open_gateway(read_in, frozenset(labels), Limits(time=timeout))
    except (SupergraphInvalid, UnicodeDecodeError) as invalid:
        raise Failure(f"{supergraph}: {invalid}", "Compose it anew: baygate schema compose.") from None
    _check(labels, read_in)
    # uvicorn raises the signal anew when all is done, and to be ended is no failure
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
    )


def _check(labels: tuple[str, ...], supergraph: Supergraph) -> None:
    for each in labels:
        if each not in supergraph.labels:
            known = ", ".join(sorted(supergraph.labels)) or "none at all"
            raise Failure(f"--label {each} is the label of no override.", f"The supergraph's labels are: {known}.")


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        address, number = ipaddress.ip_address(host), int(port)
    except ValueError:
        number = 0
    if not 0 < number < 65_536:
        raise Failure(f"--listen {listen} is no address with a port.", "Give one such as 127.0.0.1:4000.")
    if not address.is_loopback:
        raise Failure(
            f"--listen {listen} is not of this machine alone, and the gateway is open to whoever can connect.",
            "Give a loopback address such as 127.0.0.1:4000.",
        )
    return host, number
