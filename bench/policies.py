"""How long policies take: to decide for a caller who was not seen before, and to be read when a worker begins."""

import time
from collections.abc import Callable
from typing import Any

from tests.access.signing import NOW, ROOT, facts, grant, library, policy

from baygate.access.compile import Who, compiled
from baygate.access.documents.in_force import in_force
from baygate.access.documents.library import published, publishing, remembered

OWNER, TYPES = "customs-gz", ("CreditRating", "Declaration", "PersonInCharge")
ASKING = Who("samr-gd", "CN-GD", frozenset(), frozenset({"credit:read"}), "RISK_ASSESSMENT", 2, {"region": "44"})


def grants(count: int) -> list[dict[str, Any]]:
    """Return grants such as agencies write: a few fields, a condition, a mask."""
    made = []
    for number in range(count):
        type_name = TYPES[number % len(TYPES)]
        known = facts().types[type_name].fields
        fields = [name for position, name in enumerate(known) if (position + number) % 3]
        masked = [name for name in fields if known[name].kind == "text" and not known[name].key][:1]
        where = [{"attr": "record.partyId", "op": "ne", "value": str(number)}]
        transform = {name: {"kind": "mask", "keepLast": number % 9} for name in masked}
        made.append(grant(f"g{number}", type=type_name, fields=fields, where=where, transform=transform))
    return made


def best(measured: Callable[[], object], times: int) -> float:
    """Return the best of some runs, in milliseconds."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        measured()
        took.append(time.perf_counter() - begun)
    return min(took) * 1000


def main() -> None:
    stored = published(publishing(ROOT, (), facts(), NOW), library(policy(OWNER, grants=grants(300))), NOW)
    found = in_force(remembered(ROOT, stored, facts(), NOW)[0], NOW)
    deciding = best(lambda: compiled(found, ASKING, facts()).access_class, 20)
    print(f"deciding by 300 grants: {deciding:.1f} ms (at most 20)")
    many = [policy(OWNER, f"p{number}", grants=grants(50)) for number in range(100)]
    stored = published(publishing(ROOT, (), facts(), NOW), library(*many), NOW)
    reading = best(lambda: in_force(remembered(ROOT, stored, facts(), NOW)[0], NOW), 3)
    print(f"reading 100 documents of 50 grants: {reading:.0f} ms (at most 2000)")


if __name__ == "__main__":
    main()
