"""``baygate trust list`` and ``show``: the trust lists that were published, and what they recognise now."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson
from cryptography import x509

from baygate.access.documents.envelope import read
from baygate.access.documents.in_force import in_force, recognising, unrecognising
from baygate.access.documents.model import moment_text
from baygate.access.documents.refusal import Refused
from baygate.access.documents.trust import TakenList, Trusted
from baygate.access.documents.trust_list import Entry, ListedAuthority
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import json_option, root_option
from baygate.cli.policy_publish import signers_of
from baygate.cli.policy_store import library, now
from baygate.recognition.entry import within
from baygate.storage.documents import TRUST_LIST, StoredDocument


@dataclass(frozen=True)
class _Standing:
    """How a jurisdiction's trust list stands: the newest that was published, trusted or not, and what is wrong."""

    jurisdiction: str
    stored: StoredDocument | None
    taken: TakenList | None
    problems: tuple[str, ...]


@click.command(name="list")
@json_option
@root_option
@config_option
@dsn_option
def list_(root: Path | None, config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Show the trust list of each jurisdiction: how many entries are valid now, when the next is due, who signed it."""
    at = now()
    standing = _standings(config, dsn, root, at)
    if as_json:
        click.echo(orjson.dumps([_as_json(each, at) for each in standing], option=orjson.OPT_INDENT_2))
        return
    for each in standing:
        click.echo(_line(each, at))
        if each.stored is not None:
            click.echo(f"    signed by {'; '.join(signers_of(each.stored))}")
        for problem in each.problems:
            click.echo(f"    {problem}")


@click.command()
@click.argument("jurisdiction")
@json_option
@root_option
@config_option
@dsn_option
def show(jurisdiction: str, root: Path | None, config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Show the trust list of JURISDICTION (CN-GD, HK, MO): each entry with all of its conditions, and the authorities.

    As JSON it is the signed document itself, and how it stands.
    """
    at = now()
    standing = {each.jurisdiction: each for each in _standings(config, dsn, root, at)}
    found = standing.get(jurisdiction)
    if found is None or found.stored is None:
        known = ", ".join(name for name, each in standing.items() if each.stored) or "none"
        raise Failure(f"No trust list of {jurisdiction} was published.", f"Published lists: {known}.")
    if found.taken is None:
        raise Failure(
            f"The trust list of {jurisdiction} is not to be trusted: {' '.join(found.problems)}",
            "See who published it (baygate trust history), and publish the next one.",
        )
    if as_json:
        document = orjson.loads(read(found.taken.text).payload)
        click.echo(orjson.dumps(_as_json(found, at) | {"document": document}, option=orjson.OPT_INDENT_2))
        return
    for line in _shown(found, found.taken, at):
        click.echo(line)


def _standings(config: Path | None, dsn: str | None, root: Path | None, at: datetime.datetime) -> list[_Standing]:
    found = library(config, dsn, root)
    trusted = found.trusted()
    newest: dict[str, StoredDocument] = {}
    for each in sorted((each for each in found.stored if each.kind == TRUST_LIST), key=lambda each: each.version):
        newest[each.name] = each
    names = sorted({*newest, *trusted.root.document.list_signers})
    return [_standing(name, newest.get(name), trusted, at) for name in names]


def _standing(name: str, stored: StoredDocument | None, trusted: Trusted, at: datetime.datetime) -> _Standing:
    taken = trusted.lists.get(name)
    if stored is None:
        return _Standing(name, None, None, ("No list was published: none of its certificates is recognised.",))
    if taken is None:
        return _Standing(name, stored, None, (f"It is not taken: {_reason(stored, trusted, at)}.",))
    if taken in recognising(trusted, at):
        return _Standing(name, stored, taken, ())
    problem = unrecognising(trusted, at).get(name)
    return _Standing(name, stored, taken, (problem,) if problem else in_force(trusted, at).problems)


def _reason(stored: StoredDocument, trusted: Trusted, at: datetime.datetime) -> str:
    """Return why a stored list is not to be trusted."""
    try:
        trusted.update_list(stored.body, at, remembered=True)
    except Refused as refused:
        return str(refused)
    return "it is of another jurisdiction"


def _as_json(standing: _Standing, at: datetime.datetime) -> dict[str, Any]:
    told: dict[str, Any] = {"jurisdiction": standing.jurisdiction, "problems": standing.problems}
    if standing.stored is not None:
        told |= {
            "sequence": standing.stored.version,
            "digest": standing.stored.digest,
            "signers": signers_of(standing.stored),
        }
    if standing.taken is not None:
        document = standing.taken.document
        told |= {
            "scheme": document.scheme,
            "title": document.title,
            "issuedAt": moment_text(document.issued_at),
            "nextUpdate": moment_text(document.next_update),
            "entries": {
                "valid": sum(within(each, at) for each in document.entries),
                "all": len(document.entries),
            },
        }
    return told


def _line(standing: _Standing, at: datetime.datetime) -> str:
    if standing.stored is None:
        return f"{standing.jurisdiction:<6} none"
    sequence = f"{standing.jurisdiction:<6} sequence {standing.stored.version}"
    if standing.taken is None:
        return sequence
    document = standing.taken.document
    valid = sum(within(each, at) for each in document.entries)
    return (
        f"{sequence}  {document.scheme}  {valid} of {len(document.entries)} entries valid  "
        f"next update {_moment(document.next_update)}"
    )


def _shown(standing: _Standing, taken: TakenList, at: datetime.datetime) -> Iterator[str]:
    document = taken.document
    yield _line(standing, at)
    if document.title:
        yield document.title
    yield f"{taken.digest}, issued {_moment(document.issued_at)}"
    yield from (f"Mind: {each}" for each in standing.problems)
    for entry in document.entries:
        yield ""
        yield from _entry(entry, at)
    for authority in document.authorities:
        yield ""
        yield from _authority(authority)


def _entry(entry: Entry, at: datetime.datetime) -> Iterator[str]:
    until = "further notice" if entry.valid_until is None else _moment(entry.valid_until)
    yield f"{entry.id}: {entry.name}{'' if within(entry, at) else '  NOT VALID NOW'}"
    yield f"    valid from {_moment(entry.valid_from)} until {until}"
    yield f"    root CA {entry.root}"
    yield f"    issuing CA {entry.issuing}"
    yield f"    {entry.type_name.attribute} is {entry.type_name.value!r}"
    yield f"    policy {entry.policy.arc}{', by the whole path' if entry.policy.strict else ''}"
    prefix = f" after {entry.party.prefix!r}" if entry.party.prefix else ""
    yield f"    the party's number stands in {entry.party.attribute}{prefix}; assurance {entry.assurance}"
    yield f"    not revoked by {entry.revocation.by}, at most {entry.revocation.freshness} seconds old"
    if entry.admits is None:
        yield "    admits parties that are registered as clients"
    else:
        admits = entry.admits
        yield f"    admits whoever holds one: {' '.join(admits.scopes)} for {' '.join(admits.purposes)}"
        if admits.roles:
            yield f"    as {' '.join(admits.roles)}"
    if entry.basis:
        yield f"    {entry.basis}"


def _authority(authority: ListedAuthority) -> Iterator[str]:
    certificate = x509.load_der_x509_certificate(authority.der)
    yield f"{_subject(certificate)}, until {_moment(certificate.not_valid_after_utc)}"
    yield f"    {authority.fingerprint}"
    yield from (f"    CRL {each}" for each in authority.crls)
    yield from (f"    OCSP {each}" for each in authority.responders)


def _subject(certificate: x509.Certificate) -> str:
    try:
        return certificate.subject.rfc4514_string()
    except ValueError:  # real authorities have names that break the rules
        return f"(a subject that cannot be read, number {certificate.serial_number:x})"


def _moment(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
