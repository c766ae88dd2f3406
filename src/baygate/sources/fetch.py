"""A fetch: what the gateway asks of one source, in that source's own schema.

Values of arguments stay symbolic (``Literal``, ``Variable``, ``ListOf``): a plan is made once and bound many times.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from baygate.access.decision import ByProvider, Decision, Rows


@dataclass(frozen=True)
class Literal:
    """A value written in the document, already coerced."""

    value: Any


@dataclass(frozen=True)
class Variable:
    """A value that comes with the request: a variable's name, then keys into its input objects."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    """A list written in the document, with variables among its items."""

    items: "tuple[Value, ...]"


@dataclass(frozen=True)
class ObjectOf:
    """An object of any shape written in the document, with variables among its values."""

    fields: "Mapping[str, Value]"


Value = Literal | Variable | ListOf | ObjectOf


def resolved(value: Value, variables: Mapping[str, Any]) -> Any:
    """Return what a value is for the request that brings ``variables``."""
    match value:
        case Literal(value=constant):
            return constant
        case ListOf(items=items):
            return [resolved(item, variables) for item in items]
        case ObjectOf(fields=fields):
            return {name: resolved(each, variables) for name, each in fields.items()}
    found: Any = variables
    for step in value.path:
        found = found[step]
    return found


Argument = Value | Mapping[str, Value]
"""An argument's value; an input object is a mapping of those of its keys that are present and not null."""

TYPENAME = "__typename"


@dataclass(frozen=True)
class Selected:
    """One response key of one concrete type: the field behind it, and what is decided about it, per provider.

    ``moved`` is its name in the merged answer of several sources, where that cannot be its key.
    """

    key: str
    field: str
    arguments: Mapping[str, Argument]
    selection: "Selection | None"
    decisions: ByProvider[Decision] | None = None
    moved: str | None = None

    @property
    def name(self) -> str:
        """Its name in the merged answer of several sources."""
        return self.moved or self.key

    @property
    def withheld(self) -> bool:
        """Nothing is selected here: the answer is null for every provider."""
        return self.decisions is not None and all(each.withheld for each in self.decisions.every())


@dataclass(frozen=True)
class Selection:
    """What is selected on a type: for each concrete type that it can be, the response keys in order.

    ``min_cell`` is the least number of rows that a count of them may tell.
    """

    type: str
    fields: Mapping[str, tuple[Selected, ...]]
    rows: Mapping[str, ByProvider[Rows]] = field(default_factory=dict)
    min_cell: int = 0

    def __iter__(self) -> Iterator[Selected]:
        for selected in self.fields.values():
            yield from selected


@dataclass(frozen=True)
class Fetch:
    """One question to one source.

    ``inputs`` names the keys of entity representations, if the fetch runs over a set of them
    (Apollo Federation, ``Query._entities``); without them it starts at ``Query``. ``merged`` if what it brings is
    merged with the answers of other sources.
    """

    source: str
    selection: Selection
    inputs: tuple[str, ...] = ()
    merged: bool = False
