"""Recognitions as they are kept: what may be read of a recognised certificate, and the evidence it was believed on.

1. Evidence is only ever added: the certificate, the revocation data that was relied on, what else decided, and which
   trust list it was decided by. The list itself, with its CAs, is kept among the signed documents.
2. A certificate that is recognised again on the same evidence adds nothing but the time.
3. All of one recognition is kept, or nothing of it.

Whether a certificate is to be recognised is decided before it comes here.
"""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson


@dataclass(frozen=True)
class NewRecognition:
    """A recognition to keep: whose certificate, by which entry of which list, and the evidence.

    ``serial_number`` is hexadecimal, ``jurisdiction`` as documents write it. ``evidence`` is JSON, and holds nothing
    that differs each time, such as when it was asked. ``revocations`` are the CRLs and OCSP responses that were relied
    on: by the SHA-256 of its body, hexadecimal, the kind (crl or ocsp) and the body of each.
    """

    party_id: str
    jurisdiction: str
    entry: str
    list_digest: str
    list_sequence: int
    type_name: str
    assurance: int
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime.datetime
    not_after: datetime.datetime
    recognised_at: datetime.datetime
    good_until: datetime.datetime
    der: bytes = field(repr=False)
    evidence: Mapping[str, Any] = field(repr=False)
    revocations: Mapping[str, tuple[str, bytes]] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What the certificate is known by: the SHA-256 of its DER, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def evidence_digest(self) -> str:
        """What the evidence is known by: a SHA-256 in hexadecimal digits, whatever order its members stand in."""
        exact = [self.evidence, sorted(self.revocations)]
        return hashlib.sha256(orjson.dumps(exact, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class StoredRecognition:
    """A recognition that is kept, with its evidence; ``recognised_at`` is when it was first relied on."""

    fingerprint: str
    party_id: str
    jurisdiction: str
    entry: str
    list_digest: str
    list_sequence: int
    assurance: int
    recognised_at: datetime.datetime
    good_until: datetime.datetime
    der: bytes = field(repr=False)
    evidence: Mapping[str, Any] = field(repr=False)
    revocations: Mapping[str, tuple[str, bytes]] = field(repr=False)


_CERTIFICATE = "INSERT INTO certificate (fingerprint, der, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_KNOWN = "SELECT digest FROM revocation_evidence WHERE digest = ANY($1)"
_REVOCATION = """
INSERT INTO revocation_evidence (digest, kind, body, seen_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_RECOGNITION = """
INSERT INTO recognition (fingerprint, party_id, jurisdiction, entry, list_digest, list_sequence, assurance,
                         recognised_at, good_until, evidence, evidence_digest, revocations)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (fingerprint, list_digest, evidence_digest) DO NOTHING
"""
# what came late may say since when a certificate is known, but not how it stands now
_SHOWN = """
INSERT INTO recognised_certificate AS known
  (party_id, fingerprint, subject, issuer, serial_number, jurisdiction, type_name, entry, list_sequence, assurance,
   not_before, not_after, first_recognised_at, recognised_at, provider, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $13)
ON CONFLICT (party_id, fingerprint) DO UPDATE SET
  jurisdiction = excluded.jurisdiction, type_name = excluded.type_name, entry = excluded.entry,
  list_sequence = excluded.list_sequence, assurance = excluded.assurance, recognised_at = excluded.recognised_at,
  provider = excluded.provider, updated_at = excluded.updated_at
WHERE excluded.recognised_at >= known.recognised_at
"""
_SINCE = """
UPDATE recognised_certificate SET first_recognised_at = $3
WHERE party_id = $1 AND fingerprint = $2 AND first_recognised_at > $3
"""


async def record(connection: asyncpg.Connection, new: NewRecognition, provider: str) -> None:
    """Keep a recognition; ``provider`` is the hub's operator, in whose name the certificate is shown to agencies."""
    fingerprint = new.fingerprint
    async with connection.transaction():
        await connection.execute(_CERTIFICATE, fingerprint, new.der, new.recognised_at)
        known = await connection.fetch(_KNOWN, sorted(new.revocations))
        missing = new.revocations.keys() - {each["digest"] for each in known}
        # in one order, so that two who keep the same do not wait for each other in a circle
        await connection.executemany(
            _REVOCATION,
            [
                (digest, kind, body, new.recognised_at)
                for digest, (kind, body) in sorted(new.revocations.items())
                if digest in missing
            ],
        )
        await connection.execute(
            _RECOGNITION,
            fingerprint, new.party_id, new.jurisdiction, new.entry, new.list_digest, new.list_sequence, new.assurance,
            new.recognised_at, new.good_until, orjson.dumps(new.evidence).decode(), new.evidence_digest,
            sorted(new.revocations),
        )  # fmt: skip
        await _show(connection, new, provider)


async def _show(connection: asyncpg.Connection, new: NewRecognition, provider: str) -> None:
    """Bring up to date what is shown of a certificate; moments there are whole seconds that have passed."""
    fingerprint, at = new.fingerprint, new.recognised_at.replace(microsecond=0)
    await connection.execute(
        _SHOWN,
        new.party_id, fingerprint, new.subject, new.issuer, new.serial_number, new.jurisdiction.replace("-", "_"),
        new.type_name, new.entry, new.list_sequence, new.assurance, new.not_before, new.not_after, at, provider,
    )  # fmt: skip
    await connection.execute(_SINCE, new.party_id, fingerprint, at)


async def certificate(connection: asyncpg.Connection, fingerprint: str) -> bytes | None:
    """Return a certificate that was recognised once, as DER."""
    der: bytes | None = await connection.fetchval("SELECT der FROM certificate WHERE fingerprint = $1", fingerprint)
    return der


_LATEST = """
SELECT recognition.*, certificate.der
FROM recognition JOIN certificate USING (fingerprint)
WHERE fingerprint = $1 AND recognised_at <= $2
ORDER BY recognised_at DESC, id DESC LIMIT 1
"""


async def recognised(
    connection: asyncpg.Connection, fingerprint: str, at: datetime.datetime
) -> StoredRecognition | None:
    """Return the last recognition of a certificate that began at a moment or before it, with its evidence.

    Whether it still held at that moment, its ``good_until`` says.
    """
    row = await connection.fetchrow(_LATEST, fingerprint, at)
    if row is None:
        return None
    bodies = await connection.fetch("SELECT * FROM revocation_evidence WHERE digest = ANY($1)", row["revocations"])
    return StoredRecognition(
        row["fingerprint"], row["party_id"], row["jurisdiction"], row["entry"], row["list_digest"],
        row["list_sequence"], row["assurance"], row["recognised_at"], row["good_until"], row["der"],
        orjson.loads(row["evidence"]), {each["digest"]: (each["kind"], each["body"]) for each in bodies},
    )  # fmt: skip
