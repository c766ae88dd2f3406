"""The sources of a plan that goes across them: the hub's own records by their statements, remote ones over HTTP."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from graphql import GraphQLSchema

from baygate.access.principal import Principal
from baygate.gateway.execution.completion import Completer
from baygate.gateway.execution.placing import Placing
from baygate.gateway.execution.runner import Question, Reply, Run
from baygate.gateway.execution.together import together
from baygate.gateway.execution.witness import Witness
from baygate.gateway.limits import Limits
from baygate.gateway.planning.cost import Cost
from baygate.gateway.planning.federation.across import Across
from baygate.gateway.planning.federation.prepared import Asking
from baygate.gateway.planning.federation.resident import ResidentEntities
from baygate.gateway.statements import Asker, Statements
from baygate.gateway.variables import Unfit, coercer
from baygate.sources.fetch import TYPENAME
from baygate.sources.remote import reply
from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.source import RemoteSource
from baygate.storage.sources import HUB

Assertion = Callable[[Principal, str], str]
"""Says to a source, by its name, who asks: a signed, short assertion."""


@dataclass(frozen=True)
class Sources:
    """All sources of one worker."""

    statements: Statements
    schema: GraphQLSchema
    remote: Mapping[str, RemoteSource]
    assertion: Assertion
    key: Callable[[str], bytes]
    """The keys of hashes, by use."""
    limits: Limits

    async def answer(
        self, planned: Across, asker: Asker, given: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """Return the data of a plan across sources, and its errors; ``given`` are the variables as they came."""
        deadline = asyncio.get_running_loop().time() + self.limits.time
        run = Run(
            planned.requests,
            given,
            partial(self._ask, asker, deadline),
            Placing(planned.selection),
            Asking(asker.principal.attributes, self.key),
        )
        await run.all()
        witness = Witness(planned.contributed)
        completer = Completer(self.schema, run.errors, witness)
        data = completer.data(planned.selection, run.answer)
        for fact in witness.facts:
            asker.seen.add(*fact)
        return data, completer.errors

    async def _ask(self, asker: Asker, deadline: float, question: Question) -> Reply:
        resident = question.prepared.resident
        if resident is None:
            source = self.remote[question.source]
            assertion = partial(self.assertion, asker.principal, question.source)
            return await source.ask(question.body(), read=question.read, deadline=deadline, assertion=assertion)
        if resident.root is not None:
            return reply.Reply(orjson.loads(await self.statements.one(resident.root, asker)), [])
        asked = [each for each in question.prepared.document.parts if each.variable in question.representations]
        lists = await together(
            *(
                self._entities(entities, question.representations[part.variable], asker)
                for part, entities in zip(asked, resident.entities, strict=True)
            )
        )
        return reply.Reply({part.key: found for part, found in zip(asked, lists, strict=True)}, [])

    async def _entities(
        self, entities: ResidentEntities, representations: list[dict[str, Any]], asker: Asker
    ) -> list[dict[str, Any] | None]:
        """Return the hub's entities in the order of their representations."""
        found: list[dict[str, Any] | None] = [None] * len(representations)
        await together(*(self._of_type(name, entities, representations, found, asker) for name in entities.statements))
        return found

    async def _of_type(
        self,
        name: str,
        entities: ResidentEntities,
        representations: list[dict[str, Any]],
        found: list[dict[str, Any] | None],
        asker: Asker,
    ) -> None:
        keys, statement, cost = entities.statements[name]
        known = [
            (place, values)
            for place, each in enumerate(representations)
            if each[TYPENAME] == name and (values := self._key(name, keys, each)) is not None
        ]
        self._check(len(known), cost, asker)
        if known:
            for number, text in await self.statements.entities(statement, [values for _, values in known], asker):
                found[known[number][0]] = orjson.loads(text)

    def _check(self, entities: int, cost: Cost, asker: Asker) -> None:
        """Hold the hub to its limits however many of its entities a source refers to; raise SourceFailed."""
        rows, values = cost.totals(asker.variables)
        for what, total, most in (
            ("entities", entities, self.limits.representations),
            ("rows", entities * (1 + rows), self.limits.rows),
            ("values", entities * values, self.limits.cost),
        ):
            if total > most:
                message = f"A source refers to so many of the hub's entities that up to {total} {what} would be read."
                raise SourceFailed(HUB, Kind.TOO_LARGE, f"{message} At most {most} are: ask for less at a time.")

    def _key(self, name: str, keys: tuple[str, ...], representation: Mapping[str, Any]) -> list[Any] | None:
        """Return the values of a key that a source gave; None if they are not of its types, so that nobody has it."""
        type_: Any = self.schema.get_type(name)
        try:
            return [coercer(type_.fields[key].type)(representation[key]) for key in keys]
        except Unfit:
            return None
