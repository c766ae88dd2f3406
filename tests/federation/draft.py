"""A distribution in the making: types and fields put into sources one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.federation.declared import Subgraph


@dataclass
class DraftField:
    type: str
    arguments: str = ""
    directives: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join([f"{self.arguments}: {self.type}", *self.directives])

    @property
    def external(self) -> bool:
        return "@external" in self.directives

    @property
    def named(self) -> str:
        return self.type.strip("[]!")


@dataclass
class DraftType:
    kind: str = "type"
    directives: list[str] = field(default_factory=list)
    fields: dict[str, DraftField] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)

    def sdl(self, name: str) -> str:
        directives = " ".join(self.directives)
        if self.kind == "union":
            return f"union {name} = {' | '.join(self.members)}"
        if self.kind == "enum":
            return f"enum {name} {{ {' '.join(self.members)} }}"
        implements = f" implements {' & '.join(self.interfaces)}" if self.interfaces else ""
        lines = "\n".join(f"  {each}{declared}" for each, declared in self.fields.items())
        return f"{self.kind} {name}{implements} {directives} {{\n{lines}\n}}"


@dataclass(frozen=True)
class KeyDraft:
    """A key that an entity may have: its field set, and the fields of which it is made."""

    fields: str
    types: tuple[tuple[str, str], ...]


@dataclass
class Entity:
    name: str
    keys: dict[str, list[KeyDraft]]
    """By source that has fields of it, the keys by which it is entered there."""

    @property
    def sources(self) -> list[str]:
        return list(self.keys)

    @property
    def key_fields(self) -> set[str]:
        return {name for keys in self.keys.values() for key in keys for name, _ in key.types}

    def first_key(self) -> KeyDraft:
        return next(iter(self.keys.values()))[0]


@dataclass
class Draft:
    sources: dict[str, dict[str, DraftType]]
    entities: dict[str, Entity] = field(default_factory=dict)
    values: dict[str, dict[str, DraftField]] = field(default_factory=dict)
    """Value types that a source knows wholly or not at all."""
    split: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Value types of which each source knows some fields."""

    def subgraphs(self) -> tuple[Subgraph, ...]:
        return tuple(
            Subgraph(name, "\n".join(declared.sdl(each) for each, declared in types.items()))
            for name, types in self.sources.items()
            if types
        )

    def know(self, source: str, name: str) -> None:
        """Make a source know a value type, or an entity by its key alone."""
        types = self.sources[source]
        if name in types:
            return
        if name in self.values:
            types[name] = DraftType(directives=["@shareable"])
            for each, declared in self.values[name].items():
                types[name].fields[each] = DraftField(declared.type, declared.arguments)
                self.know(source, declared.named)
        elif name in self.entities:
            key = self.entities[name].first_key()
            types[name] = DraftType()
            self.add_key(source, name, key, resolvable=False)
        elif name == COLOUR:
            types[name] = DraftType("enum", members=["RED", "GREEN", "BLUE"])
        elif name == WHERE:
            types[name] = DraftType("input", fields={"n": DraftField("Int"), "text": DraftField("String")})

    def add_key(self, source: str, name: str, key: KeyDraft, *, resolvable: bool = True) -> None:
        declared = self.sources[source].setdefault(name, DraftType())
        declared.directives.append(f'@key(fields: "{key.fields}"{"" if resolvable else ", resolvable: false"})')
        for each, of in key.types:
            declared.fields[each] = DraftField(of)
            self.know(source, of.strip("!"))

    def put(self, source: str, name: str, each: str, declared: DraftField) -> None:
        """Add a field to a type in a source, which gets to know what the field speaks of."""
        self.sources[source].setdefault(name, DraftType()).fields[each] = declared
        self.know(source, declared.named)
        for known in (COLOUR, WHERE):
            if known in declared.arguments:
                self.know(source, known)

    def declared(self, name: str, each: str) -> Iterator[tuple[str, DraftField]]:
        """The sources that declare a field."""
        for source, types in self.sources.items():
            if name in types and each in types[name].fields:
                yield source, types[name].fields[each]

    def owned(self, name: str) -> dict[str, list[str]]:
        """The fields of a type, and the sources that own them."""
        owned: dict[str, list[str]] = {}
        for source, types in self.sources.items():
            for each, declared in types[name].fields.items() if name in types else ():
                if not declared.external:
                    owned.setdefault(each, []).append(source)
        return owned


COLOUR = "Colour"
WHERE = "Where"
