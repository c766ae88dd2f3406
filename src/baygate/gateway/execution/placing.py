"""Where errors of sources belong in the answer: paths in fetches become paths in what the caller asked for.

Inside a list that many objects stand in, a failed fetch has one error, on the list, as withheld fields have.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from baygate.gateway.execution import wording
from baygate.gateway.execution.completion import MOST_ERRORS
from baygate.gateway.execution.objects import Object, Represented
from baygate.gateway.planning.federation.fetch_plan import FederatedFetch, Place
from baygate.sources.fetch import TYPENAME, Selection
from baygate.sources.remote.failure import SourceFailed

Path = list[str | int]
Asked = Mapping[str, tuple[FederatedFetch, Represented | None]]
"""The fetches of a request, with the entities that they are for, by their keys in its answer."""


class Placing:
    """Knows what the caller asked for, and so which parts of a path he can see.

    ``frank`` says that callers may read messages as sources give them, whatever these tell.
    """

    def __init__(self, selection: Selection, *, frank: bool = False) -> None:
        self._selection = selection
        self._frank = frank

    def failed(self, fetch: FederatedFetch, failed: SourceFailed, answer: Object) -> list[dict[str, Any]]:
        """Return the errors of a fetch that failed: one for each place in the query."""
        extensions = {"code": "SOURCE_FAILED", "source": failed.source, "kind": str(failed.kind)}
        if fetch.of_entities:
            paths = [_to_the_list(answer, where.place) for where in fetch.places]
        else:
            asked = next(iter(fetch.node.owner_types.values()), {})
            paths = [[*_to_the_list(answer, fetch.places[0].place), name] for name in asked]
        return [{"message": str(failed), **_at(self._visible(path)), "extensions": extensions} for path in paths]

    def placed(self, asked: Asked, errors: list[dict[str, Any]], answer: Object) -> list[dict[str, Any]]:
        """Return a source's errors with paths as the caller knows them, and their source named."""
        graph = next(iter(asked.values()))[0].graph
        whereabouts = _Whereabouts(asked, answer)
        placed = (
            {
                "message": each["message"] if self._frank else wording.message(each, graph),
                **_at(self._visible(path)),
                "extensions": {"code": wording.code(each), "source": graph.name},
            }
            for each in errors
            for path in whereabouts.paths(each.get("path") or [])
        )
        return list(islice(placed, MOST_ERRORS))

    def _visible(self, path: Path) -> Path:
        """Return a path up to the last step that the caller asked for."""
        seen: Path = []
        selections = [self._selection]
        for step in path:
            if isinstance(step, str):
                fields = [each for selection in selections for each in selection if each.name == step]
                if not fields:
                    return seen
                selections = [each.selection for each in fields if each.selection]
            seen.append(fields[0].key if isinstance(step, str) else step)
        return seen


def _at(path: Path) -> dict[str, Any]:
    return {"path": path} if path else {}


def _to_the_list(answer: Object, place: Place) -> Path:
    """Return the path of a place, up to the first list on the way."""
    path: Path = []
    here: Any = answer
    for name, _ in place:
        path.append(name)
        here = here.get(name) if isinstance(here, dict) else None
        if isinstance(here, list):
            break
    return path


class _Whereabouts:
    """Where in the answer the objects are that a request was for; looked up only if it brought errors."""

    def __init__(self, asked: Asked, answer: Object) -> None:
        self._asked = asked
        self._answer = answer
        self._known: dict[str, dict[int, list[Path]]] = {}

    def paths(self, path: Path) -> Iterator[Path]:
        """Yield where an error with this path belongs: one that says nothing of that, wherever its request is for."""
        key = path[0] if path else None
        fetch, represented = self._asked.get(key if isinstance(key, str) else "", next(iter(self._asked.values())))
        if represented is None:
            place = fetch.places[0].place
            outer = _to_the_list(self._answer, place)
            yield [*outer, *path] if len(outer) == len(place) else outer
            return
        index = path[1] if len(path) > 1 and isinstance(key, str) and key in self._asked else None
        found = self._of(key).get(index) if isinstance(key, str) and isinstance(index, int) else None
        if found:
            yield from ([*each, *path[2:]] for each in found)
        else:
            fetches = [fetch] if key in self._asked else [each for each, _ in self._asked.values()]
            yield from (_to_the_list(self._answer, where.place) for each in fetches for where in each.places)

    def _of(self, key: str) -> dict[int, list[Path]]:
        """Return the paths of a fetch's objects, by the index of the representation that stands for them."""
        known = self._known.get(key)
        if known is None:
            fetch, represented = self._asked[key]
            assert represented is not None  # noqa: S101 - a fetch with a key is for entities
            paths: dict[int, Path] = {}
            for where in fetch.places:
                for each, path in _walked(self._answer, where.place):
                    paths.setdefault(id(each), path)
            known = self._known[key] = {}
            for each, index in zip(represented.objects, represented.indices, strict=True):
                if id(each) in paths:  # what came meanwhile may stand where it was
                    known.setdefault(index, []).append(paths[id(each)])
        return known


def _walked(answer: Any, place: Place) -> Iterator[tuple[Object, Path]]:
    """Yield the objects in a place, each with its path."""
    if not place:
        yield answer, []
        return
    (name, type_name), *rest = place
    for value, steps in _opened(answer.get(name)):
        if type_name is None or value.get(TYPENAME) == type_name:
            yield from ((each, [name, *steps, *more]) for each, more in _walked(value, tuple(rest)))


def _opened(value: Any) -> Iterator[tuple[Object, Path]]:
    if isinstance(value, dict):
        yield value, []
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((each, [index, *steps]) for each, steps in _opened(item))
