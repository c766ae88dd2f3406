"""A row of a type within a statement: its base table under an alias, and the details that are really used."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from baygate.sources.binding import PARTY, Expression, ObjectBinding


class Aliases:
    """Hands out short names, so that the same fetch always compiles to the same text."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> str:
        """Return a name not handed out before in this statement."""
        self._count += 1
        return f"t{self._count}"


class Row:
    """A row as the compiler sees it; a detail is joined when its first column is asked for.

    ``of_same_party`` if it is joined to the row around it as one of the same party.
    """

    def __init__(self, table: sa.Table, aliases: Aliases, *, of_same_party: bool = False) -> None:
        self.table = table
        self.of_same_party = of_same_party
        self.base = table.alias(aliases.next())
        self._aliases = aliases
        self._details: dict[sa.Table, sa.FromClause] = {}

    def column(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """Return a column of the base table or of a detail."""
        if column.table is self.table:
            return _of(self.base, column)
        detail = column.table
        assert isinstance(detail, sa.Table)  # noqa: S101 - a binding's columns stand on tables
        if detail not in self._details:
            self._details[detail] = detail.alias(self._aliases.next())
        return _of(self._details[detail], column)

    def own(self, name: str) -> sa.ColumnElement[Any]:
        """Return a column of the base table by its name."""
        return _of(self.base, self.table.c[name])

    def field(self, owner: ObjectBinding, name: str) -> sa.ColumnElement[Any]:
        """Return the SQL value of a scalar field of the row, taken as ``owner``."""
        bound = owner.fields[name]
        if isinstance(bound, Expression):
            return bound.sql(*(self.column(owner.column(need)) for need in bound.needs))
        return self.column(owner.column(name))

    @property
    def source(self) -> sa.FromClause:
        """The FROM clause, details included; ask after all columns were."""
        joined: sa.FromClause = self.base
        for table, detail in self._details.items():
            keys = [self.own(key.name) == _of(detail, key) for key in table.primary_key]
            joined = joined.outerjoin(detail, sa.and_(*keys))
        return joined

    @property
    def froms(self) -> tuple[sa.FromClause, ...]:
        """What a subquery inside this row correlates to."""
        return (self.base,)


def joined_on(on: Mapping[str, str], parent: "Row | None", row: Row) -> list[sa.ColumnElement[bool]]:
    """Return the equality of the parent's columns and the row's; nothing where there is no parent."""
    return [parent.own(own) == row.own(other) for own, other in on.items()] if parent else []


def same_party(on: Mapping[str, str], parent: "Row | None") -> bool:
    """Whether a row that is joined like this is of the party of its parent."""
    return parent is not None and on.get(PARTY) == PARTY


def _of(alias: sa.FromClause, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return the column under an alias, without the copies of all its neighbours that ``alias.c`` would make."""
    copy: sa.ColumnClause[Any] = sa.column(column.name, column.type)
    copy.table = alias
    return copy
