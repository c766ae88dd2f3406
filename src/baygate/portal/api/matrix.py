"""The access matrix: for a purpose, what each agency is given of the records that the caller's agency provides.

Rules:

1. Of what an agency provides, its own people alone see who is given what; a cell of theirs is decided by their own
   agency's rules, and nobody else's are looked at.
2. Of all else there is one row, the caller's own agency's: it tells him what his agency is given of the others.
3. A row is a system of an agency with all scopes, in no role, for no party, of no assurance.
4. Whoever comes as a party, or of an agency that the root document does not know, provides nothing. His row is himself.
   Parties are no agencies: what an agency gives to them stands in none of its cells (``proposal`` tells them apart).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from baygate.access.compile import Who, compiled
from baygate.access.diff import asking
from baygate.access.documents.root import Agency
from baygate.access.documents.rules import InForce, Owner
from baygate.access.explain import explain, owners_of
from baygate.gateway.control import Control
from baygate.gateway.evidence import providers_of
from baygate.portal.api import told

Coordinate = tuple[str, str]


@dataclass(frozen=True)
class Provided:
    """What the caller's agency provides: its rules alone, and the fields that these decide about."""

    owner: Owner
    in_force: InForce
    coordinates: tuple[Coordinate, ...]


def provided_by(control: Control) -> Provided | None:
    """Return what the caller's agency provides; None if that is nothing."""
    in_force = control.known
    if not providers_of(control.principal, in_force.root):
        return None
    owner = next((each for each in in_force.owners if each.agency.id == control.principal.agency), None)
    if owner is None:
        return None
    found = tuple(
        (name, field)
        for name, known in control.facts.types.items()
        if name in owner.agency.owns
        for field in known.fields
        if any(each is owner for _, each in owners_of(in_force, control.facts, name, field))
    )
    return Provided(owner, replace(in_force, owners=(owner,)), found) if found else None


def matrix(control: Control, purpose: str) -> dict[str, Any]:
    """Return the matrix of the caller for a purpose. Pure."""
    provided = provided_by(control)
    cells: dict[str, dict[str, Any]] = {}
    every = dict.fromkeys([*control.coordinates(), *(provided.coordinates if provided else ())])
    coordinates = [each for name in control.facts.types for each in every if each[0] == name]
    own, who = _own_row(control, purpose)
    _fill(cells, own["id"], control, control.known, who, coordinates)
    rows = [own]
    root = control.known.root
    if provided is not None and root is not None:
        rows = [_row(each, own=each.id == own["id"]) for each in root.agencies]
        for each in root.agencies:
            if each.id != own["id"]:
                system = _system(provided.in_force, each, purpose)
                _fill(cells, each.id, control, provided.in_force, system, provided.coordinates)
    return {
        "purpose": purpose,
        "owner": provided.owner.agency.id if provided else None,
        "agencies": rows,
        "fields": [".".join(each) for each in coordinates],
        "provided": [".".join(each) for each in provided.coordinates] if provided else [],
        "cells": cells,
    }


def _own_row(control: Control, purpose: str) -> tuple[dict[str, Any], Who]:
    principal, root = control.principal, control.known.root
    known = root.by_id.get(principal.agency) if root and principal.party is None else None
    if known is not None:
        return _row(known, own=True), _system(control.known, known, purpose)
    himself = replace(control.who, purpose=purpose)
    names = {"id": principal.agency, "name": None, "nameEn": None}
    return {**names, "jurisdiction": himself.jurisdiction, "own": True}, himself


def _row(agency: Agency, *, own: bool) -> dict[str, Any]:
    names = {"id": agency.id, "name": agency.name, "nameEn": agency.name_en}
    return {**names, "jurisdiction": agency.jurisdiction, "own": own}


def _system(in_force: InForce, agency: Agency, purpose: str) -> Who:
    scopes = frozenset(in_force.root.scopes if in_force.root else ())
    return asking(in_force, agency.id, agency.jurisdiction, frozenset(), scopes, purpose)


def _fill(
    cells: dict[str, dict[str, Any]],
    row: str,
    control: Control,
    in_force: InForce,
    who: Who,
    coordinates: Sequence[Coordinate],
) -> None:
    access = compiled(in_force, who, control.facts)
    for each in coordinates:
        found = explain(in_force, who, control.facts, control.demanded, each, access)
        cells.setdefault(found.coordinate, {})[row] = told.cell(found)
