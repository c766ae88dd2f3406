"""Objects in the merged answer: found by their place, referred to by representations, given what a fetch brings."""

from collections.abc import Mapping, Sequence
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
    return [each for item in value for each in _opened(item)]


class Represented:
    """The representations of a fetch, each once, and which objects each one stands for."""

    def __init__(self, fetch: FederatedFetch, answer: Object) -> None:
        self.representations: list[Object] = []
        self.objects: list[list[Object]] = []
        known: dict[bytes, int] = {}
        for where in fetch.places:
            static = fetch.representations[where.type] if where.type else None
            for each in at(answer, where.place):
                how = static or fetch.representations.get(each.get(TYPENAME, ""))
                made = represent(how, each) if how else None
                if made is None:
                    continue
                text = orjson.dumps(made)
                if text not in known:
                    known[text] = len(self.representations)
                    self.representations.append(made)
                    self.objects.append([])
                self.objects[known[text]].append(each)


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
    if need.below is None or value is None:
        return value
    if value.__class__ is list:
        return [_needed(need, item) for item in value]
    type_name = value.get(TYPENAME)
    inside = need.below.get(type_name) if type_name else None
    if inside is None:
        inside = next(iter(need.below.values())) if len(need.below) == 1 else ()
    made = {each.field: _needed(each, value[each.name]) for each in inside if each.name in value}
    return {TYPENAME: type_name, **made} if type_name else made


def merge(into: Object, result: Mapping[str, Any]) -> None:
    """Add what a fetch brings to an object; where both have objects or lists of one length, what is in them."""
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
