"""``baygate policy lint`` and ``test``: whether a source says what it may and should, before anybody signs it."""

import re
from pathlib import Path
from typing import Any

import click

from baygate.access.documents.cases import failures
from baygate.access.documents.draft import check_draft, unfinished
from baygate.access.documents.list_rules import check_list
from baygate.access.documents.model import interpreted
from baygate.access.documents.policy import EVERY, Case, Denial, Grant, PolicyDocument
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.root import Agency, AllowedSigner, RootDocument
from baygate.access.documents.trust import Trusted
from baygate.access.documents.trust_list import TrustList
from baygate.access.purposes import PURPOSES
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import (
    SIGNED,
    DocumentFile,
    bytes_of,
    document_of,
    explained,
    files_argument,
    opened,
    required_root,
    root_option,
    root_path,
)
from baygate.cli.policy_governed import Governed, SupergraphFile, supergraph_options
from baygate.cli.policy_root import certified, to_mind
from baygate.cli.policy_store import governed_by, now

_HASH = re.compile(rb'("schemaHash"\s*:\s*)"[^"]*"')
_NO_HASH = b"sha256:" + b"0" * 64


@click.command()
@files_argument
@click.option("--fix-hash", is_flag=True, help="Write the schema hash that the source should have into it.")
@root_option
@supergraph_options
@config_option
@dsn_option
def lint(
    files: tuple[Path, ...], root: Path | None, supergraph: SupergraphFile | None, config: Path | None,
    dsn: str | None, *, fix_hash: bool,
) -> None:  # fmt: skip
    """Check sources: members, ownership, registries, transforms, conditions, schema hash; of trust lists, registries.

    Without a root document nothing is known of ownership and agencies, and the rest is checked. Of root documents it is
    told which keys of the audit log they certify, and which not any more.
    """
    governed = governed_by(supergraph, config, dsn)
    known = _root(root, config, governed)
    if known is None:
        click.echo("Mind: without a root document (--root) it is not checked who owns what.", err=True)
    wrong = 0
    for path in files:
        try:
            if fix_hash and path.suffix != SIGNED:
                _fix_hash(path, governed)
            found = opened(path)
            if isinstance(found.document, PolicyDocument):
                _check(found.document, known or _stand_in(found.document, governed), governed)
            elif isinstance(found.document, TrustList) and known is not None:
                check_list(found.document, None, known, None)
        except Refused as refused:
            wrong += 1
            click.echo(f"{path}: {refused}")
            continue
        click.echo(f"{path}: {found.name}, version {found.version}, is sound.")
        if isinstance(found.document, RootDocument):
            _tell(found.document, known)
    if wrong:
        raise Failure(f"{wrong} of {len(files)} are not as they must be.")


@click.command()
@files_argument
@root_option
@supergraph_options
@config_option
@dsn_option
def test(
    files: tuple[Path, ...], root: Path | None, supergraph: SupergraphFile | None, config: Path | None, dsn: str | None
) -> None:
    """Run the tests that stand in policies, each policy by itself."""
    governed = governed_by(supergraph, config, dsn)
    known = _root(root, config, governed)
    if known is None:
        required_root(root, config)
        return
    failed = sum(_test(document_of(path), known, governed) for path in files)
    if failed:
        raise Failure(f"{failed} {'test fails' if failed == 1 else 'tests fail'}.", "Correct the rule or the test.")


def _root(root: Path | None, config: Path | None, governed: Governed) -> RootDocument | None:
    path = root_path(root, config)
    if path is None:
        return None
    return explained(path, lambda: Trusted(bytes_of(path), governed.facts, now()).root.document)


def _tell(document: RootDocument, known: RootDocument | None) -> None:
    for line in certified(document):
        click.echo(f"    {line}")
    for line in to_mind(document, known, now()):
        click.echo(line, err=True)


def _check(document: PolicyDocument, root: RootDocument, governed: Governed) -> None:
    """Check all but the embedded tests, whatever the schema hash is, and then that; raise Refused."""
    check_draft(document, root, governed.facts)
    for member, wrong in unfinished(document, governed.facts, now()):
        advice = " (--fix-hash writes it)" if member == "schemaHash" else ""
        raise Refused(wrong.step, f"{wrong.reason}{advice}")


def _stand_in(document: PolicyDocument, governed: Governed) -> RootDocument:
    """Return a root by which the owner owns everything, for want of a real one."""
    rules: tuple[Grant | Denial, ...] = (*document.grants, *document.denials)
    named = {name for each in rules if each.to for name in each.to.agencies} - {document.owner}
    owner = Agency(
        id=document.owner,
        name=document.owner,
        jurisdiction="CN-GD",
        signers=(AllowedSigner(subject="CN=nobody"),),
        providers=(document.owner,),
        owns={each.type: (EVERY,) for each in rules},
    )
    others = (Agency(id=name, name=name, jurisdiction="CN-GD") for name in sorted(named))
    scopes = {scope for of in governed.demanded.values() for each in of.values() for some in each for scope in some}
    parts: dict[str, Any] = {"agencies": (owner, *others), "purposes": tuple(PURPOSES), "scopes": tuple(scopes)}
    return RootDocument.model_construct(**parts)


def _fix_hash(path: Path, governed: Governed) -> None:
    """Write the schema hash into a source, and change nothing else of it; raise Refused."""
    text = bytes_of(path)
    blank, found = _HASH.subn(rb'\1"' + _NO_HASH + b'"', text)
    if not found:
        raise Refused(Step.SCHEMA, 'there is no "schemaHash" to write into')
    document = interpreted(blank, PolicyDocument)
    expected = governed.facts.schema_hash(document.coordinates()).encode()
    fixed = blank.replace(_NO_HASH, expected)
    if fixed != text:
        path.write_bytes(fixed)
        click.echo(f"{path}: schemaHash is now {expected.decode()}.")


def _test(found: DocumentFile, root: RootDocument, governed: Governed) -> int:
    """Run a policy's tests and tell of each; return how many fail."""
    document = found.document
    if not isinstance(document, PolicyDocument):
        raise Failure(f"{found.path} is {found.name}, which has no tests.")
    owner = root.by_id.get(document.owner)
    if owner is None:
        raise Failure(f"{document.owner} is no agency of the root document.")
    if not document.tests:
        click.echo(f"{document.policy_id}: no tests")
    failed = 0
    for number, case in enumerate(document.tests, 1):
        wrong = failures(document.model_copy(update={"tests": (case,)}), owner, root, governed.facts)
        failed += len(wrong)
        told = wrong[0].partition(": ")[2] if wrong else _told(case)
        click.echo(f"{document.policy_id}: {'FAILS' if wrong else 'passes'} {number}: {told}")
    return failed


def _told(case: Case) -> str:
    given = case.given
    by = f" by {case.by}" if case.by else ""
    return f"{given.field} for {given.purpose}, {given.agency or given.jurisdiction or 'somebody'}: {case.expect}{by}"
