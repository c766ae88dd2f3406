"""``baygate policy diff`` and ``replay``: what a proposed policy would change, for whom, and of what was asked for."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from baygate.access.diff import Change, difference, proposed
from baygate.access.documents.check import check_policy
from baygate.access.documents.rules import InForce
from baygate.access.facts import Facts
from baygate.access.replay import replayed
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import (
    explained,
    files_argument,
    json_option,
    policy_of,
    root_option,
)
from baygate.cli.policy_store import check_known, library, run
from baygate.storage import decisions


@click.command()
@files_argument
@json_option
@root_option
@config_option
@dsn_option
def diff(files: tuple[Path, ...], root: Path | None, config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Show who would gain and lose what, against what is in force.

    FILE is a policy, its source or the signed file. Every agency and jurisdiction is looked at, for every purpose; in
    a role, with fewer scopes and the like only where that makes a difference. Ends with 1 if anything differs.
    """
    published = library(config, dsn, root)
    before, facts = published.in_force(), published.governed.facts
    changes = difference(before, _proposed(before, files, facts), facts)
    if as_json:
        click.echo(orjson.dumps([each.as_json() for each in changes], option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(_table(changes)) or "Nobody gains or loses anything.")
    raise SystemExit(1 if changes else 0)


@click.command()
@files_argument
@json_option
@root_option
@config_option
@dsn_option
def replay(files: tuple[Path, ...], root: Path | None, config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Show which decisions of the past would have been others, and how often they were asked for.

    FILE is a policy, its source or the signed file. Ends with 1 if any would have been another.
    """
    published = library(config, dsn, root)
    before, governed = published.in_force(), published.governed
    after = _proposed(before, files, governed.facts)
    decided = run(config, dsn, decisions.every)
    changed = replayed(decided, before, after, governed.facts, governed.demanded)
    if as_json:
        click.echo(orjson.dumps([each.as_json() for each in changed], option=orjson.OPT_INDENT_2))
    else:
        counts = [str(each.count) for each in changed]
        for line in _table([each.change for each in changed], ("TIMES", counts)):
            click.echo(line)
        total, days = sum(each.count for each in decided), len({each.day for each in decided})
        other = sum(each.count for each in changed)
        click.echo(f"Of {total} recorded decisions on {days} days, {other} would have been others.")
    raise SystemExit(1 if changed else 0)


def _proposed(before: InForce, files: Iterable[Path], facts: Facts) -> InForce:
    """Return what would be in force with the files; raise Failure if one of them could not be taken."""
    policies = {}
    for path in files:
        document = policy_of(path)
        check_known([document], before)
        assert before.root is not None  # noqa: S101 - without a root nobody is known
        root, owner = before.root, before.root.by_id[document.owner]
        policies[document.policy_id] = document
        if explained(path, lambda: check_policy(document, owner, root, facts)):  # noqa: B023 - called at once
            click.echo(
                f"Mind: the schemaHash of {path} is not that of the contract: its grants would be suspended. "
                "Write it: baygate policy lint --fix-hash",
                err=True,
            )
            policies[document.policy_id] = document.model_copy(update={"grants": ()})
    return proposed(before, policies.values())


def _table(changes: Sequence[Change], more: tuple[str, Sequence[str]] = ("", ())) -> list[str]:
    """Return a table, a line a cell; ``more`` is a column to stand first, with its heading."""
    if not changes:
        return []
    heading, first = more
    rows: list[Any] = [("CHANGE", "WHO", "PURPOSE", "FIELD", "ROWS OF", "WHAT LEAVES")]
    for each in changes:
        what = " -> ".join(told for told in (each.before, each.after) if told)
        rows.append((str(each.kind), each.recipient, each.purpose, each.coordinate, ",".join(each.providers), what))
    if first:
        rows = [(before, *row) for before, row in zip((heading, *first), rows, strict=True)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]
