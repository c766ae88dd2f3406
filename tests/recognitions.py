"""Recognitions as tests make them up: the certificate is any bytes, since storage does not read it."""

import datetime
import hashlib
from typing import Any

from baygate.storage import recognitions
from baygate.storage.database import Database
from baygate.storage.recognitions import NewRecognition

OPERATOR = "commerce-gd"
AT = datetime.datetime(2026, 11, 2, 8, 30, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def revocations(*bodies: bytes, kind: str = "crl") -> dict[str, tuple[str, bytes]]:
    """Return revocation data as recognitions hold it."""
    return {hashlib.sha256(each).hexdigest(): (kind, each) for each in bodies}


def recognition(**changes: Any) -> NewRecognition:
    """A Hong Kong company's certificate, recognised by a list of Hong Kong on one CRL."""
    built = {
        "party_id": "HK-12345678",
        "jurisdiction": "HK",
        "entry": "e-cert-organisational",
        "list_digest": f"sha256:{'1' * 64}",
        "list_sequence": 3,
        "type_name": "Example e-Cert (Organisational)",
        "assurance": 3,
        "subject": "CN=Example Limited,O=12345678,C=HK",
        "issuer": "CN=Example e-Cert CA 2 - 15,C=HK",
        "serial_number": "5b2f",
        "not_before": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "not_after": datetime.datetime(2029, 1, 1, tzinfo=datetime.UTC),
        "recognised_at": AT,
        "good_until": AT + 24 * HOUR,
        "der": b"the certificate of HK-12345678",
        "evidence": {"path": ["leaf", "issuing", "root"]},
        "revocations": revocations(b"the CRL of the morning"),
    }
    return NewRecognition(**{**built, **changes})


async def recognise_some(dsn: str) -> None:
    """Recognise certificates of a sample world's parties: of every third one or three, and one of nobody known."""
    connection = await Database(dsn).connect()
    try:
        parties = await connection.fetch("SELECT party_id, jurisdiction FROM party ORDER BY party_id")
        known = [
            _certificate(party["party_id"], party["jurisdiction"], serial)
            for number, party in enumerate(parties[2::3])
            for serial in range(3 if number % 4 == 0 else 1)
        ]
        for each in (*known, recognition(party_id="HK-99999999")):
            await recognitions.record(connection, each, OPERATOR)
    finally:
        await connection.close()


def _certificate(party: str, jurisdiction: str, serial: int) -> NewRecognition:
    """Return one of several certificates of a party, two of which were recognised at the same moment."""
    return recognition(
        party_id=party,
        jurisdiction=jurisdiction.replace("_", "-"),
        der=f"certificate {serial} of {party}".encode(),
        serial_number=f"{serial + 1:04x}",
        assurance=2 + serial,
        recognised_at=AT + (serial % 2) * HOUR,
    )
