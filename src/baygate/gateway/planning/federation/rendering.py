"""A plan across sources for people: which requests are made, in what order, for which places, and why.

A place is written as the answer's path to it: ``[]`` for each level of lists, ``<Type>`` where only objects of one
concrete type are meant.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import parse, print_ast

from baygate.gateway.planning.federation.document import Document
from baygate.gateway.planning.federation.fetch_plan import FederatedFetch, Need, Node, Place, Representation, Request
from baygate.sources.supergraph.model import Federation

Planned = tuple[Request, Document]
Question = Callable[[Request, Document], str]
"""Shows what a request asks its source."""


@dataclass(frozen=True)
class Entered:
    """How objects of one type are referred to: by which key, and what is sent along because fields require it."""

    type: str
    key: str
    requires: str

    def __str__(self) -> str:
        return f"{self.type} {{ {f'{self.key} {self.requires}'.strip()} }}"


@dataclass(frozen=True)
class Part:
    """One fetch of a request: the root type, or the objects in some places."""

    places: tuple[str, ...]
    entered: tuple[Entered, ...]
    fields: tuple[str, ...]
    """As coordinates: what the source gives of these objects."""
    requiring: tuple[str, ...]
    """Those of the fields that the source computes from what other sources have."""


@dataclass(frozen=True)
class Step:
    """One request; ``number`` counts from 1, ``after`` are the numbers of those that must be over."""

    number: int
    source: str
    operation: str
    after: tuple[int, ...]
    parts: tuple[Part, ...]
    question: str

    @property
    def why(self) -> list[str]:
        """Say in a few words what this request is for."""
        return [reason for part in self.parts for reason in _reasons(self.source, part)]


def graphql(_: Request, document: Document) -> str:
    """Return a request's document, indented."""
    return print_ast(parse(document.text, no_location=True))


def steps(planned: Sequence[Planned], federation: Federation, question: Question = graphql) -> tuple[Step, ...]:
    """Return a plan's requests as they are to be shown; ``question`` says how what they ask is."""
    lists = _Lists(request for request, _ in planned)
    return tuple(
        Step(
            request.id + 1,
            request.graph.name,
            request.operation,
            tuple(sorted(each + 1 for each in request.after)),
            tuple(_part(each, federation, lists) for each in request.fetches),
            question(request, document),
        )
        for request, document in planned
    )


def as_text(shown: Sequence[Step]) -> str:
    """Return a plan as a tree, each request below the last of those that it waits for."""
    if not shown:
        return "No source is asked: the gateway answers this by itself."
    return "\n".join(_tree(shown))


def as_json(shown: Sequence[Step]) -> list[dict[str, Any]]:
    """Return a plan as JSON has it."""
    return [
        {
            "number": step.number,
            "source": step.source,
            "operation": step.operation,
            "after": list(step.after),
            "why": step.why,
            "fetches": [_json_part(each) for each in step.parts],
            "document": step.question,
        }
        for step in shown
    ]


class _Lists:
    """How many levels of lists there are at each path of the answer, as the requests' own fields say."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._levels: dict[tuple[str, ...], int] = {}
        for request in requests:
            for fetch in request.fetches:
                for where in fetch.places:
                    self._take(tuple(name for name, _ in where.place), fetch.node)

    def _take(self, path: tuple[str, ...], node: Node) -> None:
        for fields in node.owner_types.values():
            for name, asked in fields.items():
                self._levels.setdefault((*path, name), asked.type.count("["))
                if asked.below is not None:
                    self._take((*path, name), asked.below)

    def written(self, place: Place) -> str:
        """Return a place as people read it."""
        segments: list[str] = []
        path: tuple[str, ...] = ()
        for name, type_ in place:
            path = (*path, name)
            condition = f"<{type_}>" if type_ else ""
            segments.append(f"{name}{'[]' * self._levels.get(path, 0)}{condition}")
        return ".".join(segments)


def _part(fetch: FederatedFetch, federation: Federation, lists: _Lists) -> Part:
    fields, requiring = [], []
    for owner, asked in fetch.node.owner_types.items():
        for name in dict.fromkeys(each.field for each in asked.values()):
            coordinate = f"{owner}.{name}"
            fields.append(coordinate)
            if _requires(federation, fetch, owner, name):
                requiring.append(coordinate)
    if fetch.node.typename:
        fields.append("__typename")
    places = dict.fromkeys(lists.written(each.place) for each in fetch.places if each.place)
    entered = tuple(map(_entered, fetch.representations.values()))
    return Part(tuple(places), entered, tuple(fields), tuple(requiring))


def _requires(federation: Federation, fetch: FederatedFetch, owner: str, name: str) -> bool:
    return any(
        each.graph is fetch.graph and name in each.fields and each.fields[name].requires is not None
        for each in federation.presences.get(owner, ())
    )


def _entered(representation: Representation) -> Entered:
    needs = representation.needs
    key, more = needs[: representation.keys], needs[representation.keys :]
    return Entered(representation.typename, _field_set(key), _field_set(more))


def _field_set(needs: Iterable[Need]) -> str:
    return " ".join(dict.fromkeys(map(_need, needs)))


def _need(need: Need) -> str:
    if need.below is None:
        return need.field
    inner = dict.fromkeys(filter(None, map(_field_set, need.below.values())))
    return f"{need.field} {{ {' '.join(inner)} }}"


def _reasons(source: str, part: Part) -> Iterator[str]:
    yield f"{', '.join(part.fields)} from {source}"
    for each in part.entered:
        yield f"{each.type} is entered by its key {each.key}" if each.key else f"{each.type} is entered without a key"
        if each.requires:
            verb = "requires" if len(part.requiring) == 1 else "require"
            yield f"{', '.join(part.requiring)} {verb} {each.requires}"


def _json_part(part: Part) -> dict[str, Any]:
    return {
        "places": list(part.places),
        "representations": [{"type": each.type, "key": each.key, "requires": each.requires} for each in part.entered],
        "fields": list(part.fields),
    }


def _tree(shown: Sequence[Step]) -> Iterator[str]:
    below: dict[int, list[Step]] = {}
    levels: Mapping[int, int] = _levels(shown)
    for step in shown:
        last = max(step.after, key=lambda each: (levels[each], each), default=0)
        below.setdefault(last, []).append(step)
    for number, root in enumerate(below.get(0, ())):
        yield from ([""] if number else [])
        yield from _branch(root, below)


def _levels(shown: Sequence[Step]) -> dict[int, int]:
    """Return for each request how many have to be over before it, one after the other; each stands after those."""
    levels: dict[int, int] = {}
    for step in shown:
        levels[step.number] = 1 + max((levels[each] for each in step.after), default=-1)
    return levels


def _branch(step: Step, below: Mapping[int, list[Step]]) -> Iterator[str]:
    following: Sequence[Step] = below.get(step.number, ())
    yield from _own(step, "│  " if following else "   ")
    for each in following:
        last = each is following[-1]
        yield "│"
        for number, line in enumerate(_branch(each, below)):
            stem = ("└─ " if last else "├─ ") if number == 0 else ("   " if last else "│  ")
            yield f"{stem}{line}".rstrip()


def _own(step: Step, stem: str) -> Iterator[str]:
    after = f" after {', '.join(map(str, step.after))}" if step.after else ""
    yield f"{step.number}. {step.source}{after}"
    for part in step.parts:
        yield from (f"{stem}at    {place}" for place in part.places)
        yield from (f"{stem}with  {entered}" for entered in part.entered)
        for reason in _reasons(step.source, part):
            yield f"{stem}why   {reason}"
    for line in step.question.splitlines():
        yield f"{stem}  {line}"
