"""Whatever sources say, an operation is answered, and what its answer holds is of the schema's types."""

import asyncio
import copy
from random import Random
from typing import Any

import pytest
from tests.gateway.execution.across import answered

from baygate.sources.remote.reply import Reply

QUERY = """{
  parties { __typename id name weight grade }
  owner { name weight grade }
  things { __typename ... on Ship { imo port { code { text } fee } } ... on Crate { number } }
  labelled { __typename label name }
}"""
ROOTS = ("parties", "owner", "things", "labelled")
NAMES = ("id", "name", "weight", "grade", "code", "imo", "port", "fee", "number", "label", "text")
LEAVES = (None, "text", "Ship", "Crate", "Labelled", 1, 2**40, 0.5, True, [], {})


class Liar:
    """Answers almost as it should, or with anything."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    async def answer(self, _: str, body: dict[str, Any]) -> Reply:
        asked = body["variables"].get("representations")
        if asked is None:
            return Reply({each: self._any(3) for each in ROOTS if self._often()}, self._errors())
        return Reply({"_entities": [self._any(2) for _ in asked]}, self._errors())

    def _often(self) -> bool:
        return self._random.random() < 0.85

    def _any(self, depth: int) -> Any:
        chance = self._random.random()
        if depth == 0 or chance < 0.1:
            return copy.copy(self._random.choice(LEAVES))
        if chance < 0.5:
            return [self._any(depth - 1) for _ in range(self._random.randrange(4))]
        types = ["Ship", "Crate", "Labelled", "Party", *LEAVES]
        made = {each: self._any(depth - 1) for each in NAMES if self._often()}
        return {**made, "__typename": copy.copy(self._random.choice(types)), **({"id": "1"} if self._often() else {})}

    def _errors(self) -> list[dict[str, Any]]:
        if self._often():
            return []
        path = self._random.choices([*ROOTS, *NAMES, "_entities", -1, 0, 1], k=self._random.randrange(5))
        return [{"message": "No.", "path": path, "extensions": {"code": self._any(1)}}]


@pytest.mark.parametrize("seed", range(8))
def test_no_answer_of_a_source_is_believed_further_than_its_schema_goes(seed: int) -> None:
    for each in range(50):
        data = asyncio.run(answered(QUERY, Liar(50 * seed + each).answer))["data"]
        assert list(data) == list(ROOTS)
        for party in data["parties"] or ():
            assert party is None or (party["__typename"] == "Party" and isinstance(party["id"], str))
        for one in [*(data["things"] or ()), *(data["labelled"] or ())]:
            assert one is None or one["__typename"] in {"Ship", "Crate"}
