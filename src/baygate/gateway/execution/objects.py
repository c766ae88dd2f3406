"""Objects in the merged answer: found by their place, referred to by representations, given what a fetch brings."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import orjson

from baygate.gateway.planning.federation.document import Renamed
from baygate.gateway.planning.federation.fetch_plan import FederatedFetch, Need, Place, Representation
from baygate.sources.fetch import TYPENAME

Object = dict[str, Any]


def at(answer: Object, place: Place) -> list[Object]:
    """Return the objects in a place, lists on the way opened; of one type only, where the place says so."""
    here = [answer]
    for name, type_name in place:
        here = [
            each
            for outer in here
            for each in _opened(outer.get(name))
            if type_name is None or each.get(TYPENAME) == type_name
        ]
    return here


def _opened(value: Any) -> Sequence[Object]:
    if value.__class__ is dict:
        return (value,)
    if value.__class__ is not list:
        return ()
    kinds = set(map(type, value))
    if list in kinds:
        return [each for item in value for each in _opened(item)]
    return value if kinds == _OBJECTS else [item for item in value if item.__class__ is dict]


_OBJECTS, _STRINGS = {dict}, {str}


class Represented:
    """The representations of a fetch, each once, and the objects that they stand for.

    ``objects`` has them all, and ``indices`` beside each that of its representation.
    """

    def __init__(self, fetch: FederatedFetch, answer: Object) -> None:
        self.representations: list[Object] = []
        self.objects: list[Object] = []
        self.indices: list[int] = []
        self._known: dict[Hashable, dict[Hashable, int]] = {}
        for where in fetch.places:
            if where.type:
                self._add(fetch.representations[where.type], at(answer, where.place))
                continue
            for each in at(answer, where.place):
                how = fetch.representations.get(type_of(each))
                if how is not None:
                    self._add(how, (each,))

    def standing_for(self, index: int) -> list[Object]:
        """Return the objects that one representation stands for."""
        return [each for each, of in zip(self.objects, self.indices, strict=True) if of == index]

    def _add(self, how: Representation, objects: Sequence[Object]) -> None:
        if len(how.needs) == 1 and how.needs[0].below is None:
            self._add_simple(how.typename, how.needs[0], objects)
            return
        known = self._known.setdefault(None, {})
        for each in objects:
            made = represent(how, each)
            if made is not None:
                index = known.setdefault(orjson.dumps(made), len(self.representations))
                if index == len(self.representations):
                    self.representations.append(made)
                self.objects.append(each)
                self.indices.append(index)

    def _add_simple(self, typename: str, key: Need, objects: Sequence[Object]) -> None:
        """Add representations of one value each, as most are; where it is a string, that alone tells them apart."""
        name, field, made = key.name, key.field, self.representations
        values = [each.get(name) for each in objects]
        known = self._known.setdefault((typename, field), {})
        if not known and set(map(type, values)) == _STRINGS and len(set(values)) == len(values):
            known.update(zip(values, range(len(made), len(made) + len(values)), strict=True))
            self.objects += objects
            self.indices += known.values()
            made += [{TYPENAME: typename, field: value} for value in values]
            return
        for each, value in zip(objects, values, strict=True):
            if value is not None:
                index = known.setdefault(value if value.__class__ is str else orjson.dumps(value), len(made))
                if index == len(made):
                    made.append({TYPENAME: typename, field: value})
                self.objects.append(each)
                self.indices.append(index)


def represent(how: Representation, value: Object) -> Object | None:
    """Return the representation of an object; None if something that it needs is not there.

    What is not there was not answered: its fetch failed, or its entity was not found. A key that is null throughout
    refers to nothing.
    """
    made: Object = {TYPENAME: how.typename}
    for need in how.needs:
        if need.name not in value:
            return None
        made[need.field] = _needed(need, value[need.name])
    if all(made[need.field] is None for need in how.needs[: how.keys]):
        return None
    return made


def _needed(need: Need, value: Any) -> Any:
    if need.below is None:
        return value
    if value.__class__ is list:
        return [_needed(need, item) for item in value]
    if value.__class__ is not dict:
        return value
    type_name = type_of(value)
    inside = need.below.get(type_name)
    if inside is None:
        inside = next(iter(need.below.values())) if len(need.below) == 1 else ()
    made = {each.field: _needed(each, value[each.name]) for each in inside if each.name in value}
    return {TYPENAME: type_name, **made} if type_name else made


def type_of(value: Mapping[str, Any]) -> str:
    """Return the name of the type that an object is said to be of; an empty one if that is not said."""
    named = value.get(TYPENAME)
    return named if named.__class__ is str else ""


def merge(into: Object, result: Mapping[str, Any]) -> None:
    """Add what a fetch brings to an object; where both have objects or lists of one length, what is in them."""
    if into.keys().isdisjoint(result):
        into.update(result)
        return
    for name, value in result.items():
        known = into.get(name)
        if known is None or known.__class__ is not value.__class__ or known is value:
            into[name] = value
        elif value.__class__ is dict:
            merge(known, value)
        elif value.__class__ is list and len(known) == len(value):
            into[name] = [_both(one, other) for one, other in zip(known, value, strict=True)]


def _both(one: Any, other: Any) -> Any:
    if one.__class__ is dict and other.__class__ is dict:
        merge(one, other)
        return one
    if one.__class__ is list and other.__class__ is list and len(one) == len(other):
        return [_both(each, another) for each, another in zip(one, other, strict=True)]
    return other if one is None else one


def rename(value: Any, renamed: Renamed) -> None:
    """Give names their own form again that had another on the way."""
    if value.__class__ is list:
        for item in value:
            rename(item, renamed)
    elif value.__class__ is dict:
        for name, inside in renamed.below.items():
            rename(value.get(name), inside)
        for alias, name in renamed.aliases.items():
            if alias in value:
                value[name] = value.pop(alias)
