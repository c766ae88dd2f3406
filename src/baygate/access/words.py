"""Decisions in words: what leaves of a value, and in which rows."""

from baygate.access import decision
from baygate.access.decision import ALWAYS, Condition, Decision, Operator, Rows, Subject, Transform

Ways = tuple[tuple[frozenset[Condition], Transform | None], ...]
"""The ways in which a value leaves, each for the rows in which any of its conditions holds and none of those of the
ways before it; no way at all if it is withheld."""

_COMPARED = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.ONE_OF: "is one of",
    Operator.STARTS_WITH: "begins with",
    Operator.AT_LEAST: "is at least",
    Operator.AT_MOST: "is at most",
    Operator.INCLUDES: "includes",
}


def ways(decided: Decision, rows: Rows) -> Ways:
    """Return the ways in which a value leaves, of the rows that are there; whatever the rules are called.

    A release without a condition is for all rows that are there, and so has the conditions of these.
    """
    found: list[tuple[frozenset[Condition], Transform | None]] = []
    tried: frozenset[Condition] = frozenset()
    for each in decided.releases:
        conditions = frozenset(rows if each.condition == ALWAYS else (each.condition,)) - tried
        if found and found[-1][1] == each.transform:
            conditions |= found.pop()[0]
        if conditions:
            found.append((conditions, each.transform))
        tried |= conditions
    return tuple(found)


def ways_text(given: Ways) -> str | None:
    """Return the ways in words that follow ``given``; None if there is none."""
    return (
        ", or else ".join(f"{transform_text(transform)}{_where(conditions)}" for conditions, transform in given) or None
    )


def _where(conditions: frozenset[Condition]) -> str:
    if ALWAYS in conditions:
        return ""
    return f" where {' or '.join(sorted(map(condition_text, conditions)))}"


def transform_text(transform: Transform | None) -> str:
    """Return what leaves of a value, in words that follow ``given``."""
    match transform:
        case None:
            return "as it is"
        case decision.Mask(keep_first=0, keep_last=0):
            return "masked whole"
        case decision.Mask(keep_first=first, keep_last=last):
            kept = [*([f"first {first}"] if first else []), *([f"last {last}"] if last else [])]
            return f"masked but for the {' and the '.join(kept)} characters"
        case decision.TruncateDate(unit=unit):
            return f"cut to the {unit.value}"
        case decision.TruncateCode(length=length):
            return f"cut to {length} characters"
        case decision.Generalise(step=step):
            return f"rounded down to {step}s"
        case decision.Hash():
            return "as a keyed hash"
        case decision.Nullify():
            return "as null"


def condition_text(condition: Condition) -> str:
    """Return when a condition holds: ``current is true and partyId is the caller's party``."""
    return " and ".join(comparison_text(each.field, each.operator, each.value) for each in condition)


def comparison_text(name: str, operator: Operator, value: object) -> str:
    """Return one comparison: ``region begins with 44``."""
    match value:
        case Subject(attribute=attribute):
            told = f"the caller's {attribute}"
        case bool():
            told = "true" if value else "false"
        case tuple():
            told = ", ".join(map(str, value))
        case _:
            told = str(value)
    return f"{name} {_COMPARED[operator]} {told}"
