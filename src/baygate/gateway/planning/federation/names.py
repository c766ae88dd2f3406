"""Names in the merged answer: what a caller asks for stands under its response key, what is needed besides near it."""

from collections.abc import Mapping
from itertools import chain, count

from baygate.sources.fetch import TYPENAME, Argument, Selected, Selection

Path = tuple[str, ...]
Asked = tuple[str, Mapping[str, Argument]]


class Names:
    """Gives every field that is fetched its name, in each place of the merged answer."""

    def __init__(self) -> None:
        self._taken: dict[Path, dict[str, dict[str, Asked]]] = {}

    def take(self, selection: Selection, path: Path = ()) -> None:
        """Reserve the caller's response keys, all the way down."""
        for owner, fields in selection.fields.items():
            known = self._taken.setdefault(path, {}).setdefault(owner, {})
            for each in fields:
                known[each.key] = (each.field, each.arguments)
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
