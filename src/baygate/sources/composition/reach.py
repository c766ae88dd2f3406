"""How far one gets with an object: the subgraphs that can be asked about it, and the fields that they give.

An object is held at a *position*: in a subgraph, as a type of it, by way of a path that may have ``@provides``. From
there one moves

- into any subgraph whose ``@key`` is resolvable, if the key's fields can be had from where one is or could move before,
- into an interface object, which stands for all that implement the interface, and from it only through the interface
  itself, since it does not know what the object is,
- between root types, freely.

A field with ``@requires`` is had only where what it requires is, and where one can come back into its subgraph by key.
What can be had depends on what can be reached and the other way about, so both grow together to the least fixed point.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from baygate.sources.composition.federation import Declaration, Federation, Standing
from baygate.sources.composition.field_sets import FieldOf, FieldSet
from baygate.sources.composition.model import ROOTS, Field, Key, Kind, SubgraphSchema, Type

TYPENAME = "__typename"


@dataclass(frozen=True)
class Position:
    """Where an object is held."""

    object: str
    """What it is in the supergraph."""

    graph: str
    type: str
    """As what the subgraph knows it: itself, or an interface object."""

    provided: FieldSet = ()
    """What the path here gives beside the subgraph's own fields."""

    @property
    def told(self) -> bool:
        """The subgraph knows which object it is."""
        return self.type == self.object


@dataclass(frozen=True)
class Entrance:
    """A way into a subgraph by a key."""

    position: Position
    by: str
    """The type whose key it is; another one than the position's if it is the object's interface."""

    key: Key


class Reach:
    """Answers from where one can have what; ``labelled`` says whether fields with labels have already been moved."""

    def __init__(self, federation: Federation, *, labelled: bool) -> None:
        self._federation = federation
        self._labelled = labelled
        self._schemas = {each.graph: each for each in federation.schemas}
        self._entrances: dict[str, tuple[Entrance, ...]] = {}
        self._settled: dict[Position, frozenset[Position]] = {}
        self._growing: dict[Position, set[Position]] = {}
        self._settling = False
        self._underway: set[tuple[Position, str, frozenset[Position]]] = set()
        """Fields whose requirements are being looked for: one that requires itself is not had."""

    def around(self, start: Position) -> frozenset[Position]:
        """Return every position that can be reached with the object held at one, itself included."""
        if start in self._settled:
            return self._settled[start]
        self._growing.setdefault(start, {start})
        if not self._settling:
            self._settle()
            return self._settled[start]
        return frozenset(self._growing[start])

    def landings(self, reached: Iterable[Position], field: str) -> set[Position]:
        """Return where one gets by a field from positions of one object."""
        held = tuple(reached)
        return {landing for each in held for landing in self._landings(each, field, held)}

    def has(self, reached: Iterable[Position], field: str) -> bool:
        """Whether a field can be had from positions of one object."""
        held = tuple(reached)
        return any(self._resolving(each, field, held) for each in held)

    def holds(self, reached: Iterable[Position], selection: FieldSet) -> bool:
        """Whether all of a selection can be had from positions of one object."""
        held = tuple(reached)
        return all(self._holds(held, each.name, each.below) for each in self._fields(held[0].object, selection))

    def declaration(self, position: Position, field: str) -> Declaration | None:
        """Return a field as the subgraph at a position declares it."""
        found = self._federation.declarations(position.type, field)
        return next((each for each in found if each.schema.graph == position.graph), None)

    def entrances(self, name: str) -> tuple[Entrance, ...]:
        """Return every way into a subgraph with an object."""
        if name not in self._entrances:
            self._entrances[name] = tuple(
                entrance for schema in self._schemas.values() for entrance in self._ways_in(schema, name)
            )
        return self._entrances[name]

    def provided_below(self, position: Position, field: str) -> FieldSet | None:
        """Return what the path provides below a field, or none if it does not provide the field."""
        found = [each.below for each in self._fields(position.object, position.provided) if each.name == field]
        return tuple(one for below in found for one in below) if found else None

    def known(self, reached: Iterable[Position], by: str) -> bool:
        """Whether one can say what the object is to whoever asks for it as ``by``."""
        return any(each.told or each.type == by for each in reached)

    def _settle(self) -> None:
        self._settling = True
        before = -1
        while before != (before := self._size()):
            for start in tuple(self._growing):
                self._grow(start)
        self._settled.update({start: frozenset(found) for start, found in self._growing.items()})
        self._growing.clear()
        self._settling = False

    def _size(self) -> int:
        return len(self._growing) + sum(map(len, self._growing.values()))

    def _grow(self, start: Position) -> None:
        reached = self._growing[start]
        if start.object in ROOTS:
            reached.update(
                Position(start.object, graph, start.object)
                for graph, schema in self._schemas.items()
                if start.object in schema.types
            )
            return
        for entrance in self.entrances(start.object):
            if (
                entrance.position not in reached
                and self.known(reached, entrance.by)
                and self.holds(reached, entrance.key.fields)
            ):
                reached.add(entrance.position)

    def _ways_in(self, schema: SubgraphSchema, name: str) -> Iterator[Entrance]:
        for by in (name, *sorted(self._federation.interfaces(name))):
            type_ = schema.types.get(by)
            if type_ is None:
                continue
            known_as = by if type_.interface_object else name
            if known_as == by or name in schema.possible.get(by, ()):
                position = Position(name, schema.graph, known_as)
                yield from (Entrance(position, by, key) for key in type_.keys if key.resolvable)

    def _holds(self, held: tuple[Position, ...], field: str, below: FieldSet) -> bool:
        if field == TYPENAME:
            return True
        if not below:
            return self.has(held, field)
        gained = [set(self._landings(each, field, held)) for each in held if self._resolving(each, field, held)]
        beneath: dict[str, set[Position]] = {}
        for landing in set[Position]().union(*gained):
            beneath.setdefault(landing.object, set()).update(self.around(landing))
        held_below = {name for name, positions in beneath.items() if self.holds(positions, below)}
        return any({each.object for each in landings} <= held_below for landings in gained)

    def _fields(self, name: str, selection: FieldSet) -> Iterator[FieldOf]:
        for each in selection:
            if isinstance(each, FieldOf):
                yield each
            elif name in self._federation.possible.get(each.type, ()):
                yield from self._fields(name, each.below)

    def _landings(self, position: Position, field: str, held: tuple[Position, ...]) -> Iterator[Position]:
        declaration = self._resolving(position, field, held)
        if declaration is None:
            return
        provided = (*declaration.field.provides, *(self.provided_below(position, field) or ()))
        schema = declaration.schema
        for name in schema.possible.get(declaration.field.type.name, ()):
            stands_for = self._federation.possible.get(name, ()) if _is_for_all(schema.types[name]) else (name,)
            yield from (Position(each, schema.graph, name, provided) for each in stands_for)

    def _resolving(self, position: Position, field: str, held: tuple[Position, ...]) -> Declaration | None:
        declaration = self.declaration(position, field)
        if declaration is None:
            return None
        if self.provided_below(position, field) is not None:
            return declaration
        if not self.resolves(declaration):
            return None
        if declaration.field.requires and not self._meets(position, declaration.field, held):
            return None
        return declaration

    def _meets(self, position: Position, field: Field, held: tuple[Position, ...]) -> bool:
        asked = (position, field.name, frozenset(held))
        if asked in self._underway:
            return False
        self._underway.add(asked)
        met = self.holds(held, field.requires) and self.can_return(position, held)
        self._underway.remove(asked)
        return met

    def resolves(self, declaration: Declaration) -> bool:
        """Whether its subgraph can be asked for a field, in this state of the labels."""
        if declaration.standing is not Standing.RESOLVES:
            return False
        override = declaration.field.override
        arriving = override is not None and override.label is not None and self._overrides(override.source)
        return not (declaration.leaving if self._labelled else arriving)

    def _overrides(self, source: str) -> bool:
        return any(each.name == source for each in self._federation.schemas)

    def can_return(self, position: Position, held: tuple[Position, ...]) -> bool:
        """Whether one can come (back) into a position's subgraph with what was required."""
        return any(
            entrance.position.graph == position.graph
            and entrance.position.type == position.type
            and self.holds(held, entrance.key.fields)
            for entrance in self.entrances(position.object)
        )


def _is_for_all(type_: Type) -> bool:
    return type_.kind is Kind.OBJECT and type_.interface_object
