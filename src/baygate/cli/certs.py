"""``baygate certs``: certificates to try mutual recognition with."""

from pathlib import Path

import click

from baygate.access.documents.refusal import Refused
from baygate.cli.console import Failure
from baygate.sample.certificates import authority_files, make
from baygate.sample.trust_list_sources import bring_up_to_date, sources_in


@click.group()
def certs() -> None:
    """Make example certificates of Guangdong, Hong Kong and Macau; everybody has their keys."""


@certs.command()
@click.option(
    "--directory", type=click.Path(path_type=Path, file_okay=False), default=Path("certs.example"), show_default=True
)
@click.option("--force", is_flag=True, help="Make all of it anew, and void what names or is signed with what is there.")
def example(directory: Path, *, force: bool) -> None:
    """Make good certificates and bad ones, with their keys, authorities and revocation lists.

    It takes the openssl command line, 3.0 or newer. The trust lists beside the directory, in policies/trust-lists,
    if there are any, are made to name the new authorities; they begin anew, and are to be signed again.
    """
    there = next((each for each in authority_files(directory) if each.exists()), None)
    if there and not force:
        raise Failure(
            f"{there} is there already.",
            f"To make all anew, and void what relies on it: baygate certs example --directory {directory} --force",
        )
    try:
        sources = sources_in(directory.resolve().parent / "policies" / "trust-lists")
    except Refused as refused:
        raise Failure(f"{' '.join(refused.__notes__)} is refused at the step {refused}.", "Nothing was made.") from None
    made = make(directory)
    click.echo(f"{len(made)} files are in {directory}. Everybody has these keys: trust them nowhere but in a demo.")
    for source in bring_up_to_date(sources, directory):
        click.echo(f"{source} names the new authorities. Sign it: make policies")
