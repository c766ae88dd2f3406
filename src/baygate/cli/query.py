"""``baygate query`` and ``baygate token``: one question to a running hub, and a token for other tools."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from baygate.cli.caller import Caller, check, profile
from baygate.cli.console import Failure


def as_client(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who asks, and why."""
    for option in reversed(
        (
            click.option("--as", "name", default="developer", show_default=True, envvar="BAYGATE_AS", help="Client."),
            click.option("--purpose", help="Purpose, of the registry; unset: the client's usual one."),
            click.option("--legal-basis", help="Legal basis, where the purpose needs one."),
            click.option("--case", help="Case number, where the purpose needs one."),
            click.option("--url", default="http://127.0.0.1:8080/graphql", show_default=True, envvar="BAYGATE_URL"),
            click.option(
                "--clients",
                type=click.Path(path_type=Path),
                default=Path(".baygate/demo/clients"),
                show_default=True,
                envvar="BAYGATE_CLIENTS",
                help="Directory of clients' profiles and keys.",
            ),
        )
    ):
        command = option(command)
    return command


@click.command()
@click.argument("document", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--variables", "-v", default="{}", help='Variables as JSON, or @FILE. E.g. \'{"uscc": "9144..."}\'.')
@click.option("--operation", "-o", help="Name of the operation, if the document has several.")
@click.option("--brief", is_flag=True, help="Print the data in one line, and each reason for what lacks in another.")
@click.option("--timing", is_flag=True, help="Print how long each stage took, to standard error.")
@as_client
def query(
    document: TextIO, variables: str, operation: str | None, *, brief: bool, timing: bool, url: str, name: str,
    clients: Path, **why: str | None,
) -> None:  # fmt: skip
    """Ask a running hub the question in DOCUMENT (a file, or - for standard input) and print the answer.

    It gets a token with the client's own key first, for the purpose given.
    """
    body = {"query": document.read(), "variables": _variables(variables), "operationName": operation}
    check(url)
    caller = Caller(profile(clients, name), url)
    response = caller.ask(_token(caller, why), body)
    if timing and response.headers.get("server-timing"):
        click.echo(response.headers["server-timing"], err=True)
    try:
        answer = response.json()
    except ValueError:
        raise Failure(f"{url} answered {response.status_code}, not in JSON.", "Is it a baygate hub?") from None
    click.echo("\n".join(_brief(answer)) if brief else json.dumps(answer, ensure_ascii=False, indent=2))
    if response.status_code != 200 or "data" not in answer:
        sys.exit(1)


@click.command()
@as_client
def token(*, url: str, name: str, clients: Path, **why: str | None) -> None:
    """Print an access token for other tools: those that are bound to a key need its proofs as well."""
    check(url)
    client = profile(clients, name)
    given = _token(Caller(client, url), why)
    if client.binding != "bearer":
        click.echo(f"This token is worth nothing without the key of {name}; a plain one: --as developer", err=True)
    click.echo(given["access_token"])


_MEANS = {"FIELD_MASKED": "masked", "FIELD_CONDITIONAL": "given in some rows only", "SMALL_CELL": "not told if few"}


def _brief(answer: Any) -> Iterator[str]:
    """Yield the data, and why what is not in it is not, a place a line."""
    yield json.dumps(answer.get("data"), ensure_ascii=False)
    for each in answer.get("errors", ()):
        yield f"{_place(each)}{each['message']}"
    for each in answer.get("extensions", {}).get("access", ()):
        means = _MEANS.get(each["code"], each["code"])
        yield f"{_place(each)}{each['coordinate']} is {means}: {', '.join(each['rules'])}."


def _place(given: Any) -> str:
    return f"{'.'.join(map(str, given['path']))}: " if given.get("path") else ""


def _token(caller: Caller, why: dict[str, str | None]) -> dict[str, Any]:
    members = {"legalBasis": why["legal_basis"], "caseNo": why["case"]}
    return caller.token(why["purpose"], **{name: value for name, value in members.items() if value})


def _variables(given: str) -> Any:
    text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Failure(f"--variables is not JSON: {error}", 'Write an object, such as {"uscc": "91440300..."}') from None
