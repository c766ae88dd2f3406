"""What a plan decides, place by place: what a proposed policy is tried on, and what the audit log keeps."""

from collections.abc import Iterable, Iterator
from itertools import chain

import orjson

from baygate.access.decision import ByProvider, Decision
from baygate.access.documents.policy import Outcome
from baygate.gateway.planning.release import Notice
from baygate.sources.fetch import Selected, Selection
from baygate.sources.supergraph.contributions import Contributions

Decided = tuple[str, str, str]
"""A concrete type, a field of it, and in one word (``Outcome``) what becomes of the field."""

_OTHERS = "*"
_WORDS = {
    Outcome.ALLOW: "released",
    Outcome.TRANSFORM: "masked",
    Outcome.CONDITIONAL: "conditional",
    Outcome.WITHHOLD: "withheld",
}


def decided_in(selection: Selection, notices: Iterable[Notice]) -> tuple[Decided, ...]:
    """Return what is decided in a selection; ``notices`` tell of what is withheld above or beside it."""
    withheld = [each.coordinate.partition(".") for each in notices if each.kind == "FIELD_WITHHELD"]
    found = {(type_name, name, str(Outcome.WITHHOLD)) for type_name, _, name in withheld if name}
    return tuple(sorted(found | set(_decided(selection))))


def decisions_of(
    selections: Iterable[Selection], notices: Iterable[Notice], contributed: Contributions | None
) -> bytes:
    """Return as JSON text in one form what becomes of each field, by the provider who decides for its rows.

    ``{"released": {provider: [coordinate]}, "masked": ..., "conditional": ..., "withheld": ...}``; "*" are all
    providers that are not named with the coordinate elsewhere. What is withheld above or beside a selection, as
    ``notices`` tell, may be a whole type. A field that a remote source gives is its agency's.
    """
    found: dict[str, dict[str, set[str]]] = {word: {} for word in _WORDS.values()}

    def add(outcome: Outcome, provider: str, coordinate: str) -> None:
        type_name, _, name = coordinate.partition(".")
        agency = contributed.agency(type_name, name) if contributed and not provider else None
        found[_WORDS[outcome]].setdefault(provider or agency or _OTHERS, set()).add(coordinate)

    for notice in notices:
        if notice.kind == "FIELD_WITHHELD":
            for provider in notice.providers or ("",):
                add(Outcome.WITHHOLD, provider, notice.coordinate)
    for type_name, each in chain.from_iterable(map(_fields, selections)):
        for provider, outcome in _by_provider(each.decisions) if each.decisions else ():
            add(outcome, provider, f"{type_name}.{each.field}")
    told = {word: {name: sorted(of) for name, of in by.items()} for word, by in found.items()}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _by_provider(decisions: ByProvider[Decision]) -> Iterator[tuple[str, Outcome]]:
    """Yield what becomes of a field for the rest, under the empty name, and for each who decides otherwise."""
    others = _outcome([decisions.otherwise])
    yield "", others
    for provider, each in decisions.decided.items():
        if (outcome := _outcome([each])) != others:
            yield provider, outcome


def _fields(selection: Selection) -> Iterator[tuple[str, Selected]]:
    """Yield the fields selected on each concrete type, all the way down."""
    for type_name, fields in selection.fields.items():
        for each in fields:
            yield type_name, each
            if each.selection is not None:
                yield from _fields(each.selection)


def _decided(selection: Selection) -> Iterator[Decided]:
    for type_name, each in _fields(selection):
        if each.decisions is not None:
            yield type_name, each.field, str(_outcome(each.decisions.every()))


def _outcome(decisions: Iterable[Decision]) -> Outcome:
    """Return what becomes of a field in the rows of whichever providers there are."""
    given = [each for each in decisions if not each.withheld]
    if not given:
        return Outcome.WITHHOLD
    if any(each.conditional for each in given):
        return Outcome.CONDITIONAL
    return Outcome.TRANSFORM if any(each.masked for each in given) else Outcome.ALLOW
