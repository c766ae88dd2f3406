"""``baygate schema print``, ``export`` and ``check``: the contract as text, and what its changes break."""

from pathlib import Path

import click

from baygate.cli.console import Failure
from baygate.contract import evolution

directory_option = click.option(
    "--directory", type=click.Path(path_type=Path, file_okay=False), default=Path("schema"), show_default=True
)


@click.command(name="print")
@click.option("--subgraph", is_flag=True, help="With federation's directives, as a router wants it.")
def print_(*, subgraph: bool) -> None:
    """Print the contract in the schema definition language."""
    click.echo(evolution.texts()[evolution.SUBGRAPH if subgraph else evolution.API], nl=False)


@click.command()
@directory_option
def export(directory: Path) -> None:
    """Write the contract's files, to be committed."""
    changed = evolution.export(directory)
    for file in changed:
        click.echo(f"wrote {file}")
    if not changed:
        click.echo("Nothing changed.")


@click.command()
@directory_option
def check(directory: Path) -> None:
    """Fail if the committed files are not what the code says, naming what a change breaks for callers."""
    drifted = evolution.drifted(directory)
    if not drifted:
        click.echo("The committed contract is what the code says.")
        return
    committed = directory / evolution.API
    if committed.exists():
        found = evolution.evolution(committed.read_text(encoding="utf-8"))
        for title, changes in (
            ("breaks", found.breaking),
            ("may break", found.dangerous),
            ("adds", found.safe),
        ):
            for change in changes:
                click.echo(f"{title:>9}  {change}")
    raise Failure(
        f"The contract has drifted from {', '.join(str(directory / name) for name in drifted)}.",
        "If that is meant, run: baygate schema export, and commit the files.",
    )
