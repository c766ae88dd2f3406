"""The heart of federation's proof: whatever is asked of whatever supergraph, the answer is that of one schema."""

import asyncio
import os

from graphql import parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.federation.engine import answer
from tests.federation.join import supergraph_sdl
from tests.federation.monolith import monolith
from tests.federation.operations import questions
from tests.federation.subgraphs import Sources
from tests.federation.worlds import worlds

WORLDS = int(os.environ.get("BAYGATE_WORLDS", "40"))
"""``BAYGATE_WORLDS=2000`` tries more of them, as after a change of the planner."""
QUESTIONS_A_WORLD = 3


@settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)
@given(st.data())
def test_a_federated_answer_is_the_answer_of_one_schema(data: st.DataObject) -> None:
    world = data.draw(worlds())
    supergraph = supergraph_sdl(world.distribution)
    for _ in range(QUESTIONS_A_WORLD):
        question = data.draw(questions(world))
        assert validate(world.distribution.api, parse(question.query)) == []
        sources = Sources(world.fresh())
        given_answer = asyncio.run(answer(supergraph, sources.ask, question.query, question.variables))
        assert sources.refusals == []
        assert given_answer == monolith(world.fresh(), question.query, question.variables)
