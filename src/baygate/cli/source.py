"""``baygate source``: agencies' own services, from registering to whether they answer."""

import click

from baygate.cli.console import Commands

COMMANDS = {
    "add": "baygate.cli.source_change",
    "list": "baygate.cli.source_show",
    "refresh": "baygate.cli.source_change",
    "remove": "baygate.cli.source_change",
    "status": "baygate.cli.source_show",
}


@click.group(cls=Commands, modules=COMMANDS)
def source() -> None:
    """Register the GraphQL services of agencies (federation v2), which the hub asks along with its own tables.

    Whatever changes them composes the supergraph anew, and is refused if there would be none. It takes effect within
    seconds, in every hub on the database.
    """
