"""Fetches that can be made at the same time become one request to their subgraph.

Those that ask for the same of objects in different places become one list of entities; others stand side by side in
one document.
"""

from collections.abc import Iterable

from baygate.gateway.planning.federation.fetch_plan import FederatedFetch, Request


def merged(fetches: Iterable[FederatedFetch]) -> list[Request]:
    """Return the requests for fetches, of which each stands behind those that it needs."""
    requests: list[Request] = []
    request_of: dict[int, int] = {}
    for each in fetches:
        after = frozenset(request_of[earlier] for earlier in each.after)
        request = next((other for other in requests if _together(each, after, other)), None)
        if request is None:
            request = Request(len(requests), each.graph, each.operation, [], after)
            requests.append(request)
        request_of[each.id] = request.id
        twin = next((other for other in request.fetches if _alike(each, other)), None)
        if twin is None:
            request.fetches.append(each)
        else:
            twin.places += each.places
            twin.representations |= each.representations
    return requests


def _together(fetch: FederatedFetch, after: frozenset[int], request: Request) -> bool:
    """Whether a request can take a fetch along: only lists of entities, since root fields keep their own order."""
    return (
        request.graph is fetch.graph
        and request.after == after
        and fetch.of_entities
        and all(each.of_entities for each in request.fetches)
    )


def _alike(one: FederatedFetch, other: FederatedFetch) -> bool:
    """Whether one list of entities can serve both."""
    return one.node == other.node and all(
        other.representations.get(name, how) == how for name, how in one.representations.items()
    )
