"""A caller who may see everything, for tests in which nobody needs to prove himself."""

from baygate.access.principal import Principal
from baygate.access.ungoverned import UNGOVERNED

ACCESS = UNGOVERNED
PRINCIPAL = Principal(
    client="test",
    person=None,
    agency="commerce-gd",
    party=None,
    jurisdiction="CN-GD",
    roles=frozenset(),
    scopes=frozenset(),
    purpose="SYSTEM_TESTING",
    legal_basis=None,
    case_no=None,
    assurance=0,
)
