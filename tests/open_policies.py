"""Policies that give everybody everything, for tests of what else there is between a caller and a record."""

import datetime
from typing import Any

from tests.access.signing import (
    SAMR,
    agency,
    facts,
    grant,
    library,
    policy,
    root_document,
    signed,
    subject,
)

from baygate.access.documents.library import published, publishing
from baygate.sample import agencies
from baygate.storage import documents
from baygate.storage.database import Database

OWNER = "samr-gd"
EVERY_AGENCY = sorted(value for name, value in vars(agencies).items() if name.isupper() and isinstance(value, str))
ABROAD = {agencies.HONG_KONG_CUSTOMS: "HK", agencies.HONG_KONG_REGISTRY: "HK", agencies.MACAU: "MO"}


def _agency(name: str) -> dict[str, Any]:
    known = agency(name, jurisdiction=ABROAD.get(name, "CN-GD"), region=None if name in ABROAD else "44", providers=[])
    if name != OWNER:
        return known | {"signers": []}
    owns = {type_name: ["*"] for type_name in facts().types}
    return known | {"signers": [subject(SAMR)], "providers": EVERY_AGENCY, "owns": owns}


ROOT_DOCUMENT = root_document(agencies=[_agency(name) for name in EVERY_AGENCY])
"""A root document by which one agency owns all there is."""
ROOT = signed(ROOT_DOCUMENT)

_TO = {"to": {"jurisdictions": ["CN-GD", "HK", "MO"]}, "purposes": [], "scopes": [], "contractFiling": "2026/1"}
OPEN = policy(
    OWNER,
    "everything",
    shareClass="UNCONDITIONAL",
    grants=[
        grant(f"g{number}", type=name, fields=sorted(known.fields), **_TO)
        for number, (name, known) in enumerate(facts().types.items())
    ],
)


async def publish_open(dsn: str) -> None:
    """Publish the policy that grants everything, under ``ROOT``."""
    connection = await Database(dsn).connect()
    try:
        async with connection.transaction():
            now = datetime.datetime.now(datetime.UTC)
            trusted = publishing(ROOT, await documents.every(connection), facts(), now)
            await documents.add(connection, published(trusted, library(OPEN), now), "tests")
    finally:
        await connection.close()
