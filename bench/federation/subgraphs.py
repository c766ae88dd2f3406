"""The two sources, as fast as Python lets them be: a document is read once, then rows are looked up and cut to size."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from graphql import FieldNode, SelectionSetNode, VariableNode, parse
from starlette.types import Receive, Scope, Send

from bench.federation.asgi import body_of, respond
from bench.federation.questions import ENTERPRISES, uscc

Row = Mapping[str, Any]
Cut = Callable[[Row], dict[str, Any]]
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]

REGISTERED: list[Row] = [
    {
        "__typename": "Enterprise",
        "uscc": uscc(number),
        "name": f"Shenzhen Trading Company No. {number}",
        "regionCode": f"44{number % 21:02}00",
        "status": "DISSOLVED" if number % 17 == 0 else "ACTIVE",
    }
    for number in range(ENTERPRISES)
]
DECLARING: list[Row] = [
    {
        "__typename": "Enterprise",
        "uscc": uscc(number),
        "creditGrade": None if number % 13 == 0 else "ABCD"[number % 4],
        "filings": number % 400,
        "latest": None
        if number % 11 == 0
        else {
            "__typename": "Declaration",
            "declarationNo": f"5300{number:014}",
            "currency": "HKD" if number % 3 else "CNY",
            "value": number * 1.25,
        },
    }
    for number in range(ENTERPRISES)
]


class Subgraph:
    """A GraphQL server for documents of one operation whose arguments are variables."""

    def __init__(self, roots: Mapping[str, Callable[..., Any]]) -> None:
        self._roots = roots
        self._known: dict[str, Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await respond(send, 404, b"")
            return
        asked = orjson.loads(await body_of(receive))
        text = asked["query"]
        answer = self._known.get(text)
        if answer is None:
            answer = self._known[text] = self._read(text)
        await respond(send, 200, orjson.dumps({"data": answer(asked["variables"])}))

    def _read(self, text: str) -> Answer:
        (operation,) = parse(text).definitions
        fields = [self._root(each) for each in operation.selection_set.selections]  # type: ignore[attr-defined]
        return lambda variables: {key: resolve(variables) for key, resolve in fields}

    def _root(self, node: FieldNode) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
        root, cut = self._roots[node.name.value], _cut(node.selection_set)
        named = [(each.name.value, _variable(each.value)) for each in node.arguments or ()]

        def resolve(variables: Mapping[str, Any]) -> Any:
            found = root(**{name: variables[variable] for name, variable in named})
            return [cut(each) for each in found] if found.__class__ is list else found and cut(found)

        return node.alias.value if node.alias else node.name.value, resolve


def _variable(value: Any) -> str:
    assert isinstance(value, VariableNode)
    return value.name.value


def _cut(selections: SelectionSetNode | None) -> Cut:
    """Return what makes of a row the fields that are selected."""
    leaves, below = [], []
    for node in _fields(selections):
        name = node.name.value
        key = node.alias.value if node.alias else name
        if node.selection_set is None:
            leaves.append((key, name))
        else:
            below.append((key, name, _cut(node.selection_set)))

    def cut(row: Row) -> dict[str, Any]:
        made = {key: row[name] for key, name in leaves}
        for key, name, inner in below:
            inside = row[name]
            made[key] = None if inside is None else inner(inside)
        return made

    return cut


def _fields(selections: SelectionSetNode | None) -> Iterable[FieldNode]:
    for each in selections.selections if selections else ():
        if isinstance(each, FieldNode):
            yield each
        else:
            yield from _fields(each.selection_set)  # type: ignore[attr-defined]


_REGISTERED = {each["uscc"]: each for each in REGISTERED}
_DECLARING = {each["uscc"]: each for each in DECLARING}

registry = Subgraph(
    {
        "enterprise": lambda uscc: _REGISTERED.get(uscc),  # noqa: PLW0108 - it is called by its argument's name
        "enterprises": lambda after, first: REGISTERED[after : after + first],
    }
)
customs = Subgraph({"_entities": lambda representations: [_DECLARING.get(each["uscc"]) for each in representations]})
