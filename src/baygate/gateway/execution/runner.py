"""Runs the fetches of a plan: each as soon as what it needs is there."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from baygate.gateway.execution.objects import Object, Represented, at, merge, rename
from baygate.gateway.execution.placing import Placing
from baygate.gateway.execution.together import together
from baygate.gateway.planning.federation.document import Part
from baygate.gateway.planning.federation.fetch_plan import FederatedFetch
from baygate.gateway.planning.federation.prepared import Asking, Guard, Prepared
from baygate.sources.fetch import resolved
from baygate.sources.remote.failure import Kind, SourceFailed


class Reply(Protocol):
    """What a source answers: ``data`` and ``errors`` of a GraphQL response."""

    @property
    def data(self) -> Mapping[str, Any] | None:
        """What was asked for, as far as it could be given."""
        ...

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Why something could not be."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it is made once: with the representations of the entities that it is for, by their variables."""

    prepared: Prepared
    representations: Mapping[str, list[Object]]
    variables: Mapping[str, Any]

    @property
    def source(self) -> str:
        """The name of the source that is asked."""
        return self.prepared.request.graph.name

    @property
    def read(self) -> bool:
        """Whether it only reads, so that it may be asked again."""
        return self.prepared.request.operation == "query"

    def body(self) -> bytes:
        """Return the body of the request (GraphQL over HTTP, section 5.4)."""
        given = self.prepared.document.variables.items()
        values = {name: resolved(value, self.variables) for name, value in given}
        return self.prepared.head + orjson.dumps({**values, **self.representations}) + b"}"


Ask = Callable[[Question], Awaitable[Reply]]


@dataclass(frozen=True)
class _Asked:
    """A fetch with the entities that it is for."""

    part: Part
    represented: Represented | None


@dataclass
class Run:
    """One run of a plan's requests; ``answer`` and ``errors`` are what has come together so far."""

    requests: tuple[Prepared, ...]
    variables: Mapping[str, Any]
    ask: Ask
    placing: Placing
    asking: Asking | None = None
    answer: Object = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    async def all(self) -> None:
        """Make all requests."""
        if len(self.requests) == 1:
            await self._made(self.requests[0])
            return
        self._waiting = {each.request.id: len(each.request.after) for each in self.requests}
        self._following: dict[int, list[Prepared]] = {}
        for each in self.requests:
            for earlier in each.request.after:
                self._following.setdefault(earlier, []).append(each)
        await self._start([each for each in self.requests if not each.request.after])

    async def _start(self, ready: Iterable[Prepared]) -> None:
        ready = tuple(ready)
        if len(ready) == 1:
            await self._one(ready[0])
        elif ready:
            await together(*(self._one(each) for each in ready))

    async def _one(self, prepared: Prepared) -> None:
        await self._made(prepared)
        ready = []
        for each in self._following.get(prepared.request.id, ()):
            self._waiting[each.request.id] -= 1
            if not self._waiting[each.request.id]:
                ready.append(each)
        await self._start(ready)

    async def _made(self, prepared: Prepared) -> None:
        asked = [
            _Asked(each, Represented(each.fetch, self.answer) if each.key else None) for each in prepared.document.parts
        ]
        if all(each.represented is not None and not each.represented.representations for each in asked):
            return
        given = {each.part.variable: each.represented.representations for each in asked if each.represented}
        try:
            reply = await self.ask(Question(prepared, given, self.variables))
        except SourceFailed as failed:
            for each in asked:
                self.errors += self.placing.failed(each.part.fetch, failed, self.answer)
            return
        if reply.errors:
            by_key = {each.part.key: (each.part.fetch, each.represented) for each in asked}
            self.errors += self.placing.placed(by_key, reply.errors, self.answer)
        if reply.data is not None:
            for each, guard in zip(asked, prepared.guards, strict=True):
                if prepared.resident is None:  # the hub answers what it is asked, and tells of its rows besides
                    each.part.expected.take_from(_of(each.part, reply.data))
                self._take(each, reply.data, guard, excused=bool(reply.errors))

    def _take(self, asked: _Asked, data: Mapping[str, Any], guard: Guard | None, *, excused: bool) -> None:
        part = asked.part
        found = _of(part, data)
        if part.renamed is not None:
            rename(found, part.renamed)
        if guard is not None and self.asking is not None:
            found = _guarded(guard, found, self.asking, listed=asked.represented is not None)
        if asked.represented is None:
            self._merge_root(part.fetch, found)
        elif found is not None or not excused:
            self._merge_entities(part.fetch, found, asked.represented)

    def _merge_root(self, fetch: FederatedFetch, data: Any) -> None:
        for where in fetch.places:
            for each in at(self.answer, where.place):
                merge(each, data)

    def _merge_entities(self, fetch: FederatedFetch, found: Any, represented: Represented) -> None:
        if not isinstance(found, list) or len(found) != len(represented.representations):
            name = fetch.graph.name
            failed = SourceFailed(name, Kind.MALFORMED, f"The source {name} did not answer for each entity.")
            self.errors += self.placing.failed(fetch, failed, self.answer)
            return
        for each, index in zip(represented.objects, represented.indices, strict=True):
            result = found[index]
            if result.__class__ is dict:
                if each.keys().isdisjoint(result):  # as of most entities, of which there can be many
                    each.update(result)
                else:
                    merge(each, result)


def _of(part: Part, data: Mapping[str, Any]) -> Any:
    """Return what of an answer is a fetch's."""
    return data.get(part.key) if part.key else data


def _guarded(guard: Guard, found: Any, asking: Asking, *, listed: bool) -> Any:
    """Return what may leave of an answer; entities keep their places."""
    if listed and isinstance(found, list):
        return [None if each is None else guard(each, asking) for each in found]
    return guard(found, asking)
