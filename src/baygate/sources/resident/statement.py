"""A fetch compiled: the one SQL statement that answers it, in both its forms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg

from baygate.sources.binding import Binding
from baygate.sources.fetch import Fetch, Selection
from baygate.sources.resident.binder import binder
from baygate.sources.resident.canonical import kind_of
from baygate.sources.resident.facts import Facts, Marks
from baygate.sources.resident.inputs import InputRows, KeyPart, Parameters, Slot
from baygate.sources.resident.objects import Objects
from baygate.sources.resident.pace import Pace
from baygate.sources.resident.pages import Page
from baygate.sources.resident.text import joined

_DIALECT: sa.Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, eq=False)
class Statement:
    """SQL for asyncpg with what is bound to ``$1``, ``$2`` ..., and the connections whose cursors it emits.

    The single form returns one text; the set form rows of (ordinality, text). In the text are facts between ``marks``.
    """

    sql: str
    slots: tuple[Slot, ...]
    pages: tuple[Page, ...] = ()
    marks: Marks = field(default_factory=Marks.fresh)


class CompiledFetch:
    """A fetch from ``Query`` with its statement; the set form is compiled when requests first meet."""

    def __init__(self, fetch: Fetch, binding: Binding, *, coalesces: bool) -> None:
        self.fetch = fetch
        self.statement = single(fetch, binding)
        self.coalesces = coalesces and not all(slot.constant for slot in self.statement.slots)
        self.bind = binder(self.statement.slots)
        self.pace = Pace()
        self._binding = binding

    @cached_property
    def batch(self) -> Statement:
        """The statement for a set of requests."""
        return batched(self.fetch, self._binding, self.statement)

    @cached_property
    def _order(self) -> list[int]:
        return [self.statement.slots.index(slot) for slot in self.batch.slots]

    def in_batch(self, values: Sequence[Any]) -> list[Any]:
        """Return the values of the single form in the order in which the set form takes them."""
        return [values[position] for position in self._order]


def single(fetch: Fetch, binding: Binding) -> Statement:
    """Compile a fetch from ``Query`` for one request."""
    inputs = Parameters()
    objects = Objects(binding, inputs, Facts(Marks.fresh(), fetch.merged))
    return _rendered(sa.select(joined(objects.root(fetch.selection))), inputs.slots, objects)


def batched(fetch: Fetch, binding: Binding, alone: Statement) -> Statement:
    """Compile a fetch from ``Query`` for a set of requests; ``alone`` is its single form, with the same marks."""
    inputs = InputRows(alone.slots)
    objects = Objects(binding, inputs, Facts(alone.marks, fetch.merged))
    content = joined(objects.root(fetch.selection))
    return _rendered(sa.select(inputs.ordinality, content).select_from(inputs.rows), inputs.slots, objects)


def entities(fetch: Fetch, binding: Binding) -> Statement:
    """Compile a fetch over a set of entity representations, whose key fields are ``fetch.inputs``.

    Every slot of the statement comes in arrays of one length, those that are the same for the whole request too.
    """
    # the slots of a statement are known only once it is compiled: compile it once to learn them
    slots = tuple(_entity_objects(fetch, binding, Parameters())[1].inputs.slots)
    inputs = InputRows(slots)
    content, objects = _entity_objects(fetch, binding, inputs)
    return _rendered(sa.select(inputs.ordinality, content).select_from(inputs.rows), inputs.slots, objects)


def _entity_objects(
    fetch: Fetch, binding: Binding, inputs: Parameters | InputRows
) -> tuple[sa.ColumnElement[str], Objects]:
    objects = Objects(binding, inputs, Facts(Marks.fresh(), fetch.merged))
    owner = binding.concrete(fetch.selection.type)[0]
    entity: Selection = fetch.selection
    rope = objects.one(
        entity,
        inputs.froms(),
        lambda row: [
            row.field(owner, name) == inputs.take(Slot(KeyPart(position), kind_of(owner.column(name).type)))
            for position, name in enumerate(fetch.inputs)
        ],
    )
    return joined(rope), objects


def _rendered(query: sa.Select[tuple[object, ...]], slots: list[Slot], objects: Objects) -> Statement:
    compiled = query.compile(dialect=_DIALECT)
    order = [int(name.removeprefix("v")) for name in compiled.positiontup or ()]
    bound = tuple(slots[position] for position in order)
    return Statement(str(compiled), bound, tuple(objects.pages), objects.facts.marks)
