"""The part of a hub's plan that goes across sources: decided as all else, then planned over the supergraph."""

from dataclasses import dataclass, replace

from baygate.access.access import Access
from baygate.gateway.planning.federation.builder import Builder
from baygate.gateway.planning.federation.common import Common
from baygate.gateway.planning.federation.document import document, parts_of
from baygate.gateway.planning.federation.fetch_plan import Request
from baygate.gateway.planning.federation.guards import guard, with_compared
from baygate.gateway.planning.federation.names import with_names
from baygate.gateway.planning.federation.prepared import Prepared
from baygate.gateway.planning.federation.resident import resident_request
from baygate.gateway.planning.federation.usable import Usable
from baygate.gateway.planning.federation.visits import Search
from baygate.gateway.planning.reading import Reading
from baygate.sources.fetch import Selection
from baygate.sources.supergraph.contributions import Contributions
from baygate.storage.sources import HUB


@dataclass(frozen=True)
class Across:
    """A decided selection, and the requests that its values come from, some of them to who contributes."""

    selection: Selection
    requests: tuple[Prepared, ...]
    contributed: Contributions

    @property
    def weight(self) -> int:
        """An estimate of its size in memory, in bytes."""
        return sum(2_000 + 8 * len(each.document.text) + 20_000 * bool(each.resident) for each in self.requests)


def touches(selection: Selection, contributed: Contributions) -> bool:
    """Whether something in a decided selection comes from a remote source."""
    return any(
        not each.withheld
        and (
            contributed.agency(owner, each.field) is not None
            or (each.selection is not None and touches(each.selection, contributed))
        )
        for owner, fields in selection.fields.items()
        for each in fields
    )


def across(
    selection: Selection, access: Access, reading: Reading, contributed: Contributions, *, coalesces: bool
) -> Across:
    """Plan a decided selection over the hub and remote sources. Pure. Raise Refusal if it cannot be planned.

    What is withheld is asked of nobody. A key is used on the way only if the caller may read it plainly.
    """
    wanted = Common(contributed.federation).root(with_compared(_given(selection), access, contributed))
    plan = Builder(contributed.federation, Search(contributed.federation, Usable(reading, contributed))).query(wanted)
    prepared = (_prepared(each, access, reading, contributed, coalesces=coalesces) for each in plan.requests)
    return Across(with_names(selection, plan.moved), tuple(prepared), contributed)


def _prepared(
    request: Request, access: Access, reading: Reading, contributed: Contributions, *, coalesces: bool
) -> Prepared:
    if request.graph.name == HUB:
        resident = resident_request(request, reading.binding, access, coalesces=coalesces)
        return Prepared.within(request, parts_of(request), resident)
    guards = tuple(guard(each, access, contributed) for each in request.fetches)
    return Prepared.of(request, document(request, contributed.federation), guards)


def _given(selection: Selection) -> Selection:
    """Return a decided selection without what is withheld."""
    fields = {
        owner: tuple(
            replace(each, selection=_given(each.selection)) if each.selection else each
            for each in selected
            if not each.withheld
        )
        for owner, selected in selection.fields.items()
    }
    return replace(selection, fields=fields)
