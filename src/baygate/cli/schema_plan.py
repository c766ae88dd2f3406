"""``baygate schema plan``: which requests answer an operation, and why these."""

import hashlib
import json
from pathlib import Path
from typing import Any

import click
import orjson
from graphql import validate_schema

from baygate.cli.composing import by_the_hub, explained
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import json_option
from baygate.cli.policy_store import run
from baygate.cli.schema_statements import with_statements
from baygate.gateway.federated import Planner
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.federation.rendering import Step, as_text, steps
from baygate.gateway.planning.federation.rendering import as_json as in_json
from baygate.gateway.refusal import Refusal
from baygate.sources.registered import composed
from baygate.sources.supergraph.contributions import Contributions
from baygate.sources.supergraph.join import Supergraph, SupergraphInvalid, read
from baygate.storage.sources import HUB, newest


def _variables(_context: click.Context, _option: click.Parameter, given: str) -> dict[str, Any]:
    try:
        variables = json.loads(given)
    except json.JSONDecodeError as error:
        raise Failure(f"--variables is not JSON: {error}", 'Write an object, such as {"uscc": "91440300..."}') from None
    if not isinstance(variables, dict):
        raise Failure("--variables is not an object.", 'Write one, such as {"uscc": "91440300..."}')
    return variables


@click.command()
@click.argument("query")
@click.option(
    "--supergraph",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A supergraph's SDL; else the one in force, or with no source registered the hub's own.",
)
@click.option("--variables", "-v", default="{}", callback=_variables, help="Variables as JSON.")
@click.option("--operation", "-o", help="Name of the operation, if the document has several.")
@click.option("--label", "labels", multiple=True, help="An override's label that is in effect (@override); repeat.")
@click.option("--sql", is_flag=True, help="Show what the hub asks of its own records as SQL, as it runs it.")
@json_option
@config_option
@dsn_option
def plan(  # noqa: PLR0913 - the options of a command
    query: str, file: Path | None, variables: dict[str, Any], operation: str | None, labels: tuple[str, ...],
    config: Path | None, dsn: str | None, *, sql: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show which requests answer QUERY: a file, - for standard input, or the text of an operation itself.

    Nothing is fetched. Policies are not looked at: where they withhold something, a hub asks its sources for less.
    """
    text = _text(query)
    try:
        supergraph = read(_supergraph(file, config, dsn))
        shown = _steps(supergraph, text, operation, variables, frozenset(labels), sql=sql)
    except SupergraphInvalid as invalid:
        raise Failure(f"{file or 'The supergraph in force'}: {invalid}", "Compose it: baygate schema compose") from None
    except Refusal as refusal:
        told = [_told(each) for each in refusal.errors]
        raise Failure(
            "\n".join(told), "`baygate schema compose` prints the supergraph that operations must be valid by."
        ) from None
    click.echo(orjson.dumps(in_json(shown), option=orjson.OPT_INDENT_2) if as_json else as_text(shown))


def _steps(
    supergraph: Supergraph, text: str, name: str | None, variables: dict[str, Any], labels: frozenset[str], *, sql: bool
) -> tuple[Step, ...]:
    errors = validate_schema(supergraph.api)
    if errors:
        raise SupergraphInvalid(errors[0].message)
    limits = Limits()
    contributed = _contributed(supergraph)
    federation = contributed.federation if contributed else supergraph.federation(labels.__contains__)
    digest = hashlib.sha256(text.encode()).hexdigest()
    operation = prepare(text, digest, name, federation.api, limits, Strictness())
    coerced = operation.variables.coerce(variables)
    if sql and contributed is not None:
        return with_statements(contributed, operation, coerced, limits)
    planner = Planner(federation, limits)
    planned = planner.plan(operation, coerced)
    return steps([(each.request, each.document) for each in planned.requests], planner.federation)


def _contributed(supergraph: Supergraph) -> Contributions | None:
    """Return a supergraph as the hub plans over it, if the hub is part of it; else the gateway alone does."""
    graphs = supergraph.federation().graphs
    sources = {each.name: each.name for each in graphs if each.name != HUB}
    return None if len(sources) == len(graphs) else by_the_hub(supergraph, sources)


def _supergraph(file: Path | None, config: Path | None, dsn: str | None) -> str:
    if file is not None:
        return _read(file, "Give a supergraph: baygate schema compose -o supergraph.graphql")
    stored = run(config, dsn, newest)
    return stored.sdl if stored else explained(lambda: composed(())).sdl


def _text(query: str) -> str:
    """Return the operation that is meant; no name of a file has braces in it, and every operation does."""
    if "{" in query:
        return query
    return _read(Path(query), "Give a file, - for standard input, or the operation itself: '{ catalogue { title } }'")


def _read(file: Path, advice: str) -> str:
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            return str(stream.read())
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.", advice) from None
    except UnicodeDecodeError:
        raise Failure(f"{file} is not UTF-8.", advice) from None


def _told(error: dict[str, Any]) -> str:
    places = ", ".join(f"{each['line']}:{each['column']}" for each in error.get("locations", ()))
    return f"{error['message']} ({places})" if places else str(error["message"])
