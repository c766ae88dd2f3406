"""Why a caller asks: purpose, legal basis and case number, as rich authorization details (RFC 9396)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baygate.access.purposes import PURPOSES

TYPE = "baygate_field_access"
"""The one type of authorization details that is known here."""

_MEMBERS = {"type", "purpose", "legalBasis", "caseNo"}
_LONGEST = 4_096
_LONGEST_MEMBER = 300


class BadDetails(Exception):
    """Authorization details that say nothing known here, or too little; the message says what is expected."""


@dataclass(frozen=True)
class Details:
    """Why someone asks: a purpose of the registry, with the legal basis and the case number where it needs them."""

    purpose: str
    legal_basis: str | None = None
    case_no: str | None = None

    def claim(self) -> list[dict[str, str]]:
        """Return them as the claim ``authorization_details`` (RFC 9396, section 9.1)."""
        members = {"type": TYPE, "purpose": self.purpose, "legalBasis": self.legal_basis, "caseNo": self.case_no}
        return [{name: value for name, value in members.items() if value is not None}]


def parse(text: str) -> Details:
    """Read the parameter ``authorization_details``; raise BadDetails."""
    if len(text) > _LONGEST:
        raise BadDetails(f"authorization_details has more than {_LONGEST} characters")
    try:
        return of_claim(json.loads(text, object_pairs_hook=_without_duplicates))
    except (ValueError, RecursionError):
        raise BadDetails("authorization_details is not JSON, or says something twice") from None


def of_claim(given: Any) -> Details:
    """Take authorization details, each of their members checked against the registry; raise BadDetails."""
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], Mapping):
        raise BadDetails(f"authorization_details is a list of one object of type {TYPE}")
    (detail,) = given
    if detail.get("type") != TYPE:
        raise BadDetails(f"of authorization_details only the type {TYPE} is known")
    unknown = sorted(map(str, detail.keys() - _MEMBERS))
    if unknown:
        raise BadDetails(f"{TYPE} has no member but purpose, legalBasis and caseNo")
    for name, value in detail.items():
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_MEMBER or not value.isprintable():
            raise BadDetails(f"{name} is text of 1 to {_LONGEST_MEMBER} characters")
    purpose = PURPOSES.get(detail.get("purpose", ""))
    if purpose is None:
        raise BadDetails(f"the purpose is not in the registry: {', '.join(PURPOSES)}")
    if purpose.basis and "legalBasis" not in detail:
        raise BadDetails(f"the purpose {purpose.code} needs a legalBasis")
    if purpose.case and "caseNo" not in detail:
        raise BadDetails(f"the purpose {purpose.code} needs a caseNo")
    return Details(purpose.code, detail.get("legalBasis"), detail.get("caseNo"))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made
