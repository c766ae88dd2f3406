"""Receipt: the audit record that is durable before an answer leaves.

Until there is an audit log the hub keeps none, and says so by giving no receipt.
"""

from typing import Protocol

from baygate.access.principal import Principal
from baygate.gateway.planning.plan import Plan


class Receipts(Protocol):
    """Makes the record of an answer durable."""

    async def record(self, principal: Principal, plan: Plan, body: bytes) -> str | None:
        """Return the record's id once it is durable; raise if it cannot be, and the answer is not sent."""


class NoReceipts:
    """The hub without an audit log."""

    async def record(self, principal: Principal, plan: Plan, body: bytes) -> str | None:  # noqa: ARG002
        """Return None: nothing was recorded."""
        return None
