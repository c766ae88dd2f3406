"""What the caller would get of each field that policies decide about, and why: his own access, all at once."""

from dataclasses import replace
from typing import Any

from baygate.access.compile import compiled
from baygate.access.explain import explain
from baygate.gateway.control import Control
from baygate.portal.api import told


def my_access(control: Control, purpose: str) -> dict[str, Any]:
    """Return what the caller would get for a purpose. Pure.

    Each explanation is the one that ``access`` in GraphQL gives; what decides is compiled once for all of them.
    """
    in_force, asking = control.known, replace(control.who, purpose=purpose)
    access = compiled(in_force, asking, control.facts)
    fields = {}
    for coordinate in control.coordinates():
        found = explain(in_force, asking, control.facts, control.demanded, coordinate, access)
        fields[found.coordinate] = {**told.brief(found), "answers": [told.answer(each) for each in found.answers]}
    return {
        "purpose": purpose,
        "agency": control.principal.agency,
        "jurisdiction": asking.jurisdiction,
        "scopes": sorted(asking.scopes),
        "fields": fields,
    }
