"""``baygate trust new``: the source of the next trust list, which somebody reads, completes and signs."""

import datetime
import json
from pathlib import Path
from typing import Any

import click

from baygate.access.documents.envelope import read
from baygate.access.documents.model import interpreted, moment_text
from baygate.access.documents.refusal import Refused
from baygate.access.documents.trust_list import TrustList
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_store import now, run
from baygate.oauth.clients import JURISDICTIONS
from baygate.storage import documents
from baygate.storage.documents import TRUST_LIST, StoredDocument


@click.command()
@click.argument("jurisdiction", type=click.Choice(JURISDICTIONS))
@click.option("--end", "ended", multiple=True, metavar="ENTRY", help="An entry that is valid no longer; repeat.")
@click.option("--at", metavar="MOMENT", help="From when on; from now on unless given.")
@click.option("--days", type=click.IntRange(1), default=90, show_default=True, help="Until the next list is due.")
@click.option(
    "--directory", type=click.Path(path_type=Path, file_okay=False), default=Path("policies/trust-lists"),
    show_default=True, help="Where it is written, as <jurisdiction>.json.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a source that is there.")
@config_option
@dsn_option
def new(
    jurisdiction: str, ended: tuple[str, ...], at: str | None, days: int, directory: Path, config: Path | None,
    dsn: str | None, *, force: bool,
) -> None:  # fmt: skip
    """Write the source of the next trust list of JURISDICTION, from the last one that was published.

    It keeps all entries, and says of those that --end names until when they were valid. A first list has none yet.
    """
    path = directory / f"{jurisdiction.lower()}.json"
    if path.exists() and not force:
        raise Failure(f"There is {path} already.", "Write over it with --force, or elsewhere with --directory.")
    moment = now().replace(microsecond=0)
    document = _next(_last(jurisdiction, config, dsn), jurisdiction)
    document |= {"issuedAt": moment_text(moment), "nextUpdate": moment_text(moment + datetime.timedelta(days=days))}
    _end(document, ended, at or moment_text(moment))
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        interpreted(text.encode(), TrustList)
    except Refused as refused:
        raise Failure(f"That would be no trust list: {refused}.") from None
    directory.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: sequence {document['sequence']}. Complete it; those who keep the list sign it.")


def _last(jurisdiction: str, config: Path | None, dsn: str | None) -> StoredDocument | None:
    stored = run(config, dsn, documents.every)
    lists = [each for each in stored if each.kind == TRUST_LIST and each.name == jurisdiction]
    return max(lists, key=lambda each: each.version, default=None)


def _next(last: StoredDocument | None, jurisdiction: str) -> dict[str, Any]:
    if last is None:
        first = {"spec": 1, "kind": "trust-list", "jurisdiction": jurisdiction, "scheme": "CONFIGURED"}
        return first | {"sequence": 1, "prev": None, "issuedAt": "", "nextUpdate": "", "authorities": [], "entries": []}
    before: dict[str, Any] = json.loads(read(last.body).payload)
    return before | {"sequence": last.version + 1, "prev": last.digest}


def _end(document: dict[str, Any], ended: tuple[str, ...], at: str) -> None:
    entries = {each["id"]: each for each in document["entries"]}
    for name in ended:
        if name not in entries:
            raise Failure(f"There is no entry {name}.", f"There are: {', '.join(entries) or 'none'}.")
        entries[name]["validUntil"] = at
