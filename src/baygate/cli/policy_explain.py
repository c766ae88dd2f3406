"""``baygate policy explain``: why somebody does or does not get a field."""

from pathlib import Path

import click
import orjson

from baygate.access.diff import asking
from baygate.access.explain import explain as explained
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import json_option, root_option
from baygate.cli.policy_store import library
from baygate.oauth.clients import JURISDICTIONS


@click.command()
@click.argument("coordinate", metavar="TYPE.FIELD")
@click.option("--as", "agency", help="The agency that asks, as the root document calls it.")
@click.option("--jurisdiction", type=click.Choice(JURISDICTIONS), help="Instead of an agency: where the asker is from.")
@click.option("--role", "roles", multiple=True, help="A role of the asker; repeat.")
@click.option("--party", help="The party that the asker acts for.")
@click.option("--purpose", required=True, metavar="CODE", help="What it is asked for, such as EXPORT_REFUND.")
@click.option("--scope", "scopes", multiple=True, help="A scope of the token; repeat. Unless given: all scopes.")
@click.option("--assurance", type=click.IntRange(0, 4), default=0, show_default=True, help="Its level of assurance.")
@json_option
@root_option
@config_option
@dsn_option
def explain(  # noqa: PLR0913 - all that policies can name of a caller
    coordinate: str, agency: str | None, jurisdiction: str | None, roles: tuple[str, ...], party: str | None,
    purpose: str, scopes: tuple[str, ...], assurance: int, root: Path | None, config: Path | None, dsn: str | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Say whether TYPE.FIELD is given, by which rule of which version of which policy, and what would help."""
    type_name, _, name = coordinate.partition(".")
    if not type_name or not name:
        raise Failure(f"{coordinate!r} is no field of a type.", "Write one: CreditRating.evidenceNo")
    if (agency is None) is (jurisdiction is None):
        raise Failure("Say who asks.", "Give --as AGENCY, or --jurisdiction for somebody who is of none.")
    published = library(config, dsn, root)
    state = published.in_force()
    known = state.root.by_id if state.root else {}
    if agency is not None and state.root and agency not in known:
        raise Failure(f"{agency} is no agency of the root document.", f"Known: {', '.join(sorted(known))}")
    if state.root and set(scopes) - set(state.root.scopes):
        unknown = ", ".join(sorted(set(scopes) - set(state.root.scopes)))
        raise Failure(f"{unknown}: no such scope in the root document.", f"Known: {', '.join(state.root.scopes)}")
    having = frozenset(scopes or (state.root.scopes if state.root else ()))
    who = asking(state, agency, jurisdiction or "", frozenset(roles), having, purpose, assurance, party)
    governed = published.governed
    told = explained(state, who, governed.facts, governed.demanded, (type_name, name))
    click.echo(orjson.dumps(told.as_json(), option=orjson.OPT_INDENT_2) if as_json else told.sentence())
