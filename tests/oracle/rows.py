"""All rows of the resident tables in memory, and what the Binding says can be found among them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from baygate.sources.binding import Binding, ObjectBinding
from baygate.storage.tables import metadata

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """A row taken as a concrete type, its details beside it."""

    owner: ObjectBinding
    base: Row
    detail: Row

    def value(self, column: sa.Column[Any]) -> Any:
        return self.base[column.name] if column.table is self.owner.table else self.detail.get(column.name)


class Rows:
    """The tables, read once."""

    def __init__(self, tables: Mapping[str, list[Row]], binding: Binding) -> None:
        self._binding = binding
        self._tables = tables
        self._by: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = {}

    @classmethod
    async def read(cls, connection: Any, binding: Binding) -> "Rows":
        tables = {}
        for table in metadata.sorted_tables:
            tables[table.name] = [dict(row) for row in await connection.fetch(f'select * from "{table.name}"')]
        return cls(tables, binding)

    def all(self, table: sa.Table) -> list[Row]:
        return self._tables[table.name]

    def where(self, table: sa.Table, values: Mapping[str, Any]) -> list[Row]:
        columns = tuple(values)
        index = self._by.get((table.name, columns))
        if index is None:
            index = self._by[table.name, columns] = defaultdict(list)
            for row in self._tables[table.name]:
                index[tuple(row[column] for column in columns)].append(row)
        return index.get(tuple(values.values()), []) if columns else self._tables[table.name]

    def records(self, target: str, joined: Mapping[str, Any]) -> Iterable[Record]:
        """Yield the rows of a concrete or abstract type that match ``joined`` on the base table."""
        for row in self.where(self._binding.table(target), joined):
            for owner in self._binding.concrete(target):
                if owner.discriminator is None or row[owner.discriminator[0]] == owner.discriminator[1]:
                    yield Record(owner, row, self._detail(owner, row))

    def _detail(self, owner: ObjectBinding, row: Row) -> Row:
        if owner.detail is None:
            return {}
        keys = {column.name: row[column.name] for column in owner.detail.primary_key}
        found = self.where(owner.detail, keys)
        return found[0] if found else {}
