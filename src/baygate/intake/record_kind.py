"""A kind of record: its fields, its table, the rules between its fields, and its validation in bulk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, get_args, get_type_hints

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError

from baygate.intake.errors import IntakeError, Problem
from baygate.intake.fields import Residual

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rule:
    """What must hold between fields of one record: ``holds`` of their values, in the order of ``fields``."""

    expected: str
    fields: tuple[str, str, *tuple[str, ...]]
    holds: Callable[..., bool]


def in_order(earlier: str, later: str) -> Rule:
    """Demand that ``later``, where there is one, is not before ``earlier``."""
    return Rule(f"not before {earlier}", (later, earlier), _not_before)


def _not_before(end: Any, start: Any) -> bool:
    return end is None or bool(end >= start)


@dataclass(frozen=True)
class _Check:
    """A rule or a residual check, by the places of the fields it reads; the first is to blame."""

    field: str
    expected: str
    read: Callable[[Row], Any]
    fails: Callable[[Any], Any]

    def all_pass(self, rows: Sequence[Row]) -> bool:
        return not any(map(self.fails, map(self.read, rows)))


class RecordKind:
    """A named tuple of annotated fields, joined to the table that it is stored in.

    The fields are the table's columns without ``provider``: that is the publisher's, and never in the data.
    """

    def __init__(self, record: type[tuple[Any, ...]], table: sa.Table, *rules: Rule) -> None:
        annotations = get_type_hints(record, include_extras=True)
        self.record = record
        self.table = table
        self.fields = tuple(annotations)
        self.published = "provider" in table.c
        self.columns = (*self.fields, "provider") if self.published else self.fields
        self._verify(annotations)
        self._checks = (*self._residuals(annotations), *map(self._check, rules))
        types = tuple(annotations.values())
        self._rows: TypeAdapter[list[Row]] = TypeAdapter(list[tuple[types]])  # type: ignore[valid-type]
        self._row: TypeAdapter[Row] = TypeAdapter(tuple[types])  # type: ignore[valid-type]

    @property
    def name(self) -> str:
        """The name of its table."""
        return self.table.name

    def validate(self, provider: str, rows: Sequence[Row]) -> list[Row]:
        """Return ``rows`` as the table takes them, in canonical form and under the name of ``provider``.

        Raise IntakeError with every error of every row.
        """
        try:
            valid = self._rows.validate_python(list(rows), strict=True)
        except ValidationError as error:
            raise IntakeError(self._explained(error, rows)) from None
        if not all(check.all_pass(valid) for check in self._checks):
            raise IntakeError(list(self._failures(enumerate(valid))))
        return [(*row, provider) for row in valid] if self.published else valid

    def _explained(self, error: ValidationError, rows: Sequence[Row]) -> list[Problem]:
        problems = []
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            number, place = (*each["loc"], None, None)[:2]
            field = self.fields[place] if isinstance(place, int) and place < len(self.fields) else "record"
            message = each["msg"].removeprefix("Value error, ")
            problems.append(Problem(self.name, int(number or 0), field, message))
        wrong = {problem.number for problem in problems}
        right = ((n, self._row.validate_python(row, strict=True)) for n, row in enumerate(rows) if n not in wrong)
        return sorted([*problems, *self._failures(right)], key=lambda problem: problem.number)

    def _failures(self, rows: Iterator[tuple[int, Row]]) -> Iterator[Problem]:
        for number, row in rows:
            for check in self._checks:
                if not check.all_pass([row]):
                    yield Problem(self.name, number, check.field, f"expected {check.expected}")

    def _check(self, rule: Rule) -> _Check:
        holds = rule.holds
        read = itemgetter(*map(self.fields.index, rule.fields))
        return _Check(rule.fields[0], rule.expected, read, lambda values: not holds(*values))

    def _residuals(self, annotations: dict[str, Any]) -> Iterator[_Check]:
        for place, (field, annotation) in enumerate(annotations.items()):
            optional = type(None) in get_args(annotation)
            for metadata in _metadata(annotation):
                if isinstance(metadata, Residual):
                    oddity = metadata.oddity()
                    fails = _unless_none(oddity) if optional else oddity
                    yield _Check(field, metadata.expected, itemgetter(place), fails)

    def _verify(self, annotations: dict[str, Any]) -> None:
        if set(self.columns) != set(self.table.c.keys()):
            differing = ", ".join(sorted(set(self.columns) ^ set(self.table.c.keys())))
            raise TypeError(f"the record {self.name} and its table differ in {differing}")
        for field, annotation in annotations.items():
            optional = type(None) in get_args(annotation)
            if optional != bool(self.table.c[field].nullable):
                raise TypeError(f"{self.name}.{field} is optional on one side only")


def _metadata(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for argument in get_args(annotation):
        yield from getattr(argument, "__metadata__", ())


def _unless_none(oddity: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: value is not None and oddity(value)
