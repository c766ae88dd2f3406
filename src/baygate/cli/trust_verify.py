"""``baygate trust verify``: whether a certificate is recognised, and all that it is, or is not, recognised by."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import click
import orjson
from cryptography import x509

from baygate.access.certificate import BadCertificate
from baygate.access.documents.in_force import recognising
from baygate.access.documents.model import moment_text
from baygate.access.documents.trust import TakenList
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import json_option, required_root, root_option
from baygate.cli.policy_store import Library, now, run
from baygate.oauth.recognised import client_id_of
from baygate.recognition.certificate import Certificate, from_der, from_pem
from baygate.recognition.judgement import Judgement, Recognition, judge, subject_of
from baygate.recognition.revocation import BadRevocationData, Known, crl_der, read_crl, read_response
from baygate.settings import SettingsError, load
from baygate.storage import documents, recognitions
from baygate.storage.documents import StoredDocument
from baygate.storage.recognitions import StoredRecognition
from baygate.storage.revocation_files import RESPONSE, RevocationFiles


@click.command()
@click.argument("certificate", type=click.Path(path_type=Path))
@click.option("--at", metavar="MOMENT", help="As of then, such as 2026-11-25T08:00:00Z, by what was recorded by then.")
@click.option("--crl", "crls", multiple=True, type=click.Path(path_type=Path), help="A CRL to judge by, too (again).")
@click.option("--brief", is_flag=True, help="Only whether it is recognised, and as whom.")
@json_option
@root_option
@config_option
@dsn_option
def verify(
    certificate: Path, at: str | None, crls: tuple[Path, ...], root: Path | None, config: Path | None,
    dsn: str | None, *, brief: bool, as_json: bool,
) -> None:  # fmt: skip
    """Explain whether CERTIFICATE (PEM or DER) is recognised: by its path, revocation, and an entry of a trust list.

    Each condition of the entry that fits best is told; the first that does not hold is why it is not recognised.
    """
    read = _certificate(certificate)
    moment = _moment(at)
    stored, before = run(config, dsn, lambda connection: _recorded(connection, read, moment if at else None))
    library = Library(required_root(root, config), tuple(each for each in stored if each.published_at <= moment))
    lists = recognising(library.trusted(moment), moment)
    known = _known(lists, [*_files(config), *((each.name, _bytes(each)) for each in crls)], read)
    judgement = judge(read, lists, _as_of(known, before, read, lists), moment)
    if as_json:
        click.echo(orjson.dumps(_as_json(read, judgement, before), option=orjson.OPT_INDENT_2))
    else:
        for line in _told(read, judgement, before, brief=brief):
            click.echo(line)
    if judgement.refusal is not None:
        raise Failure(f"It is not recognised, for its {judgement.refusal.condition}: {judgement.refusal.told}.")


async def _recorded(
    connection: asyncpg.Connection, certificate: Certificate, at: datetime.datetime | None
) -> tuple[list[StoredDocument], StoredRecognition | None]:
    stored = await documents.every(connection)
    if at is None:
        return stored, None
    return stored, await recognitions.recognised(connection, certificate.fingerprint, at)


def _as_of(
    known: Known, before: StoredRecognition | None, certificate: Certificate, lists: Sequence[TakenList]
) -> Known:
    """Return what was known when the certificate was recognised, if that was recorded; else what is known now."""
    if before is None:
        return known
    files = [(f"{digest}.{kind}", body) for digest, (kind, body) in before.revocations.items()]
    return _known(lists, files, certificate)


def _known(lists: Sequence[TakenList], files: Iterable[tuple[str, bytes]], certificate: Certificate) -> Known:
    authorities = [each.der for taken in lists for each in taken.document.authorities]
    known = Known()
    for name, body in files:
        for der in authorities:
            try:
                if name.endswith(RESPONSE):
                    issuer = x509.load_der_x509_certificate(der)
                    known = known.with_response(read_response(body, certificate.parsed, issuer))
                else:
                    known = known.with_crls([read_crl(crl_der(body), der)])
            except (BadRevocationData, ValueError):
                continue  # it is another authority's
    return known


def _files(config: Path | None) -> Iterable[tuple[str, bytes]]:
    try:
        directory = load(config).recognition.directory
    except SettingsError:
        if config is not None:
            raise
        return ()
    return RevocationFiles(directory).changed().items()


def _told(
    certificate: Certificate, judgement: Judgement, before: StoredRecognition | None, *, brief: bool
) -> Iterable[str]:
    if not brief:
        yield f"{certificate.subject}\n    issued by {certificate.issuer}"
        yield f"    SHA-256 {certificate.fingerprint}, until {moment_text(certificate.ends)}"
        if before is not None:
            told = f"recognised at {moment_text(before.recognised_at)}, and on record with its evidence"
            yield f"    {told}, good until {moment_text(before.good_until)}"
        if judgement.entry is not None:
            yield f"By {judgement.entry}:"
        for each in judgement.findings:
            yield f"    {'holds' if each.holds else 'FAILS'}  {each.condition}: {each.told}"
    if judgement.recognition is not None:
        yield from _recognised(judgement.recognition)


def _recognised(recognition: Recognition) -> Iterable[str]:
    yield recognition.sentence()
    admits = recognition.entry.admits
    if admits is None:
        yield "The party has to be registered as a client."
    else:
        yield (
            f"As a client it is {client_id_of(recognition.party)}, and may ask for {', '.join(admits.purposes)} with "
            f"{' '.join(admits.scopes)}."
        )


def _as_json(certificate: Certificate, judgement: Judgement, before: StoredRecognition | None) -> dict[str, Any]:
    recognition = judgement.recognition
    return {
        "subject": certificate.subject,
        "fingerprint": certificate.fingerprint,
        "entry": judgement.entry,
        "conditions": [
            {"condition": each.condition, "holds": each.holds, "told": each.told} for each in judgement.findings
        ],
        "recognised": recognition and {
            "party": recognition.party,
            "client": client_id_of(recognition.party),
            "jurisdiction": recognition.jurisdiction,
            "assurance": recognition.assurance,
            "listSequence": recognition.list_sequence,
            "listDigest": recognition.list_digest,
            "goodUntil": recognition.good_until,
            "path": [subject_of(each).rfc4514_string() for each in recognition.chain],
            "evidence": recognition.evidence,
        },
        "recorded": before and {"recognisedAt": before.recognised_at, "goodUntil": before.good_until},
    }  # fmt: skip


def _certificate(path: Path) -> Certificate:
    body = _bytes(path)
    try:
        return from_pem(body) if body.lstrip().startswith(b"-----") else from_der(body)
    except BadCertificate as error:
        raise Failure(f"{path} is refused before anything else: {error}.") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None


def _moment(given: str | None) -> datetime.datetime:
    if given is None:
        return now()
    try:
        found = datetime.datetime.fromisoformat(given)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Failure(f"{given} is no moment with its zone.", "Write it so: 2026-11-25T08:00:00Z")
    return found
