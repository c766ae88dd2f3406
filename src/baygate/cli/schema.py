"""``baygate schema``: the contract, the supergraph that it is part of, and how operations run over it."""

import click

from baygate.cli.console import Commands

COMMANDS = {
    "print": "baygate.cli.schema_contract",
    "export": "baygate.cli.schema_contract",
    "check": "baygate.cli.schema_contract",
    "compose": "baygate.cli.schema_compose",
    "plan": "baygate.cli.schema_plan",
}


@click.group(cls=Commands, modules=COMMANDS)
def schema() -> None:
    """Print, export and check the GraphQL contract; compose it with agencies' services, and see how it is answered."""
