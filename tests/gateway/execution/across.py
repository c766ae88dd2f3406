"""Three sources that the tests answer for: who asks them what, and what becomes of it."""

import asyncio
import copy
import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from baygate.gateway.execution.runner import Question
from baygate.gateway.federated import FederatedPlan, Planner
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation, Strictness, prepare
from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.reply import Reply
from baygate.sources.supergraph.join import read

SUPERGRAPH = """
enum join__Graph {
  A @join__graph(name: "a", url: "http://127.0.0.1:1/")
  B @join__graph(name: "b", url: "http://127.0.0.1:2/")
  C @join__graph(name: "c", url: "http://127.0.0.1:3/")
}
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  parties: [Party] @join__field(graph: A)
  owner: Party @join__field(graph: A)
  things: [Thing] @join__field(graph: A)
  labelled: [Labelled] @join__field(graph: B)
  rate: Int @join__field(graph: C)
}
type Mutation @join__type(graph: A) @join__type(graph: C) {
  open: Int @join__field(graph: A)
  settle: Int @join__field(graph: C)
  close: Int @join__field(graph: A)
}
type Party @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "code") {
  id: ID! @join__field(graph: A) @join__field(graph: B)
  name: String @join__field(graph: A)
  code: ID @join__field(graph: B) @join__field(graph: C)
  weight: Int @join__field(graph: B)
  grade: String @join__field(graph: C)
}
union Thing
  @join__type(graph: A)
  @join__unionMember(graph: A, member: "Ship")
  @join__unionMember(graph: A, member: "Crate") = Ship | Crate
interface Labelled
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id", isInterfaceObject: true) {
  id: ID!
  name: String @join__field(graph: A)
  label: String @join__field(graph: B)
}
type Ship implements Labelled
  @join__implements(graph: A, interface: "Labelled")
  @join__type(graph: A, key: "id") {
  id: ID!
  name: String @join__field(graph: A)
  label: String @join__field
  imo: String @join__field(graph: A)
  port: Port @join__field(graph: A)
}
type Crate implements Labelled
  @join__implements(graph: A, interface: "Labelled")
  @join__type(graph: A, key: "id") {
  id: ID!
  name: String @join__field(graph: A)
  label: String @join__field
  number: Int @join__field(graph: A)
}
type Port @join__type(graph: A, key: "id code { text }") @join__type(graph: C, key: "id code { text }") {
  id: ID!
  code: Code!
  fee: Int @join__field(graph: C)
}
type Code @join__type(graph: A) @join__type(graph: C) { text: String }
"""

PLANNER = Planner(read(SUPERGRAPH).federation(), Limits())
Answering = Callable[[str, dict[str, Any]], Awaitable[Reply]]


def party(number: int) -> dict[str, Any]:
    return {"id": str(number), "name": f"Party {number}"}


@functools.cache
def planned(query: str) -> tuple[Operation, FederatedPlan]:
    operation = prepare(query, "", None, PLANNER.federation.api, Limits(), Strictness())
    return operation, PLANNER.plan(operation, {})


async def answered(query: str, answering: Answering) -> dict[str, Any]:
    """Answer an operation; sources are answered for by a function of their name and the body that they get."""
    operation, plan = planned(query)

    async def ask(question: Question) -> Reply:
        return await answering(question.source, orjson.loads(question.body()))

    return orjson.loads(await PLANNER.answer(plan, operation, {}, ask))


def answer(query: str, answering: Mapping[str, Any]) -> dict[str, Any]:
    """Answer an operation from constant replies of the sources: data, or a whole reply, or a failure."""

    async def constant(source: str, _: dict[str, Any]) -> Reply:
        reply = answering[source]
        if isinstance(reply, SourceFailed):
            raise reply
        return reply if isinstance(reply, Reply) else Reply(copy.deepcopy(reply), [])

    return asyncio.run(answered(query, constant))


def down(source: str) -> SourceFailed:
    return SourceFailed(source, Kind.UNREACHABLE, f"The source {source} cannot be reached.")


def error(message: str, *path: str | int, **extensions: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"message": message}
    return {**said, **({"path": list(path)} if path else {}), **({"extensions": extensions} if extensions else {})}
