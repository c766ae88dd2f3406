"""The command line.

``baygate demo | serve | query | token | client | key | policy | trust | certs | source |
schema | gateway | db | sample``.
"""

import click

from baygate.cli.console import Commands

COMMANDS = {
    "demo": "baygate.cli.demo",
    "serve": "baygate.cli.serve",
    "query": "baygate.cli.query",
    "token": "baygate.cli.query",
    "client": "baygate.cli.client",
    "key": "baygate.cli.key",
    "policy": "baygate.cli.policy",
    "trust": "baygate.cli.trust",
    "audit": "baygate.cli.audit",
    "certs": "baygate.cli.certs",
    "source": "baygate.cli.source",
    "schema": "baygate.cli.schema",
    "gateway": "baygate.cli.gateway",
    "db": "baygate.cli.db",
    "sample": "baygate.cli.sample",
}
"""Where each command is: a question to a hub need not wait until all that a hub is made of is loaded."""


@click.group(
    cls=Commands,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="baygate")
def main() -> None:
    """baygate: a GraphQL data-sharing hub between government agencies.

    Begin with `baygate demo`: it brings its own PostgreSQL and a sample world, and says what to try.
    """
