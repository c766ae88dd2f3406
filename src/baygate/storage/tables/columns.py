"""The columns that resident tables are made of.

Every published table carries ``provider`` (the agency that published the row; default deny hangs on it) and
``updated_at``. Text is ``COLLATE "C"`` throughout, so that PostgreSQL, Python and every index agree on order.
Moments have second precision: CEB messages carry no more, and a fixed width gives one canonical text.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def key(name: str) -> sa.Column[str]:
    """Part of the primary key; the first part is always the enterprise's key."""
    return sa.Column(name, sa.Text(collation="C"), primary_key=True)


def sequence(name: str) -> sa.Column[int]:
    """The number of a line within its head, the last part of a primary key."""
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def text(name: str, *, optional: bool = False) -> sa.Column[str]:
    """Text, also a code or the name of an enum's member."""
    return sa.Column(name, sa.Text(collation="C"), nullable=optional)


def texts(name: str) -> sa.Column[list[str]]:
    """A short list of codes that belongs to the row itself."""
    return sa.Column(name, ARRAY(sa.Text(collation="C")), nullable=False)


def day(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """A calendar day."""
    return sa.Column(name, sa.Date, nullable=optional)


def moment(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """A point in time, to the second."""
    return sa.Column(name, TIMESTAMP(timezone=True, precision=0), nullable=optional)


def money(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """An amount with two decimals, in the currency named beside it."""
    return sa.Column(name, sa.Numeric(18, 2), nullable=optional)


def quantity(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """A weight in kilograms or a quantity in the unit named beside it, with five decimals as CEB has them."""
    return sa.Column(name, sa.Numeric(18, 5), nullable=optional)


def number(name: str, *, optional: bool = False) -> sa.Column[int]:
    """A small whole number."""
    return sa.Column(name, sa.Integer, nullable=optional)


def flag(name: str) -> sa.Column[bool]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def table(name: str, *columns: sa.Column[Any], indexes: Iterable[tuple[str, ...]] = ()) -> sa.Table:
    """A table whose rows follow their head (a detail or a reference), without a provider of their own."""
    made = sa.Table(name, metadata, *columns, info={"resident": True})
    for names in indexes:
        sa.Index(None, *(made.c[column] for column in names))
    return made


def published(name: str, *columns: sa.Column[Any], indexes: Iterable[tuple[str, ...]] = ()) -> sa.Table:
    """A table of records that agencies publish: with their provider and the time of the last change."""
    return table(name, *columns, text("provider"), moment("updated_at"), indexes=indexes)


def resident_tables() -> list[sa.Table]:
    """Return the tables that hold what agencies publish, and not the hub's own."""
    return [each for each in metadata.tables.values() if each.info.get("resident")]
