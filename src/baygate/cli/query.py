"""``baygate query`` and ``baygate token``: one question to a running hub, and a token for other tools."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TextIO

import click

from baygate.cli.caller import Caller, Profile, check, of_holder, profile
from baygate.cli.console import Failure
from baygate.cli.holder import holder


@dataclass(frozen=True)
class Asking:
    """Who asks a hub, why, and where."""

    name: str
    client: Profile
    url: str
    why: Mapping[str, str | None]

    def token(self, caller: Caller) -> dict[str, Any]:
        """Return a token for the purpose that is given."""
        members = {"legalBasis": self.why["legal_basis"], "caseNo": self.why["case"]}
        return caller.token(self.why["purpose"], **{name: value for name, value in members.items() if value})


_OPTIONS = (
    click.option("--as", "name", default="developer", show_default=True, envvar="BAYGATE_AS", help="Client."),
    click.option("--purpose", help="Purpose, of the registry; unset: the client's usual one."),
    click.option("--legal-basis", help="Legal basis, where the purpose needs one."),
    click.option("--case", help="Case number, where the purpose needs one."),
    click.option(
        "--certificate",
        type=click.Path(path_type=Path),
        help="Come with this certificate (PEM), which a trust list recognises; --as names the party as a client.",
    ),
    click.option("--key", type=click.Path(path_type=Path), help="The certificate's private key (PEM)."),
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


def as_client(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who asks, and why; the command takes them as ``asking``."""

    @wraps(command)
    def wrapped(
        *, name: str, clients: Path, certificate: Path | None, key: Path | None, url: str, purpose: str | None,
        legal_basis: str | None, case: str | None, **more: Any,
    ) -> Any:  # fmt: skip
        check(url)
        client = _of_certificate(name, certificate, key, purpose) or profile(clients, name)
        why = {"purpose": purpose, "legal_basis": legal_basis, "case": case}
        return command(asking=Asking(name, client, url, why), **more)

    options: Callable[..., Any] = wrapped
    for option in reversed(_OPTIONS):
        options = option(options)
    return options


def _of_certificate(name: str, certificate: Path | None, key: Path | None, purpose: str | None) -> Profile | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None or purpose is None:
        raise Failure("A certificate comes with its key, for a purpose.", "Give --certificate, --key and --purpose.")
    return of_holder(name, purpose, holder(certificate, key))


def _variables(_context: click.Context, _option: click.Parameter, given: str) -> Any:
    text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Failure(f"--variables is not JSON: {error}", 'Write an object, such as {"uscc": "91440300..."}') from None


@click.command()
@click.argument("document", type=click.File("r", encoding="utf-8"), default="-")
@click.option(
    "--variables",
    "-v",
    default="{}",
    callback=_variables,
    help='Variables as JSON, or @FILE. E.g. \'{"uscc": "9144..."}\'.',
)
@click.option("--operation", "-o", help="Name of the operation, if the document has several.")
@click.option("--brief", is_flag=True, help="Print the data in one line, and each reason for what lacks in another.")
@click.option("--timing", is_flag=True, help="Print how long each stage took, to standard error.")
@as_client
def query(
    document: TextIO, variables: Any, operation: str | None, *, brief: bool, timing: bool, asking: Asking
) -> None:
    """Ask a running hub the question in DOCUMENT (a file, or - for standard input) and print the answer.

    It gets a token with the client's own key first, for the purpose given.
    """
    body = {"query": document.read(), "variables": variables, "operationName": operation}
    with Caller(asking.client, asking.url) as caller:
        response = caller.ask(asking.token(caller), body)
    if timing and response.headers.get("server-timing"):
        click.echo(response.headers["server-timing"], err=True)
    try:
        answer = response.json()
    except ValueError:
        raise Failure(f"{asking.url} answered {response.status_code}, not in JSON.", "Is it a baygate hub?") from None
    click.echo("\n".join(_brief(answer)) if brief else json.dumps(answer, ensure_ascii=False, indent=2))
    if response.status_code != 200 or "data" not in answer:
        sys.exit(1)


@click.command()
@as_client
def token(asking: Asking) -> None:
    """Print an access token for other tools: those that are bound to a key need its proofs as well."""
    with Caller(asking.client, asking.url) as caller:
        given = asking.token(caller)
    if asking.client.binding != "bearer":
        told = f"This token is worth nothing without the key of {asking.name}; a plain one: --as developer"
        click.echo(told, err=True)
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
