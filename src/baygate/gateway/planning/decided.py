"""What a plan decides, place by place: the record that a proposed policy is tried on."""

from collections.abc import Iterable, Iterator

from baygate.access.decision import ByProvider, Decision
from baygate.access.documents.policy import Outcome
from baygate.gateway.planning.release import Notice
from baygate.sources.fetch import Selection

Decided = tuple[str, str, str]
"""A concrete type, a field of it, and in one word (``Outcome``) what becomes of the field."""


def decided_in(selection: Selection, notices: Iterable[Notice]) -> tuple[Decided, ...]:
    """Return what is decided in a selection; ``notices`` tell of what is withheld above or beside it."""
    withheld = [each.coordinate.partition(".") for each in notices if each.kind == "FIELD_WITHHELD"]
    found = {(type_name, name, str(Outcome.WITHHOLD)) for type_name, _, name in withheld if name}
    return tuple(sorted(found | set(_decided(selection))))


def _decided(selection: Selection) -> Iterator[Decided]:
    for type_name, fields in selection.fields.items():
        for each in fields:
            if each.decisions is not None:
                yield type_name, each.field, str(_outcome(each.decisions))
            if each.selection is not None:
                yield from _decided(each.selection)


def _outcome(decisions: ByProvider[Decision]) -> Outcome:
    """Return what becomes of a field in the rows of whichever providers there are."""
    given = [each for each in decisions.every() if not each.withheld]
    if not given:
        return Outcome.WITHHOLD
    if any(each.conditional for each in given):
        return Outcome.CONDITIONAL
    return Outcome.TRANSFORM if any(each.masked for each in given) else Outcome.ALLOW
