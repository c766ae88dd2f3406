"""``baygate trust history``: which trust list was published when and by whom, and what it amended."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from baygate.access.documents.envelope import read
from baygate.access.documents.model import interpreted, moment_text
from baygate.access.documents.refusal import Refused
from baygate.access.documents.trust_list import Entry, TrustList
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import json_option, required_root, root_option
from baygate.cli.policy_publish import key_of, signers_of, verified
from baygate.cli.policy_store import run
from baygate.storage import documents
from baygate.storage.documents import TRUST_LIST, StoredDocument


@dataclass(frozen=True)
class _Version:
    """A version of a list, what it amended, and why it is refused, if it was verified again and is."""

    stored: StoredDocument
    added: tuple[str, ...]
    ended: tuple[tuple[str, datetime.datetime], ...]
    unreadable: str | None
    refused: str | None


@click.command()
@click.argument("jurisdiction", required=False)
@click.option("--verify", "again", is_flag=True, help="Verify each version again, as of when it was published.")
@json_option
@root_option
@config_option
@dsn_option
def history(
    jurisdiction: str | None, root: Path | None, config: Path | None, dsn: str | None, *, again: bool, as_json: bool
) -> None:
    """Show each version of the trust list of JURISDICTION, or of all: who published and signed it, what it amended."""
    stored = run(config, dsn, documents.every)
    refused = verified(required_root(root, config), stored) if again else {}
    lists = [each for each in stored if each.kind == TRUST_LIST and jurisdiction in {None, each.name}]
    if jurisdiction is not None and not lists:
        raise Failure(f"No trust list of {jurisdiction} was published.", "`baygate trust list` shows all there is.")
    versions = _amending(sorted(lists, key=lambda each: (each.name, each.version)), refused)
    if as_json:
        told = [_as_json(each, again=again) for each in versions]
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        for each in versions:
            _tell(each, again=again)
    failed = sum(each.refused is not None for each in versions)
    if failed:
        raise Failure(f"{failed} of {len(versions)} do not verify.", "Compare them with the signers' own files.")


def _amending(stored: Sequence[StoredDocument], refused: dict[tuple[str, str, int], str]) -> list[_Version]:
    """Return versions with what each amended of the one before, in the order of jurisdictions and sequences."""
    versions: list[_Version] = []
    before: dict[str, Mapping[str, Entry]] = {}
    for each in stored:
        try:
            document, unreadable = interpreted(read(each.body).payload, TrustList), None
        except Refused as reason:
            versions.append(_Version(each, (), (), str(reason), refused.get(key_of(each))))
            continue
        old = before.get(each.name, {})
        before[each.name] = document.by_id
        added = tuple(name for name in document.by_id if name not in old)
        ended = tuple(
            (name, entry.valid_until)
            for name, entry in document.by_id.items()
            if name in old and entry.valid_until is not None and entry.valid_until != old[name].valid_until
        )
        versions.append(_Version(each, added, ended, unreadable, refused.get(key_of(each))))
    return versions


def _tell(version: _Version, *, again: bool) -> None:
    stored = version.stored
    verdict = f"  {'FAILS' if version.refused else 'holds'}" if again else ""
    when = f"{stored.published_at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"{when}  {stored.name:<6} {stored.version:>5}  {stored.digest}  by {stored.published_by}{verdict}")
    click.echo(f"    signed by {'; '.join(signers_of(stored))}")
    if version.added:
        click.echo(f"    added {', '.join(version.added)}")
    for name, until in version.ended:
        click.echo(f"    ended {name}, from {until.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC")
    if version.unreadable:
        click.echo(f"    cannot be read: {version.unreadable}")
    if version.refused:
        click.echo(f"    refused: {version.refused}")


def _as_json(version: _Version, *, again: bool) -> dict[str, Any]:
    stored = version.stored
    told: dict[str, Any] = {
        "jurisdiction": stored.name,
        "sequence": stored.version,
        "digest": stored.digest,
        "publishedBy": stored.published_by,
        "publishedAt": stored.published_at,
        "signers": signers_of(stored),
        "added": version.added,
        "ended": [{"entry": name, "validUntil": moment_text(until)} for name, until in version.ended],
    }
    if version.unreadable:
        told["unreadable"] = version.unreadable
    return told | {"refused": version.refused} if again else told
