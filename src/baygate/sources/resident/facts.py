"""Facts: which rows an answer holds, told by the very statement that reads them, so that no answer is parsed for it.

In front of the text of an object stands its fact: the concrete type, the agency that published the row, and the party
that the row is about. Facts are taken out of the text before it leaves (``gateway.seen``).

1. What is in a fact comes from the row as it is: to escape it as the values of an answer are escaped would cost the
   statement three times as much. It is told apart by marks that nobody can write into a row, since they are drawn at
   random for each statement; inside them it cannot touch the answer, whatever it holds.
2. A row that is joined to the row around it by the party's key is of its party, so it names none.
3. Where a plan knows whose rows alone are there, the agency is a constant.
4. What is merged with the answers of other sources is read anyhow: there each object has its fact as a member.
5. Rows that are only counted stand under the coordinate of their connection, with their number, for each agency and
   about whom the object around is; rows that are only pointed at have their own facts.
6. That there is no such row is told of it too, as a number of 0: to all agencies whose row it might have been, for all
   that the plan knows, else to ``ANYBODY``. So is a count too small to be told: what is recorded says no more than what
   is answered.

Details that stand one to one beside a row are part of it. A row that stands in two places (two aliases; ``nodes`` and
``edges`` both) is told twice.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from baygate.access.decision import ByProvider, Rows
from baygate.sources.binding import PARTY, ObjectBinding
from baygate.sources.resident.canonical import JsonText
from baygate.sources.resident.row import Row
from baygate.sources.resident.text import Piece, Rope, joined

ROW = "@row"
"""The member of a merged object that tells of its row: ``[provider, party]``; no field has such a name."""

ANYBODY = "*"
"""The agency of a row that is not there, where a plan knows none; no agency has such a name."""


@dataclass(frozen=True)
class Marks:
    """What facts are told apart by: one mark on either side, one before a number, and one before a party named."""

    fact: str
    number: str
    party: str

    @classmethod
    def fresh(cls) -> "Marks":
        """Draw marks; a control character first, which JSON text cannot contain unescaped."""
        drawn = secrets.token_urlsafe(4)
        return cls(f"\x02{drawn}", f"\x04{drawn}", f"\x03{drawn}")


@dataclass(frozen=True)
class Counted:
    """Where rows are counted, and which: the coordinate of their connection, about whom the object around is."""

    coordinate: Rope
    party: Piece
    owners: Sequence[ObjectBinding]
    rows: Mapping[str, ByProvider[Rows]]

    def provider(self, row: Row) -> Piece:
        """Return who publishes ``row``: a constant if all rows that are there are of one agency."""
        found = [_provider(each, row, self.rows.get(each.name)) for each in self.owners]
        return found[0] if all(isinstance(each, str) and each == found[0] for each in found) else _own(self.owners, row)

    @property
    def possible(self) -> Sequence[str]:
        """All agencies that the plan knows to have rows that are there, and ``ANYBODY`` if there may be others."""
        named: set[str] = set()
        for each in self.owners:
            rows = self.rows.get(each.name)
            if each.provider is None:
                named.add(each.published_by)
            elif rows is not None:
                named |= {name for name, conditions in rows.decided.items() if conditions}
                named |= {ANYBODY} if rows.otherwise else set()
        return sorted(named) or [ANYBODY]


@dataclass(frozen=True)
class Facts:
    """Makes the facts of one statement; ``merged`` if its objects are merged with those of other sources."""

    marks: Marks
    merged: bool

    def of(self, owner: ObjectBinding, name: Rope, row: Row, rows: ByProvider[Rows] | None) -> Rope:
        """Return what stands in front of an object: ``name`` is its type's, ``rows`` whose rows are there."""
        if self.merged:
            return ()
        around = PARTY in row.table.c and row.of_same_party
        return self._told(name, _provider(owner, row, rows), None if around else party_of(row))

    def of_pointed_at(self, name: Rope, row: Row, counted: Counted) -> Rope:
        """Return the fact of a row that stands in no object; ``name`` is its type's."""
        return self._told(name, counted.provider(row), party_of(row))

    def of_count(self, counted: Counted, provider: Piece, number: Piece) -> Rope:
        """Return the fact of rows of one agency that are only counted."""
        return self._told(counted.coordinate, provider, counted.party, number)

    def of_nothing(self, counted: Counted) -> Rope:
        """Return the facts of a count of no rows, or of too few."""
        return tuple(piece for each in counted.possible for piece in self.of_count(counted, each, "0"))

    def members(self, owner: ObjectBinding, row: Row) -> Mapping[str, Rope]:
        """Return the members that tell of a merged object's row."""
        if not self.merged:
            return {}
        own = owner.provider
        provider = f'"{owner.published_by}"' if own is None else JsonText(row.column(own), optional=False)
        party = JsonText(row.own(PARTY), optional=False) if PARTY in row.table.c else '""'
        return {ROW: ("[", provider, ",", party, "]")}

    def of_check(self, coordinate: str, checked: sa.FromClause) -> sa.ColumnElement[str]:
        """Return the fact of a row that a value was compared with, told under the entry point's name."""
        own = checked.c.get(PARTY)
        return joined(self._told((coordinate,), checked.c.provider, "" if own is None else own))

    def of_no_check(self, coordinate: str) -> Rope:
        """Return the fact of a verdict that found no row."""
        return self._told((coordinate,), ANYBODY, "", "0")

    def _told(self, name: Rope, provider: Piece, party: Piece | None, number: Piece | None = None) -> Rope:
        many: Rope = () if number is None else (self.marks.number, number)
        named: Rope = () if party is None else (self.marks.party, party)
        return (self.marks.fact, *name, " ", provider, *many, *named, self.marks.fact)


def party_of(row: Row | None) -> Piece:
    """Return whom a row is about, "" if nobody."""
    return "" if row is None or PARTY not in row.table.c else row.own(PARTY)


def _provider(owner: ObjectBinding, row: Row, rows: ByProvider[Rows] | None) -> Piece:
    if owner.provider is None:
        return owner.published_by
    if rows is not None and not rows.otherwise:
        there = [name for name, conditions in rows.decided.items() if conditions]
        if len(there) == 1:
            return there[0]
    return row.column(owner.provider)


def _own(owners: Sequence[ObjectBinding], row: Row) -> Piece:
    owner = owners[0]
    return owner.published_by if owner.provider is None else row.column(owner.provider)
