"""What is counted of decisions: who asked for which field, how often, and what became of it; no value, no party."""

import asyncio

from tests.agency import Agency
from tests.attacker import enrolled
from tests.serving import Hub, Serve

from baygate.storage import decisions
from baygate.storage.database import Database
from baygate.storage.decisions import Decided

QUERY = """{
  creditRatings(first: 1) { nodes { grade party { name } } }
  verifyPerson(idNumber: "440106199003078425", name: "陈")
}"""


STATISTICIAN = Agency("statistician", "commerce-gd", purposes=("STATISTICS",), purpose="STATISTICS")


def counted(hub: Hub) -> list[Decided]:
    """Return what was counted for the one who asks here."""

    async def read() -> list[Decided]:
        connection = await Database(hub.dsn).connect()
        try:
            return await decisions.every(connection)
        finally:
            await connection.close()

    return [each for each in asyncio.run(read()) if each.caller.purpose == "STATISTICS"]


def test_each_answer_counts_what_was_decided_for_it(serve: Serve, production: Hub) -> None:
    with serve("production") as hub:
        asking = enrolled(hub, STATISTICIAN)
        for _ in range(3):
            token = asking.mint()
            answer = asking.post(
                [("authorization", f"DPoP {token}"), ("dpop", asking.proof(token))], json={"query": QUERY}
            )
            assert answer.json()["data"]["creditRatings"]["nodes"][0]["grade"], answer.text
    # a worker adds what it has counted before it ends
    found = counted(production)
    counts = {(each.type, each.field): each.count for each in found}
    assert (
        counts["CreditRating", "grade"] == counts["MainlandEnterprise", "name"] == counts["Query", "verifyPerson"] == 3
    )
    assert {each.outcome for each in found} == {"ALLOW"}
    assert {(each.caller.agency, each.caller.party) for each in found} == {("commerce-gd", False)}
