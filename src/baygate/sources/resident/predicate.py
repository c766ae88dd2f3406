"""Predicates: a caller's filters, and the conditions under which policies let a row or a value leave.

SQL's three-valued logic is the rule itself: a comparison with NULL is not true, so the condition does not hold.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

import sqlalchemy as sa

from baygate.access.decision import ALWAYS, ByProvider, Clause, Condition, Operator, Rows, Subject
from baygate.sources.binding import Comparison, ObjectBinding
from baygate.sources.fetch import Literal
from baygate.sources.resident.canonical import TEXT, TEXTS, kind_of
from baygate.sources.resident.inputs import Attribute, Given, Inputs, Slot
from baygate.sources.resident.row import Row

LAST_CHARACTER = "\U0010ffff"


def compared(
    column: sa.ColumnElement[Any], comparison: Comparison, value: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Return ``column comparison value``."""
    match comparison:
        case Comparison.EQUALS:
            return column == value
        case Comparison.ANY_OF:
            return column == sa.any_(value)
        case Comparison.AT_LEAST:
            return column >= value
        case Comparison.AT_MOST:
            return column <= value
        case Comparison.STARTS_WITH:
            # a range, since that is what an index under COLLATE "C" can answer for any parameter
            return sa.and_(
                column >= value,
                column < sa.func.concat(value, sa.literal_column(f"'{LAST_CHARACTER}'"), type_=sa.Text),
            )
        case Comparison.INCLUDES:
            return value == sa.any_(column)
        case Comparison.PRESENT:
            return column.is_not(None) == value


def argument_kind(column: sa.ColumnElement[Any], comparison: Comparison) -> Any:
    """Return the kind of the argument that is compared with ``column``."""
    if comparison is Comparison.ANY_OF:
        return TEXTS
    if comparison is Comparison.INCLUDES:
        return TEXT
    if comparison is Comparison.PRESENT:
        return kind_of(sa.Boolean())
    return kind_of(column.type)


_COMPARISONS = {
    Operator.EQUALS: Comparison.EQUALS,
    Operator.ONE_OF: Comparison.ANY_OF,
    Operator.STARTS_WITH: Comparison.STARTS_WITH,
    Operator.AT_LEAST: Comparison.AT_LEAST,
    Operator.AT_MOST: Comparison.AT_MOST,
    Operator.INCLUDES: Comparison.INCLUDES,
}


def _constant(clause: Clause, kind: Any) -> Any:
    if isinstance(clause.value, tuple):
        return list(clause.value)
    if kind.name in {"date", "timestamptz", "numeric"} and isinstance(clause.value, str):
        return kind.read(clause.value)
    return clause.value


def clause_holds(clause: Clause, owner: ObjectBinding, row: Row, inputs: Inputs) -> sa.ColumnElement[bool]:
    """Return one clause of a condition on ``row`` taken as ``owner``."""
    column = row.field(owner, clause.field)
    comparison = _COMPARISONS.get(clause.operator, Comparison.EQUALS)
    kind = argument_kind(column, comparison)
    content = (
        Attribute(clause.value.attribute)
        if isinstance(clause.value, Subject)
        else Given(Literal(_freeze(_constant(clause, kind))))
    )
    value = inputs.take(Slot(content, kind))
    if clause.operator is Operator.NOT_EQUALS:
        return column != value
    return compared(column, comparison, value)


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def holds(condition: Condition, owner: ObjectBinding, row: Row, inputs: Inputs) -> sa.ColumnElement[bool]:
    """Return the conjunction of a condition's tests."""
    return sa.and_(sa.true(), *(clause_holds(clause, owner, row, inputs) for clause in condition))


def any_holds(
    conditions: Iterable[Condition], owner: ObjectBinding, row: Row, inputs: Inputs
) -> sa.ColumnElement[bool]:
    """Return the disjunction of conditions; false if there are none."""
    return sa.or_(sa.false(), *(holds(condition, owner, row, inputs) for condition in conditions))


def provided_by(names: Sequence[str], provider: sa.ColumnElement[str], inputs: Inputs) -> sa.ColumnElement[bool]:
    """Return whether a row's ``provider`` is one of the agencies that policies name."""
    if len(names) == 1:
        return provider == inputs.take(Slot(Given(Literal(names[0])), TEXT))
    return provider == sa.any_(inputs.take(Slot(Given(Literal(tuple(names))), TEXTS)))


def visible(rows: ByProvider[Rows], owner: ObjectBinding, row: Row, inputs: Inputs) -> sa.ColumnElement[bool] | None:
    """Return which rows of ``owner`` are there for this caller; None if all are.

    A row of a provider that decided nothing falls to ``otherwise``, which is: not there.
    """
    if all(ALWAYS in each for each in rows.every()):
        return None
    if owner.provider is None:
        return any_holds(rows.of(owner.published_by), owner, row, inputs)
    provider = row.column(owner.provider)
    branches = [
        sa.and_(provided_by(names, provider, inputs), any_holds(conditions, owner, row, inputs))
        for names, conditions in rows.alike()
        if conditions
    ]
    if rows.otherwise:
        others = sa.not_(provided_by(sorted(rows.decided), provider, inputs))
        branches.append(sa.and_(others, any_holds(rows.otherwise, owner, row, inputs)))
    return reduce(or_, branches, sa.false())
