"""Receipt: the audit record that is durable before an answer leaves, and what the caller is told of it.

A record says who asked what for which purpose, under which rules, whose records the answer held, and what the answer
was, the last by its digest. Of variables, which may hold personal values, there is a keyed hash: who has the hub's key
can show that certain ones were given, and nobody can read them. So that nobody finds out by trying what was asked and
answered, both digests are salted, and only the receipt has the salt.

The record of a file is written before its first line is sent, so it has no digest of it.
"""

from collections.abc import Mapping
from secrets import token_bytes
from typing import Any, NamedTuple, Protocol

import orjson

from baygate.access.principal import Principal
from baygate.audit.entry import salted
from baygate.audit.recorder import LogUnavailable, Recorder, Told
from baygate.gateway.operation import Operation
from baygate.gateway.planning.plan import Plan
from baygate.gateway.result import Result
from baygate.gateway.tally import Tally
from baygate.gateway.witness import Witness
from baygate.oauth.once import Use
from baygate.storage.keys import Keys

PERSON, VARIABLES = "audit-person", "audit-variables"
"""What the keyed hashes in records are made with."""
_SALT = 16
"""Bytes."""


class Answered(NamedTuple):
    """An answer that is ready to leave, and all that led to it.

    ``policies`` is the version that decided; ``trusted`` says that the document is one that was registered beforehand.
    """

    principal: Principal
    operation: Operation
    variables: Mapping[str, Any]
    plan: Plan
    policies: str
    result: Result
    use: Use | None
    trusted: bool = False


class Receipts(Protocol):
    """Makes the record of an answer durable."""

    async def record(self, answered: Answered) -> str | None:
        """Return the receipt once the record is durable; raise if it cannot be, and the answer is not sent."""


class NoReceipts:
    """A road without an audit log."""

    async def record(self, answered: Answered) -> str | None:  # noqa: ARG002
        """Return None: nothing was recorded."""
        return None


class AuditReceipts:
    """Receipts of the audit log; what was decided is counted beside it, for policies to be tried on."""

    def __init__(self, recorder: Recorder, tally: Tally, keys: Keys, witness: Witness) -> None:
        self._recorder = recorder
        self._tally = tally
        self._keys = keys
        self._witness = witness
        self.lists: Mapping[str, int] = {}
        """The sequence of the trust list of each jurisdiction that is in force."""

    async def record(self, answered: Answered) -> str:
        """Return the receipt, as the header has it; raise LogUnavailable or Replayed."""
        plan = answered.plan
        salt = token_bytes(_SALT)
        told = Told(self._content(answered, salt), (plan.decisions_digest, plan.decisions), answered.use)
        receipt = await self._recorded(told, salt)
        self._tally.count(answered.principal, plan)
        return receipt

    async def record_file(self, principal: Principal, address: str, asked: Mapping[str, str]) -> str:
        """Return the receipt of a file that is to be sent, as the header has it; raise LogUnavailable.

        No policy decides on it: the root document says whose accesses it tells of.
        """
        salt = token_bytes(_SALT)
        content = {
            **self._who(principal),
            "operation": salted(salt, address.encode()),
            "name": address,
            "variables": self._hashed(asked),
            "lists": self.lists,
            "rows": {},
            "status": "ok",
            "body": None,
        }
        return await self._recorded(Told(content, None), salt)

    async def _recorded(self, told: Told, salt: bytes) -> str:
        if self._witness.problem is not None:
            raise LogUnavailable(self._witness.problem)
        receipt = await self._recorder.record(told)
        place = receipt.place
        plain = f'id="{place.id}", leaf="{receipt.leaf.hex()}", log="{place.log}", salt="{salt.hex()}"'
        return f'{plain}, path="{receipt.path.hex()}", jws="{receipt.signed}"' if receipt.signed else plain

    def _content(self, answered: Answered, salt: bytes) -> dict[str, Any]:
        result, document = answered.result, answered.operation.digest
        return {
            **self._who(answered.principal),
            "operation": document if answered.trusted else salted(salt, document.encode()),
            "name": name.value if (name := answered.operation.definition.name) else None,
            "variables": self._hashed(answered.variables),
            "decisions": answered.plan.decisions_digest.hex(),
            "policies": answered.policies,
            "lists": self.lists,
            "rows": result.seen.rows(),
            "status": result.status,
            "body": salted(salt, result.body),
        }

    def _who(self, principal: Principal) -> dict[str, Any]:
        recognition = principal.recognition
        return {
            "client": principal.client,
            "person": self._keys.hash(PERSON, principal.person) if principal.person else None,
            "agency": principal.agency,
            "party": principal.party,
            "jurisdiction": principal.jurisdiction,
            "purpose": principal.purpose,
            "basis": principal.legal_basis,
            "case": principal.case_no,
            "certificate": recognition
            and {
                "fingerprint": recognition.certificate,
                "entry": recognition.entry,
                "list": recognition.list_sequence,
            },
        }

    def _hashed(self, variables: Mapping[str, Any]) -> str:
        text = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        return self._keys.hash(VARIABLES, text.decode())
