"""The policies of the bench: everything for one purpose; for another the question with masks and a condition."""

import asyncio
import datetime
from pathlib import Path
from typing import Any

from tests.access.signing import facts, grant, library, policy, signed
from tests.open_policies import OWNER, ROOT_DOCUMENT

from baygate.access.documents.library import published, publishing
from baygate.storage import documents
from baygate.storage.database import Database

PLAIN, MASKED = "RISK_ASSESSMENT", "MARKET_SUPERVISION"
TRANSFORMS: dict[str, dict[str, Any]] = {
    "MainlandEnterprise": {"name": {"kind": "mask", "keepFirst": 2}},
    "CreditRating": {"validTo": {"kind": "truncate", "to": "MONTH"}},
    "ProductFiling": {"customsOffice": {"kind": "truncate", "length": 2}},
    "StatusEvent": {"message": {"kind": "null"}},
}
CONDITIONS = {"CreditRating": [{"attr": "record.current", "op": "eq", "value": True}]}
_TO = {"to": {"jurisdictions": ["CN-GD"]}, "scopes": []}


def _grants() -> list[dict[str, Any]]:
    made = []
    for number, (name, known) in enumerate(facts().types.items()):
        whole = {"type": name, "fields": sorted(known.fields), **_TO}
        made.append(grant(f"p{number}", purposes=[PLAIN], **whole))
        masks = {"transform": TRANSFORMS.get(name, {}), "where": CONDITIONS.get(name, [])}
        made.append(grant(f"m{number}", purposes=[MASKED], **whole, **masks))
    return made


def govern(dsn: str, root: Path) -> None:
    """Publish them, once; ``root`` is where the root document is kept, since the keys that signed it are forgotten."""
    known = root.read_bytes() if root.exists() else None
    made = asyncio.run(_publish(dsn, known))
    if made is not None:
        root.write_bytes(made)


async def _publish(dsn: str, root: bytes | None) -> bytes | None:
    connection = await Database(dsn).connect()
    try:
        if root and await documents.every(connection):
            return None
        root, now = signed(ROOT_DOCUMENT), datetime.datetime.now(datetime.UTC)
        async with connection.transaction():
            await connection.execute("DELETE FROM document")
            trusted = publishing(root, [], facts(), now)
            made = published(trusted, library(policy(OWNER, "bench", grants=_grants())), now)
            await documents.add(connection, made, "bench")
    finally:
        await connection.close()
    return root
