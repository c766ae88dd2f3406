"""Result: the fetches of a plan run, and their answers put together."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, execute_sync

from baygate.access.principal import Principal
from baygate.gateway.control import without_policies
from baygate.gateway.cursor import Cursors
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation
from baygate.gateway.planning.cost import check_totals
from baygate.gateway.planning.plan import EntityFetch, Group, Plan, Supergraph, tail_of
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.gateway.variables import Unfit, coercer
from baygate.sources.resident.binder import Bound, binder, columns
from baygate.sources.resident.dispatcher import Dispatcher
from baygate.sources.resident.pages import Page
from baygate.storage.keys import Keys


@dataclass(frozen=True)
class _Asked:
    """The entities that one field asks for: how many, and by group their places and keys."""

    fetch: EntityFetch
    count: int
    groups: Mapping[Group, list[tuple[int, list[Any]]]]


class Executor:
    """Runs plans: on the resident source, on entity representations, on the hub's own schema.

    ``control`` makes what the hub answers of itself, for a principal and the schema that he may see.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        supergraph: Supergraph,
        cursors: Cursors,
        keys: Keys,
        limits: Limits,
        control: Callable[[Principal, GraphQLSchema], object] = without_policies,
    ) -> None:
        self._dispatcher = dispatcher
        self._supergraph = supergraph
        self._cursors = cursors
        self._keys = keys
        self._limits = limits
        self._control = control

    async def run(
        self,
        plan: Plan,
        operation: Operation,
        variables: Mapping[str, Any],
        raw: Mapping[str, Any],
        principal: Principal,
    ) -> bytes:
        """Return the body of the answer; ``raw`` are the variables as they came."""
        if plan.passes_through:
            text = await self._resident(plan, variables, principal)
            return b'{"data":' + text.encode() + plan.tail + b"}"
        asked = [self._grouped(each, variables) for each in plan.entities]
        self._check(plan, asked, variables)
        resident, *lists = await _together(
            self._resident(plan, variables, principal),
            *(self._entities(each, plan, variables, principal) for each in asked),
        )
        parts: dict[str, Any] = orjson.loads(resident)
        notices = [*plan.notices]
        errors: list[Any] = []
        for each, text in zip(asked, lists, strict=True):
            parts[each.fetch.key] = orjson.Fragment(text)
            notices += [notice for group in each.groups for notice in each.fetch.notices[group]]
        if plan.local is not None:
            local = self._local(plan, operation, raw, principal)
            errors += [_formatted(error) for error in local.errors or ()]
            if local.data is None:  # a root field that may not be null is: so is the whole answer
                return b'{"data":null' + tail_of(notices, errors) + b"}"
            parts |= local.data
        data = orjson.dumps({key: parts[key] for key in plan.keys})
        return b'{"data":' + data + tail_of(notices, errors) + b"}"

    async def _resident(self, plan: Plan, variables: Mapping[str, Any], principal: Principal) -> str:
        fetch = plan.resident
        if fetch is None:
            return "{}"
        statement = fetch.statement
        values = fetch.bind(self._bound(statement.pages, plan, variables, principal))
        text = await self._dispatcher.answer(fetch, values)
        if statement.pages:
            text = self._cursors.seal(text, statement.pages, variables, plan.access_class)
        return text

    def _bound(
        self,
        pages: Sequence[Page],
        plan: Plan,
        variables: Mapping[str, Any],
        principal: Principal,
        representation: Sequence[Any] = (),
    ) -> Bound:
        def place(page: int, cursor: str) -> Sequence[Any]:
            return self._cursors.open(cursor, pages[page], variables, plan.access_class)

        return Bound(variables, principal.attributes, self._keys.derived, place, representation)

    def _grouped(self, fetch: EntityFetch, variables: Mapping[str, Any]) -> "_Asked":
        """Sort the representations that came with the request by what one statement can answer."""
        representations = fetch.given(variables)
        if len(representations) > self._limits.representations:
            raise LimitExceeded("number of representations", len(representations), self._limits.representations)
        groups: dict[Group, list[tuple[int, list[Any]]]] = {}
        for position, representation in enumerate(representations):
            name, keys, values = self._reference(fetch, representation, position)
            groups.setdefault((name, keys), []).append((position, values))
        return _Asked(fetch, len(representations), groups)

    def _check(self, plan: Plan, asked: Sequence["_Asked"], variables: Mapping[str, Any]) -> None:
        """Hold the whole answer to the limits, entities times what is selected on each included."""
        rows, values = plan.cost.totals(variables)
        for each in asked:
            for group, members in each.groups.items():
                cost = each.fetch.costs[group]
                cost.check_bounds(variables)
                more = cost.totals(variables)
                rows, values = rows + len(members) * (1 + more[0]), values + len(members) * more[1]
        check_totals(rows, values, self._limits)

    async def _entities(self, asked: "_Asked", plan: Plan, variables: Mapping[str, Any], principal: Principal) -> str:
        """Return the array of entities in the order of their representations (Apollo Federation, ``_entities``)."""
        answers = ["null"] * asked.count
        await _together(
            *(
                self._group(asked.fetch, group, members, answers, plan, variables, principal)
                for group, members in asked.groups.items()
            )
        )
        return f"[{','.join(answers)}]"

    async def _group(
        self,
        each: EntityFetch,
        group: Group,
        members: list[tuple[int, list[Any]]],
        answers: list[str],
        plan: Plan,
        variables: Mapping[str, Any],
        principal: Principal,
    ) -> None:
        statement = each.statement(group)
        if statement is None:
            return
        bind = binder(statement.slots)
        make = partial(self._bound, statement.pages, plan, variables, principal)
        rows = [bind(make(values)) for _, values in members]
        for ordinality, text in await self._dispatcher.rows(statement, columns(statement.slots, rows)):
            sealed = (
                self._cursors.seal(text, statement.pages, variables, plan.access_class) if statement.pages else text
            )
            answers[members[ordinality - 1][0]] = sealed

    def _reference(self, each: EntityFetch, given: Any, position: int) -> tuple[str, tuple[str, ...], list[Any]]:
        place = f"representations[{position}]"
        name = given.get("__typename") if isinstance(given, dict) else None
        known = [keys for type_name, keys in each.selections if type_name == name]
        if not known:
            raise Refusal("BAD_USER_INPUT", f"{place} has no __typename that is an entity here.")
        keys = next((keys for keys in known if all(key in given for key in keys)), None)
        if keys is None:
            wanted = " or ".join(" + ".join(keys) for keys in known)
            raise Refusal("BAD_USER_INPUT", f"{place} lacks its key: {wanted}.")
        type_: Any = self._supergraph.schema.get_type(str(name))
        try:
            values = [coercer(type_.fields[key].type)(given[key]) for key in keys]
        except Unfit as unfit:
            raise Refusal("BAD_USER_INPUT", f"The key in {place} {unfit.message}.") from None
        return str(name), keys, values

    def _local(self, plan: Plan, operation: Operation, raw: Mapping[str, Any], principal: Principal) -> ExecutionResult:
        assert plan.local is not None  # noqa: S101 - asked only then
        document = DocumentNode(definitions=(plan.local, *operation.fragments.values()))
        context = self._control(principal, operation.schema)
        return execute_sync(operation.schema, document, context_value=context, variable_values=dict(raw))


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """Return an error of the hub's own schema with its code; raise what nobody foresaw."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    formatted: dict[str, Any] = {**error.formatted}
    return {**formatted, "extensions": {"code": "BAD_USER_INPUT", **formatted.get("extensions", {})}}


async def _together(*asked: Coroutine[Any, Any, Any]) -> list[Any]:
    """Await all; if one fails, or the request is cancelled, the others are cancelled too."""
    tasks = [asyncio.ensure_future(each) for each in asked]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
