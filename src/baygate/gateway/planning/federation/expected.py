"""What a fetch may bring: what it asked for, and nothing else.

A source that adds something would otherwise give values to fields that are another's, or that were not asked for
because the caller may not see them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from baygate.gateway.planning.federation.fetch_plan import Node
from baygate.sources.fetch import TYPENAME


@dataclass(frozen=True)
class Expected:
    """What may come in one place, whatever its type: by name, and for objects what may be in them."""

    names: "dict[str, Expected | None]"

    @classmethod
    def of(cls, *nodes: Node) -> "Expected":
        """Return what may come where all these are asked for."""
        below: dict[str, list[Node]] = {TYPENAME: []}
        for node in nodes:
            for fields in node.owner_types.values():
                for asked in fields.values():
                    inside = below.setdefault(asked.alias or asked.name, [])
                    inside += [asked.below] if asked.below else []
        return cls({name: cls.of(*inside) if inside else None for name, inside in below.items()})

    @cached_property
    def _objects(self) -> "list[tuple[str, Expected]]":
        return [(name, each) for name, each in self.names.items() if each is not None]

    def take_from(self, value: Any) -> None:
        """Take out of a value what was not asked for: all objects of one place together, which is much faster."""
        objects = [value] if value.__class__ is dict else _objects(value)
        if not objects:
            return
        for name in set().union(*objects) - self.names.keys():
            for each in objects:
                each.pop(name, None)
        for name, inside in self._objects:
            inside.take_from([each.get(name) for each in objects])


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, and in lists that are in it."""
    if value.__class__ is not list:
        return []
    kinds = set(map(type, value))
    if list in kinds:
        return [inner for each in value for inner in ([each] if each.__class__ is dict else _objects(each))]
    return value if kinds == {dict} else [each for each in value if each.__class__ is dict]
