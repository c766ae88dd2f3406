"""The GraphQL document of a fetch, in its subgraph's own schema: every argument a variable, fragments where needed.

Two fields of one name on types that only fragments tell apart must have the same shape (specification 5.3.2, "Field
Selection Merging"), which holds in the supergraph and need not hold in a subgraph: there one of them gets an alias.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from baygate.gateway.planning.federation.expected import Expected
from baygate.gateway.planning.federation.fetch_plan import Asked, FederatedFetch, Node, Request
from baygate.sources.fetch import TYPENAME, Value
from baygate.sources.supergraph.model import Federation, Kind, Presence


@dataclass(frozen=True)
class Renamed:
    """What is called otherwise on the way: aliases and names at one level, and further down by name."""

    aliases: Mapping[str, str]
    below: "Mapping[str, Renamed]"


@dataclass(frozen=True)
class Part:
    """A fetch in a document: ``key`` is that of its list of entities in the answer, ``variable`` that of those asked.

    Both are empty for a fetch of root fields, which is all of its document.
    """

    fetch: FederatedFetch
    key: str
    variable: str
    expected: Expected
    renamed: Renamed | None


@dataclass(frozen=True)
class Document:
    """A document's text, the values of its variables, and the fetches in it."""

    text: str
    variables: Mapping[str, Value]
    parts: tuple[Part, ...]


def parts_of(request: Request) -> tuple[Part, ...]:
    """Return the fetches of a request as they stand in its document."""
    parts = []
    for number, each in enumerate(request.fetches):
        _disambiguate(each.node.owner_types.values())
        several = str(number) if number else ""
        key, variable = (f"_entities{several}", f"representations{several}") if each.of_entities else ("", "")
        parts.append(Part(each, key, variable, Expected.of(each.node), _renamed(each.node)))
    return tuple(parts)


def document(request: Request, federation: Federation) -> Document:
    """Return the document of a request."""
    return _Printer(request, federation).document()


class _Printer:
    def __init__(self, request: Request, federation: Federation) -> None:
        self._request = request
        self._federation = federation
        self._variables: dict[str, tuple[str, Value]] = {}

    def document(self) -> Document:
        parts = parts_of(self._request)
        selections = [self._part(each) for each in parts]
        declared = [f"${each.variable}: [_Any!]!" for each in parts if each.variable]
        declared += [f"${name}: {type_}" for name, (type_, _) in self._variables.items()]
        operation = self._request.operation
        head = f"{operation}({', '.join(declared)}) " if declared else f"{operation} "
        text = f"{head if head.strip() != 'query' else ''}{{ {' '.join(selections)} }}"
        return Document(text, {name: value for name, (_, value) in self._variables.items()}, parts)

    def _part(self, part: Part) -> str:
        node = part.fetch.node
        if not part.key:
            ((owner, fields),) = node.owner_types.items()
            return self._fields(owner, fields)
        alias = "" if part.key == "_entities" else f"{part.key}: "
        return f"{alias}_entities(representations: ${part.variable}) {self._entities(part.fetch, node)}"

    def _entities(self, fetch: FederatedFetch, node: Node) -> str:
        parts = []
        for owner, fields in node.owner_types.items():
            typename = [TYPENAME] if node.typename else []
            parts.append(f"... on {owner} {{ {' '.join([*typename, self._fields(owner, fields)]).strip()} }}")
        if node.typename and not node.owner_types:
            parts.append(TYPENAME)
        if node.typename:
            names = [each.typename for each in fetch.representations.values()]
            parts += [f"... on {each} {{ {TYPENAME} }}" for each in names if each not in node.owner_types]
        return f"{{ {' '.join(parts)} }}"

    def _fields(self, owner: str, fields: Mapping[str, Asked]) -> str:
        return " ".join(self._field(owner, each) for each in fields.values())

    def _field(self, owner: str, asked: Asked) -> str:
        name = asked.alias or asked.name
        text = asked.field if name == asked.field else f"{name}: {asked.field}"
        arguments = [f"{given}: {self._argument(owner, asked, given)}" for given in asked.arguments]
        if arguments:
            text += f"({', '.join(arguments)})"
        return text if asked.below is None else f"{text} {self._node(asked.below)}"

    def _argument(self, owner: str, asked: Asked, name: str) -> str:
        type_ = self._federation.argument_type(owner, asked.field, name)
        value = asked.arguments[name]
        assert not isinstance(value, Mapping)  # noqa: S101 - in plans across sources arguments are whole values
        for variable, known in self._variables.items():
            if known == (type_, value):
                return f"${variable}"
        variable = f"v{len(self._variables)}"
        self._variables[variable] = (type_, value)
        return f"${variable}"

    def _node(self, node: Node) -> str:
        presence = self._federation.presence(self._request.graph, node.type)
        plain, fragments = self._split(node, presence)
        parts = [TYPENAME] if node.typename or not any(node.owner_types.values()) else []
        if plain:
            parts.append(plain)
        parts += fragments
        return f"{{ {' '.join(parts)} }}"

    def _split(self, node: Node, presence: Presence | None) -> tuple[str, list[str]]:
        """Return what is asked of all values alike, and the fragments on single types."""
        asked = {owner: fields for owner, fields in node.owner_types.items() if fields}
        if not asked:
            return "", []
        if set(asked) == {node.type}:
            return self._fields(node.type, asked[node.type]), []
        if self._alike(asked, presence):
            return self._fields(node.type, next(iter(asked.values()))), []
        own = asked.pop(node.type, None)
        fragments = [f"... on {owner} {{ {self._fields(owner, fields)} }}" for owner, fields in asked.items()]
        return (self._fields(node.type, own) if own else ""), fragments

    def _alike(self, asked: Mapping[str, Mapping[str, Asked]], presence: Presence | None) -> bool:
        """Whether the same is asked of all types, of fields which the interface itself has there."""
        if presence is None or presence.kind is not Kind.INTERFACE or set(asked) != set(presence.possible):
            return False
        first, *others = asked.values()
        if any(other != first for other in others):
            return False
        return all(
            each.field in presence.fields and presence.fields[each.field].type == each.type for each in first.values()
        )


def _disambiguate(sets: Iterable[Mapping[str, Asked]]) -> None:
    """Give aliases to fields that could not merge with others of their name."""
    by_name: dict[str, list[Asked]] = {}
    for each in sets:
        for name, one in each.items():
            by_name.setdefault(name, []).append(one)
    for name, all_asked in by_name.items():
        shapes = dict.fromkeys(_shape(each) for each in all_asked)
        for number, shape in enumerate(shapes):
            of_shape = [each for each in all_asked if _shape(each) == shape]
            for one in of_shape if number else ():
                one.alias = f"_{number}__{name}"
            _disambiguate(fields for one in of_shape if one.below for fields in one.below.owner_types.values())


def _shape(asked: Asked) -> str:
    """Return what must be the same for two fields to merge: lists, bangs, and for leaves the type."""
    if asked.below is None:
        return asked.type
    return "".join(each for each in asked.type if each in "[]!")


def _renamed(node: Node) -> Renamed | None:
    aliases: dict[str, str] = {}
    below: dict[str, Renamed] = {}
    for asked in _all(node):
        if asked.alias:
            aliases[asked.alias] = asked.name
        inside = _renamed(asked.below) if asked.below else None
        if inside:
            below[asked.alias or asked.name] = inside
    return Renamed(aliases, below) if aliases or below else None


def _all(node: Node) -> Iterator[Asked]:
    for fields in node.owner_types.values():
        yield from fields.values()
