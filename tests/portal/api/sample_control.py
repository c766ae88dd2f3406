"""The control plane under the sample policies, as it is for whoever a test wants."""

import datetime
from functools import cache
from typing import Any

from tests.sample.test_policies import facts, trusted

from baygate.access.compile import who
from baygate.access.documents.in_force import in_force
from baygate.access.documents.rules import InForce
from baygate.access.principal import Principal
from baygate.access.scopes import Gates
from baygate.contract.schema import graphql_schema
from baygate.gateway.control import Control

GATES = Gates(graphql_schema())
SCOPES = frozenset({"identity:read", "credit:read", "filings:read", "clearance:read", "audit:read"})
"""Those of most systems of the sample world."""
NOW = datetime.datetime.now(datetime.UTC)


@cache
def state() -> InForce:
    """What the sample policies put in force."""
    return in_force(trusted(), NOW)


def principal(agency: str, purpose: str = "RISK_ASSESSMENT", **other: Any) -> Principal:
    """Return somebody of an agency."""
    said = {
        "client": "explorer",
        "person": "chen-jing",
        "party": None,
        "jurisdiction": "CN-GD",
        "roles": frozenset(),
        "scopes": SCOPES,
        "legal_basis": None,
        "case_no": None,
        "assurance": 0,
    }
    return Principal(agency=agency, purpose=purpose, **said | other)


def control(agency: str, purpose: str = "RISK_ASSESSMENT", in_force: InForce | None = None, **other: Any) -> Control:
    """Return the control plane for somebody of an agency."""
    known = in_force or state()
    asking = principal(agency, purpose, **other)
    return Control(asking, known, who(asking, known), facts(), GATES.demanded, graphql_schema())
