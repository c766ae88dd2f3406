"""``baygate query``: one question to a running hub."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, TextIO

import click

from baygate.cli.console import Failure

_MEDIA = "application/graphql-response+json, application/json;q=0.9"


@click.command()
@click.argument("document", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--variables", "-v", default="{}", help='Variables as JSON, or @FILE. E.g. \'{"uscc": "9144..."}\'.')
@click.option("--operation", "-o", help="Name of the operation, if the document has several.")
@click.option("--url", default="http://127.0.0.1:8080/graphql", show_default=True, envvar="BAYGATE_URL")
@click.option("--timing", is_flag=True, help="Print how long each stage took, to standard error.")
def query(document: TextIO, variables: str, operation: str | None, url: str, *, timing: bool) -> None:
    """Ask a running hub the question in DOCUMENT (a file, or - for standard input) and print the answer."""
    body = {"query": document.read(), "variables": _variables(variables), "operationName": operation}
    status, headers, answer = _post(url, body)
    if timing and headers.get("server-timing"):
        click.echo(headers["server-timing"], err=True)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    if status != 200 or "data" not in answer:
        sys.exit(1)


def _variables(given: str) -> Any:
    text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Failure(f"--variables is not JSON: {error}", 'Write an object, such as {"uscc": "91440300..."}') from None


def _post(url: str, body: dict[str, Any]) -> tuple[int, Any, Any]:
    if not url.startswith(("http://", "https://")):
        raise Failure(f"{url} is not an http address.")
    headers = {"content-type": "application/json", "accept": _MEDIA}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - checked above
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as error:
        text = error.read()
        try:
            return error.code, error.headers, json.loads(text)
        except json.JSONDecodeError:
            raise Failure(f"{url} answered {error.code}, not in JSON.", "Is it a baygate hub?") from None
    except OSError as error:
        raise Failure(f"No hub answers at {url}: {error}.", "Start one with: baygate demo") from None
