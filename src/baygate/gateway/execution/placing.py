"""Where errors of sources belong in the answer: paths in fetches become paths in what the caller asked for.

Inside a list that many objects stand in, a failed fetch has one error, on the list, as withheld fields have.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from baygate.gateway.execution.objects import Object, Represented
from baygate.gateway.planning.federation.fetch_plan import FederatedFetch, Place
from baygate.sources.fetch import TYPENAME, Selection
from baygate.sources.remote.failure import SourceFailed

Path = list[str | int]
Asked = Mapping[str, tuple[FederatedFetch, Represented | None]]
"""The fetches of a request, with the entities that they are for, by their keys in its answer."""


class Placing:
    """Knows what the caller asked for, and so which parts of a path he can see."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

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
        source = next(iter(asked.values()))[0].graph.name
        return [
            {
                "message": each["message"],
                **_at(self._visible(path)),
                "extensions": {**_extensions(each), "source": source},
            }
            for each in errors
            for path in self._paths(asked, each.get("path") or [], answer)
        ]

    def _paths(self, asked: Asked, path: Path, answer: Object) -> Iterator[Path]:
        """Yield where an error belongs: one that says nothing of that, wherever its request is for."""
        key = path[0] if path else None
        fetch, represented = asked.get(key if isinstance(key, str) else "", next(iter(asked.values())))
        if represented is None:
            yield path or _to_the_list(answer, fetch.places[0].place)
            return
        index = path[1] if len(path) > 1 and key in asked else None
        if isinstance(index, int) and 0 <= index < len(represented.objects):
            for each in represented.objects[index]:
                places = (where.place for where in fetch.places)
                found = next((steps for place in places for steps in _whereabouts(answer, place, each)), [])
                yield [*found, *path[2:]]
        else:
            fetches = [fetch] if key in asked else [each for each, _ in asked.values()]
            yield from (_to_the_list(answer, where.place) for each in fetches for where in each.places)

    def _visible(self, path: Path) -> Path:
        """Return a path up to the last step that the caller asked for."""
        seen: Path = []
        selections = [self._selection]
        for step in path:
            if isinstance(step, str):
                fields = [each for selection in selections for each in selection if each.key == step]
                if not fields:
                    return seen
                selections = [each.selection for each in fields if each.selection]
            seen.append(step)
        return seen


def _at(path: Path) -> dict[str, Any]:
    return {"path": path} if path else {}


def _extensions(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a source says of its error; codes are told, traces are not."""
    given = error.get("extensions")
    code = given.get("code") if isinstance(given, dict) else None
    return {"code": code if isinstance(code, str) else "SOURCE_ERROR"}


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


def _whereabouts(answer: Any, place: Place, wanted: Object) -> Iterator[Path]:
    """Yield the path of one object in a place."""
    if answer is wanted and not place:
        yield []
    elif isinstance(answer, dict) and place:
        (name, type_name), *rest = place
        for found in _opened(answer.get(name)):
            value, steps = found
            if type_name is None or value.get(TYPENAME) == type_name:
                yield from ([name, *steps, *more] for more in _whereabouts(value, tuple(rest), wanted))


def _opened(value: Any) -> Iterator[tuple[Object, Path]]:
    if isinstance(value, dict):
        yield value, []
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((each, [index, *steps]) for each, steps in _opened(item))
