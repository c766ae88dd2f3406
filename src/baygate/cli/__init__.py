"""The command line: ``baygate demo | serve | query | schema | db | sample``."""

import click

from baygate.cli.console import Commands
from baygate.cli.db import db
from baygate.cli.demo import demo
from baygate.cli.query import query
from baygate.cli.sample import sample
from baygate.cli.schema import schema
from baygate.cli.serve import serve


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="baygate")
def main() -> None:
    """baygate: a GraphQL data-sharing hub between government agencies.

    Begin with `baygate demo`: it brings its own PostgreSQL and a sample world, and says what to try.
    """


for command in (demo, serve, query, schema, db, sample):
    main.add_command(command)
