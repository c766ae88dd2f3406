"""For what purposes a person can ask through the explorer: those that its client is registered for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from baygate.access.purposes import PURPOSES, Purpose
from baygate.oauth.clients import Client
from baygate.storage.following import OutOfTouch


@dataclass(frozen=True)
class Offered:
    """What the client ``client_id`` may ask for; ``registered`` finds it."""

    registered: Callable[[str], Client | None]
    client_id: str

    def purposes(self) -> list[Purpose]:
        """Return the purposes in the registry's order; none if it cannot be told now."""
        try:
            client = self.registered(self.client_id)
        except OutOfTouch:
            client = None
        return [each for each in PURPOSES.values() if client is not None and each.code in client.purposes]


def as_json(each: Purpose) -> Mapping[str, Any]:
    """Return a purpose as the explorer's page is told of it, with what else whoever names it has to say."""
    needs = [name for name, needed in (("legalBasis", each.basis), ("caseNo", each.case)) if needed]
    return {"id": each.code, "zh": each.name_zh, "en": each.name, "needs": needs}
