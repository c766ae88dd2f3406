"""What it costs to plan the hub's four views over three sources, two of which extend them: cold, and found again."""

import hashlib
import statistics
import time
from collections.abc import Callable

from baygate.gateway.call import Call
from baygate.gateway.federated import Planner
from baygate.gateway.limits import Limits
from baygate.gateway.open_gateway import OpenRoad
from baygate.gateway.operation import Operation, Strictness, prepare
from baygate.sources.supergraph.join import Supergraph, read
from bench.contestants import ROOT

TARGET = 10.0
"""Milliseconds that a cold plan may take."""
QUERY = """query FourViews($uscc: ID!) {
  enterprise(uscc: $uscc) {
    id name nameEn uscc status establishedOn regionCode
    facilities(first: 5) { facilityNo kind amount currency until }
    creditRatings(first: 4) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        ratingNo scheme grade assessedOn validFrom validTo current
        outlook limitAmount limitCurrency
      }
    }
    productFilings(first: 20) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { filingNo status direction businessType customsOffice declaredAt }
    }
    declarations(first: 10) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        declarationNo mode status declaredAt currency totalValue duty
        timeline(first: 20) { seq status occurredAt message }
        containers(first: 20) { number kind sealed terminal grossWeight }
        vessel { imo name flag }
      }
    }
  }
}"""
"""Sixty-odd fields; those of facilities and ratings' limits come from a bank, those of containers from a port."""
VARIABLES = {"uscc": "91440300708461136T"}


def supergraph() -> Supergraph:
    return read((ROOT / "bench" / "federation" / "four_views.graphql").read_text())


def operation(of: Supergraph, limits: Limits) -> Operation:
    digest = hashlib.sha256(QUERY.encode()).hexdigest()
    return prepare(QUERY, digest, None, of.api, limits, Strictness())


def cold(times: int = 30) -> tuple[float, float, float]:
    """Return the milliseconds to validate the operation, then to plan it with a new planner: median and worst."""
    of, limits = supergraph(), Limits()
    federation = of.federation()
    preparing, planning = [], []
    for _ in range(times):
        preparing.append(_took(lambda: operation(of, limits)))
        asked, planner = operation(of, limits), Planner(federation, limits)
        planning.append(_took(lambda asked=asked, planner=planner: planner.plan(asked, VARIABLES)))  # type: ignore[misc]
    return statistics.median(preparing), statistics.median(planning), max(planning)


def warm(times: int = 20_000) -> float:
    """Return the microseconds in which a gateway finds the operation and its plan again."""
    road = OpenRoad(supergraph(), Limits())
    call = Call(QUERY, variables=VARIABLES)

    def found() -> None:
        operation = road.operation(call)
        road.plan(operation, operation.variables.coerce(call.variables))

    found()
    return _took(lambda: [found() for _ in range(times)]) / times * 1e3


def report() -> str:
    preparing, planning, worst = cold()
    return (
        f"The four views over three sources: validated in {preparing:.1f} ms, planned in {planning:.1f} ms "
        f"({worst:.1f} at most; held to {TARGET:.0f}), found again in {warm():.1f} us."
    )


def _took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


if __name__ == "__main__":
    print(report())
