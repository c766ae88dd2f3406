"""``baygate policy publish``, ``log`` and ``accept-rollback``: what is published, by whom, and whether it holds."""

import datetime
import getpass
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import asyncpg
import click
import orjson

from baygate.access.documents.envelope import read
from baygate.access.documents.heads import heads_of
from baygate.access.documents.in_force import in_force, unrecognising
from baygate.access.documents.library import ORDER, UPDATES, published, publishing
from baygate.access.documents.refusal import Refused
from baygate.access.documents.root import RootDocument
from baygate.access.documents.trust import Trusted
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import (
    SIGNED,
    DocumentFile,
    document_of,
    explained,
    files_argument,
    json_option,
    refusal,
    required_root,
    root_option,
)
from baygate.cli.policy_governed import Governed, registered
from baygate.cli.policy_root import to_mind
from baygate.cli.policy_store import library, now, run
from baygate.storage import documents
from baygate.storage.documents import MANIFEST, POLICY, ROOT, TRUST_LIST, NewDocument, StoredDocument


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"


by_option = click.option("--by", default=_user, show_default="the user of this machine", help="Who does it.")


@click.command()
@files_argument
@by_option
@root_option
@config_option
@dsn_option
def publish(files: tuple[Path, ...], by: str, root: Path | None, config: Path | None, dsn: str | None) -> None:
    """Publish signed files (.jws): roots, policies and the manifests that put them in force, and trust lists.

    All of them or, if one is refused, none. Hubs take them within a second. They may speak of what registered sources
    contribute.
    """
    pinned = required_root(root, config)
    found = [document_of(path) for path in files]
    for each in found:
        if each.envelope is None:
            raise Failure(f"{each.path} is not a signed file ({SIGNED}).", "Sign it first: baygate policy sign")

    async def work(connection: asyncpg.Connection) -> tuple[list[NewDocument], RootDocument]:
        facts = (await registered(connection)).facts
        async with connection.transaction():
            await documents.lock(connection)
            stored = await documents.every(connection)
            trusted = explained("The root document", lambda: publishing(pinned, stored, facts, now()))
            before = trusted.root.document
            new = _taken(trusted, found)
            await documents.add(connection, new, by)
            return new, before

    new, before = run(config, dsn, work)
    for taken in new:
        click.echo(f"published {_named(taken)} version {taken.version}  {taken.digest}")
    if not new:
        click.echo("All of this was published before.")
    trusted = library(config, dsn, root).trusted()
    if any(each.kind == ROOT for each in new):
        for line in to_mind(trusted.root.document, before, now()):
            click.echo(line, err=True)
    for line in _not_in_force(trusted, found):
        click.echo(line, err=True)


@click.command()
@click.argument("name", required=False, metavar="[POLICY]")
@click.option("--verify", "again", is_flag=True, help="Verify each version again, as of when it was published.")
@json_option
@root_option
@config_option
@dsn_option
def log(
    name: str | None, root: Path | None, config: Path | None, dsn: str | None, *, again: bool, as_json: bool
) -> None:
    """Show who published what and when, and who signed it; of POLICY alone, or of all.

    POLICY is a policy's name, an owner (for its manifests), a jurisdiction (for its trust lists), or `root`.
    """
    stored, governed = run(config, dsn, _published)
    verdicts = verified(required_root(root, config), stored, governed) if again else {}
    shown = [each for each in stored if name is None or name in {each.name, each.name or each.kind}]
    if name is not None and not shown:
        raise Failure(f"Nothing of {name} was published.", "`baygate policy log` shows all there is.")
    failed = [each for each in shown if verdicts.get(key_of(each))]
    if as_json:
        told = [_as_json(each, verdicts if again else None) for each in shown]
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        for each in shown:
            _tell(each, verdicts if again else None)
    if failed:
        raise Failure(f"{len(failed)} of {len(shown)} do not verify.", "Compare them with the owners' signed files.")


@click.command(name="accept-rollback")
@click.option("--reason", required=True, help="Why the older documents are the right ones; it is recorded.")
@by_option
@click.confirmation_option(prompt="Shall hubs go by what the database has, though newer documents were seen?")
@root_option
@config_option
@dsn_option
def accept_rollback(reason: str, by: str, root: Path | None, config: Path | None, dsn: str | None) -> None:
    """Let hubs go by the database though they have seen newer documents, such as after a backup was restored."""
    heads = heads_of(library(config, dsn, root).trusted()).text()
    run(config, dsn, lambda connection: documents.accept_rollback(connection, heads, reason, by))
    click.echo(f"Accepted by {by}:\n{heads}")


async def _published(connection: asyncpg.Connection) -> tuple[list[StoredDocument], Governed]:
    return await documents.every(connection), await registered(connection)


def _taken(trusted: Trusted, found: Sequence[DocumentFile]) -> list[NewDocument]:
    """Take files one after the other, in their order, so that a refusal names its file; raise Failure."""
    new = []
    for each in sorted(found, key=lambda each: (ORDER.index(each.kind), each.version)):
        assert each.envelope is not None  # noqa: S101 - all are signed
        try:
            new += published(trusted, [each.envelope.text], now())
        except Refused as refused:
            failure = refusal(each.path, refused)
            raise Failure(f"{failure.message} Nothing was published.", failure.advice) from None
    return new


def _not_in_force(trusted: Trusted, found: Iterable[DocumentFile]) -> Iterable[str]:
    """Tell which of the files are published and yet not in force, and why."""
    owners = {getattr(each.document, "owner", None) for each in found}
    jurisdictions = {getattr(each.document, "jurisdiction", None) for each in found}
    lists = unrecognising(trusted, now()).items()
    yield from (f"Mind: {problem}" for name, problem in lists if name in jurisdictions)
    for owner in in_force(trusted, now()).owners:
        if owner.agency.id in owners:
            yield from (f"Mind: {problem}" for problem in owner.problems)
    for each in found:
        name = each.name.partition("/")[0]
        listed = trusted.manifests[name].document.policies if name in trusted.manifests else ()
        if each.kind == POLICY and not any(entry.hash == each.digest for entry in listed):
            yield (
                f"Mind: {each.name} version {each.version} is not in force: no manifest lists it. Make one that does "
                f"(baygate policy manifest {name}), sign it, publish it."
            )


def verified(
    root: bytes, stored: Sequence[StoredDocument], governed: Governed | None = None
) -> dict[tuple[str, str, int], str]:
    """Take all documents anew, each at the time at which it was published; return why some are refused."""
    refused: dict[tuple[str, str, int], str] = {}
    facts = (governed or Governed()).facts
    trusted = explained("The root document", lambda: Trusted(root, facts, now()))
    for each in sorted(stored, key=lambda each: (each.published_at, ORDER.index(each.kind), each.version)):
        if each.kind == ROOT and each.version <= trusted.root.document.version and each.digest != trusted.root.digest:
            continue  # of before the root that the operator trusts
        try:
            if each.digest != read(each.body).digest:
                refused[key_of(each)] = "its digest is not the one that was recorded"
            UPDATES[each.kind](trusted, each.body, each.published_at)
        except Refused as reason:
            refused[key_of(each)] = str(reason)
    return refused


def key_of(each: NewDocument) -> tuple[str, str, int]:
    """Return what tells a stored document from all others."""
    return each.kind, each.name, each.version


def _named(each: NewDocument) -> str:
    named = {ROOT: "root", MANIFEST: f"manifest {each.name}", TRUST_LIST: f"trust list {each.name}"}
    return named.get(each.kind, each.name)


def signers_of(each: NewDocument) -> list[str]:
    """Return the subjects of those who signed a stored document."""
    try:
        return [signer.subject for signer in read(each.body).signers]
    except Refused as refused:
        return [f"(unreadable: {refused})"]


def _tell(each: StoredDocument, verdicts: dict[tuple[str, str, int], str] | None) -> None:
    verdict = "" if verdicts is None else f"  {'FAILS' if verdicts.get(key_of(each)) else 'holds'}"
    when = f"{each.published_at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"{when}  {_named(each):<32} {each.version:>5}  {each.digest}  by {each.published_by}{verdict}")
    click.echo(f"    signed by {'; '.join(signers_of(each))}")
    if verdicts and key_of(each) in verdicts:
        click.echo(f"    refused: {verdicts[key_of(each)]}")


def _as_json(each: StoredDocument, verdicts: dict[tuple[str, str, int], str] | None) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": each.kind,
        "name": each.name,
        "version": each.version,
        "digest": each.digest,
        "publishedBy": each.published_by,
        "publishedAt": each.published_at,
        "signers": signers_of(each),
    }
    return told if verdicts is None else told | {"refused": verdicts.get(key_of(each))}
