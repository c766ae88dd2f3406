"""Result: the fetches of a plan run, and their answers put together."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, execute

from baygate.access.principal import Principal
from baygate.gateway.control import without_policies
from baygate.gateway.execution.together import together
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation
from baygate.gateway.planning.cost import check_totals
from baygate.gateway.planning.plan import ERRORS, EntityFetch, Group, Plan, Supergraph, tail_of
from baygate.gateway.planning.release import Notice
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.gateway.seen import Seen
from baygate.gateway.sources import Sources
from baygate.gateway.statements import Asker, Statements
from baygate.gateway.variables import Unfit, coercer


@dataclass(frozen=True)
class Result:
    """The body of an answer, whose rows are in it, and how it ended.

    ``status`` is "ok", "partial" where something asked for is not there and an error says so, or "failed" where
    nothing is.
    """

    body: bytes
    seen: Seen
    status: str


@dataclass(frozen=True)
class _Asked:
    """The entities that one field asks for: how many, and by group their places and keys."""

    fetch: EntityFetch
    count: int
    groups: Mapping[Group, list[tuple[int, list[Any]]]]


class Executor:
    """Runs plans: on the resident source, on entity representations, on the hub's own schema.

    ``control`` makes what the hub answers of itself, for a principal and the schema that he may see; ``sources`` are
    those of plans that go across several.
    """

    def __init__(
        self,
        statements: Statements,
        supergraph: Supergraph,
        limits: Limits,
        control: Callable[[Principal, GraphQLSchema], object] = without_policies,
        sources: Sources | None = None,
    ) -> None:
        self._statements = statements
        self._supergraph = supergraph
        self._limits = limits
        self._control = control
        self._remote = sources

    async def run(
        self,
        plan: Plan,
        operation: Operation,
        variables: Mapping[str, Any],
        raw: Mapping[str, Any],
        principal: Principal,
    ) -> Result:
        """Return the answer; ``raw`` are the variables as they came."""
        asker = Asker(principal, variables, plan.access_class)
        if plan.passes_through and plan.resident is not None:
            text = await self._statements.one(plan.resident, asker)
            body = b'{"data":' + text + plan.tail + b"}"
            return Result(body, asker.seen, _status(plan.notices, ()))
        asked = [self._grouped(each, variables) for each in plan.entities]
        self._check(plan, asked, variables)
        (parts, errors), *lists = await together(
            self._sources(plan, asker, raw), *(self._entities(each, asker) for each in asked)
        )
        notices = [*plan.notices]
        if parts is None:
            return _failed(notices, errors)
        for each, text in zip(asked, lists, strict=True):
            parts[each.fetch.key] = orjson.Fragment(text)
            notices += [notice for group in each.groups for notice in each.fetch.notices[group]]
        if plan.local is not None:
            local = await self._local(plan, operation, raw, principal)
            errors += [_formatted(error) for error in local.errors or ()]
            if local.data is None:  # a root field that may not be null is: so is the whole answer
                return _failed(notices, errors)
            parts |= local.data
        data = orjson.dumps({key: parts[key] for key in plan.keys})
        body = b'{"data":' + data + tail_of(notices, errors) + b"}"
        return Result(body, asker.seen, _status(notices, errors))

    async def _sources(
        self, plan: Plan, asker: Asker, raw: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, list[Any]]:
        """Return what sources answer, and the errors that they made."""
        if plan.across is not None and self._remote is not None:
            given = {name: raw.get(name, value) for name, value in asker.variables.items()}
            return await self._remote.answer(plan.across, asker, given)
        if plan.resident is None:
            return {}, []
        return orjson.loads(await self._statements.one(plan.resident, asker)), []

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

    async def _entities(self, asked: "_Asked", asker: Asker) -> bytes:
        """Return the array of entities in the order of their representations (Apollo Federation, ``_entities``)."""
        answers = [b"null"] * asked.count
        await together(
            *(self._group(asked.fetch, group, members, answers, asker) for group, members in asked.groups.items())
        )
        return b"[%b]" % b",".join(answers)

    async def _group(
        self, each: EntityFetch, group: Group, members: list[tuple[int, list[Any]]], answers: list[bytes], asker: Asker
    ) -> None:
        statement = each.statement(group)
        if statement is None:
            return
        for place, text in await self._statements.entities(statement, [values for _, values in members], asker):
            answers[members[place][0]] = text

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

    async def _local(
        self, plan: Plan, operation: Operation, raw: Mapping[str, Any], principal: Principal
    ) -> ExecutionResult:
        assert plan.local is not None  # noqa: S101 - asked only then
        document = DocumentNode(definitions=(plan.local, *operation.fragments.values()))
        context = self._control(principal, operation.schema)
        result = execute(operation.schema, document, context_value=context, variable_values=dict(raw))
        return await result if isinstance(result, Awaitable) else result


def _status(notices: Iterable[Notice], errors: Sequence[Any]) -> str:
    return "partial" if errors or any(each.kind in ERRORS for each in notices) else "ok"


def _failed(notices: Iterable[Notice], errors: Sequence[Any]) -> Result:
    """Return the answer that holds nothing but errors, whatever was read for it."""
    return Result(b'{"data":null' + tail_of(notices, errors) + b"}", Seen(), "failed")


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """Return an error of the hub's own schema with its code; raise what nobody foresaw."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    formatted: dict[str, Any] = {**error.formatted}
    return {**formatted, "extensions": {"code": "BAD_USER_INPUT", **formatted.get("extensions", {})}}
