"""What a statement is bound with, and the two forms in which it takes it.

A **slot** is one value that comes with the request. In the single form of a statement every slot is a parameter. In
the set form the slots of many requests (or of many entity representations) come as arrays through ``unnest ... with
ordinality``, one row each, and the answers go back by ordinality; what is the same in all of them stays a parameter.
Both forms are compiled by the same code.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB

from baygate.sources.fetch import Literal, Value
from baygate.sources.resident.canonical import TEXTS, Kind

BYTES = Kind("bytea", BYTEA(), bytes, bytes)


@dataclass(frozen=True)
class Given:
    """A value given in the document or with it; ``hashed`` names the key use under which only its hash is sent."""

    value: Value
    hashed: str | None = None


@dataclass(frozen=True)
class Attribute:
    """An attribute of the principal, NULL where he has none."""

    name: str


@dataclass(frozen=True)
class Boundary:
    """The ``position``-th key of the place that a cursor of the ``page``-th connection stands for."""

    page: int
    cursor: Value
    position: int


@dataclass(frozen=True)
class Pad:
    """The inner (0x36) or outer (0x5c) padded key of a keyed hash (RFC 2104, section 2)."""

    use: str
    outer: bool


@dataclass(frozen=True)
class KeyPart:
    """The ``position``-th key field of an entity representation."""

    position: int


@dataclass(frozen=True)
class Slot:
    """A value to bind, and its kind."""

    content: Given | Attribute | Boundary | Pad | KeyPart
    kind: Kind

    @property
    def constant(self) -> bool:
        """Whether every request of one plan brings the same."""
        content = self.content
        return isinstance(content, Pad) or (isinstance(content, Given) and isinstance(content.value, Literal))


class Inputs(Protocol):
    """Where the compiler gets the SQL expression of a slot from."""

    slots: list[Slot]

    def take(self, slot: Slot) -> sa.ColumnElement[Any]:
        """Return the expression that stands for ``slot``; the same one for equal slots."""

    def froms(self) -> tuple[sa.FromClause, ...]:
        """Return what subqueries correlate to in order to see the inputs."""


def _index(slots: list[Slot], slot: Slot) -> int:
    if slot not in slots:
        slots.append(slot)
    return slots.index(slot)


def _parameter(position: int, slot: Slot) -> sa.BindParameter[Any]:
    return sa.bindparam(f"v{position}", type_=slot.kind.type)


class Parameters:
    """Inputs of the single form: one parameter a slot."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []

    def take(self, slot: Slot) -> sa.ColumnElement[Any]:
        """Return a parameter."""
        return _parameter(_index(self.slots, slot), slot)

    def froms(self) -> tuple[sa.FromClause, ...]:
        """Return nothing: parameters stand outside every FROM."""
        return ()


class InputRows:
    """Inputs of the set form: a column for each slot that varies, a row a request. Lists travel as jsonb elements."""

    def __init__(self, slots: tuple[Slot, ...]) -> None:
        self.slots = list(slots)
        varying = {f"v{position}": slot for position, slot in enumerate(slots) if not slot.constant}
        names = [*varying]
        arrays = [
            sa.bindparam(name, type_=ARRAY(JSONB() if slot.kind is TEXTS else slot.kind.type))
            for name, slot in varying.items()
        ]
        given = sa.func.unnest(*arrays).table_valued(*names, with_ordinality="ordinality").render_derived(name="given")
        # all of them, but PostgreSQL reckons with a tenth while it does not know how many these are: so it keeps its
        # plan for all sets. Else each small set looks cheaper than that, and is planned anew, which costs more than it.
        self.rows = sa.select(given).limit(sa.func.cardinality(arrays[0])).subquery("inputs")
        self.ordinality = self.rows.c.ordinality

    def take(self, slot: Slot) -> sa.ColumnElement[Any]:
        """Return the slot's column in the row of inputs, or the parameter that it is for all."""
        position = self.slots.index(slot)
        if slot.constant:
            return _parameter(position, slot)
        column = self.rows.c[f"v{position}"]
        if slot.kind is TEXTS:
            element = sa.func.jsonb_array_elements_text(column).column_valued("element")
            listed = sa.select(element).correlate(self.rows).scalar_subquery()
            return sa.func.array(listed, type_=ARRAY(sa.Text()))
        return sa.type_coerce(column, slot.kind.type)

    def froms(self) -> tuple[sa.FromClause, ...]:
        """Return the rows themselves."""
        return (self.rows,)
