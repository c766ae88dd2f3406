"""Whose certificates were recognised, and what that was believed on; the hub writes both itself.

``recognised_certificate`` is what agencies may read of it, under policy. The rest is evidence: no field leads to it,
and nothing is ever taken away from it.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from baygate.storage.tables.columns import key, metadata, moment, number, published, text, texts


def _moment(name: str) -> sa.Column[Any]:
    """A point in time to the microsecond: evidence is put in order by it."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False)


recognised_certificate = published(
    "recognised_certificate",
    key("party_id"),
    key("fingerprint"),
    text("subject"),
    text("issuer"),
    text("serial_number"),
    text("jurisdiction"),
    text("type_name"),
    text("entry"),
    number("list_sequence"),
    number("assurance"),
    moment("not_before"),
    moment("not_after"),
    moment("first_recognised_at"),
    moment("recognised_at"),
    indexes=[("party_id", "recognised_at", "fingerprint")],
)
"""``provider`` is the hub's operator. A party may be unknown to the identity view: then nothing leads to the row."""

certificate = sa.Table(
    "certificate",
    metadata,
    sa.Column("fingerprint", sa.Text(collation="C"), primary_key=True),
    sa.Column("der", sa.LargeBinary, nullable=False),
    _moment("seen_at"),
)

recognition = sa.Table(
    "recognition",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    text("fingerprint"),
    text("party_id"),
    text("jurisdiction"),
    text("entry"),
    text("list_digest"),
    number("list_sequence"),
    number("assurance"),
    _moment("recognised_at"),
    _moment("good_until"),
    sa.Column("evidence", JSONB, nullable=False),
    text("evidence_digest"),
    texts("revocations"),
)
sa.Index(
    None,
    recognition.c.fingerprint,
    recognition.c.list_digest,
    recognition.c.evidence_digest,
    unique=True,
)
sa.Index(None, recognition.c.fingerprint, recognition.c.recognised_at, recognition.c.id)
"""A certificate that is recognised again on the same evidence is no other recognition; ``revocations`` are digests of
the revocation data in it, whose bodies many recognitions share."""

revocation_evidence = sa.Table(
    "revocation_evidence",
    metadata,
    sa.Column("digest", sa.Text(collation="C"), primary_key=True),
    text("kind"),
    sa.Column("body", sa.LargeBinary, nullable=False),
    _moment("seen_at"),
)
"""``kind`` is crl or ocsp; ``seen_at``, here and with certificates, is when the hub first relied on it."""
