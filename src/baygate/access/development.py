"""The development principal: sees everything, and exists only while there are neither tokens nor policies.

A hub that serves it refuses to bind anything but loopback (``baygate.settings``).
"""

from baygate.access.access import Access, allowed
from baygate.access.principal import Principal

PRINCIPAL = Principal(
    client="development",
    agency="commerce-gd",
    party=None,
    jurisdiction="CN-GD",
    roles=frozenset({"operator"}),
    scopes=frozenset(),
    purpose=None,
    legal_basis=None,
    assurance=0,
)

ACCESS = Access(policy_version="development", types={}, unmentioned=allowed("development"))
