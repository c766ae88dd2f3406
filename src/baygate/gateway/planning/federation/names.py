"""Names in the merged answer: what a caller asks for stands under its response key, what is needed besides near it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain, count

from baygate.gateway.planning.federation.fetch_plan import Moved
from baygate.sources.fetch import TYPENAME, Argument, Selected, Selection

Path = tuple[str, ...]
Asked = tuple[str, Mapping[str, Argument]]


class Names:
    """Gives every field that is fetched its name, in each place of the merged answer.

    What is fetched for the plan serves the caller too where he asks for the same, unless it has to stand ``apart``.
    """

    def __init__(self, apart: Callable[[str, str], bool] = lambda *_: False) -> None:
        self.moved: dict[tuple[Path, str, str], str] = {}
        """What the caller asked for that does not stand under its response key: by place, type and key."""
        self._apart = apart
        self._taken: dict[Path, dict[str, dict[str, Asked | None]]] = {}

    def take(self, selection: Selection, path: Path = ()) -> None:
        """Reserve the caller's response keys, all the way down."""
        for owner, fields in selection.fields.items():
            known = self._taken.setdefault(path, {}).setdefault(owner, {})
            for each in fields:
                known[each.key] = None if self._apart(owner, each.field) else (each.field, each.arguments)
                if each.selection is not None:
                    self.take(each.selection, (*path, each.key))

    def of(self, path: Path, owner: str, needed: Selected) -> str:
        """Return under which name a field that the plan needs is fetched: the caller's, where he asks for the same."""
        if needed.field == TYPENAME:
            return TYPENAME
        here = self._taken.setdefault(path, {})
        own = here.setdefault(owner, {})
        asked = (needed.field, needed.arguments)
        for name, known in own.items():
            if known == asked:
                return name
        names = chain([needed.field], (f"_{number}_{needed.field}" for number in count()))
        name = next(each for each in names if all(known.get(each, asked) == asked for known in here.values()))
        own[name] = asked
        return name

    def clash(self, path: Path, selected: Selected) -> bool:
        """Whether in a place another field of another type has this one's response key."""
        asked = (selected.field, selected.arguments)
        return any(known.get(selected.key, asked) != asked for known in self._taken.get(path, {}).values())

    def move(self, path: Path, owner: str, selected: Selected) -> str:
        """Return another name for what the caller asked for, whose response key stands for something else.

        A source that knows objects by their interface alone gives a field of all of them, of those, too, of which he
        asked for another under the same key.
        """
        here = self._taken.setdefault(path, {})
        taken = {name for known in here.values() for name in known}
        name = next(each for number in count() if (each := f"_{number}_{selected.key}") not in taken)
        here.setdefault(owner, {})[name] = None
        self.moved[path, owner, selected.key] = name
        if selected.selection is not None:
            self.take(selected.selection, (*path, name))
        return name


def with_names(selection: Selection, moved: Moved, path: Path = ()) -> Selection:
    """Return a selection that knows under which names its values are."""
    if not moved:
        return selection
    fields = {}
    for owner, selected in selection.fields.items():
        named = [replace(each, moved=moved.get((path, owner, each.key))) for each in selected]
        fields[owner] = tuple(
            replace(each, selection=with_names(each.selection, moved, (*path, each.name))) if each.selection else each
            for each in named
        )
    return replace(selection, fields=fields)
