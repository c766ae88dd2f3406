"""Whether a policy says what its owner may say, of things that there are, in ways that can be carried out."""

import datetime
import decimal
from collections.abc import Iterable, Iterator

from baygate.access.documents.policy import (
    EVERY,
    Clause,
    Denial,
    Generalise,
    Grant,
    Hash,
    Mask,
    Nullify,
    PolicyDocument,
    Recipients,
    Truncate,
)
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.root import Agency, RootDocument
from baygate.access.facts import Facts, TypeFacts

_ABROAD = {"HK", "MO"}
_OPERATORS = {
    "text": {"eq", "ne", "in", "prefix", "gte", "lte"},
    "int4": {"eq", "ne", "gte", "lte"},
    "bool": {"eq", "ne"},
    "date": {"eq", "ne", "gte", "lte"},
    "timestamptz": {"eq", "ne", "gte", "lte"},
    "numeric": {"eq", "ne", "gte", "lte"},
    "text[]": {"includes"},
}
"""What a record's column can be compared by, by its kind."""
_SAID_BY_CALLERS = {"text", "text[]"}
"""What can be compared with an attribute of the caller, all of which are texts."""


def check_policy(document: PolicyDocument, owner: Agency, root: RootDocument, facts: Facts) -> bool:
    """Check all but the embedded tests; raise Refused.

    Return whether its grants are suspended: the contract has changed where the document speaks of it. What is
    suspended is not checked against the contract, which is not the one that was signed.
    """
    for type_name, name in document.coordinates():
        if not owner.owns_field(type_name, name):
            raise Refused(Step.OWNERSHIP, f"{type_name}.{name} is not {owner.id}'s to decide")
    for each in document.denials:
        if EVERY in each.fields and each.type not in owner.owns:
            raise Refused(Step.OWNERSHIP, f"{each.type} is not {owner.id}'s to decide")
    for wrong in _unknown(document, root):
        raise Refused(Step.RULES, wrong)
    if facts.schema_hash(document.coordinates()) != document.schema_hash:
        return True
    for wrong in _mistaken(document, root, facts):
        raise Refused(Step.RULES, wrong)
    return False


def _unknown(document: PolicyDocument, root: RootDocument) -> Iterator[str]:
    """Yield what the registries of the root document do not have."""
    for grant in document.grants:
        for what, named, registry in (
            ("purpose", grant.purposes, root.purposes),
            ("scope", grant.scopes, root.scopes),
            ("agency", grant.to.agencies, root.by_id),
        ):
            unknown = sorted(set(named) - set(registry))
            if unknown:
                yield f"{grant.id}: {', '.join(unknown)}: no such {what} in the root document"


def _mistaken(document: PolicyDocument, root: RootDocument, facts: Facts) -> Iterator[str]:
    """Yield what is wrong with the rules by the contract that they were signed for."""
    rules: tuple[Grant | Denial, ...] = (*document.grants, *document.denials)
    for rule in rules:
        yield from (f"{rule.id}: {wrong}" for wrong in _unspeakable(rule, facts))
    for grant in document.grants:
        yield from (f"{grant.id}: {wrong}" for wrong in _wrong(grant, facts.types[grant.type], root))


def _unspeakable(rule: Grant | Denial, facts: Facts) -> Iterator[str]:
    """Yield what there is not: a grant of it is a mistake, and a denial would deny nothing."""
    known = facts.types.get(rule.type)
    if known is None:
        advice = "an interface: name its concrete types" if rule.type in facts.interfaces else "not a governed type"
        yield f"{rule.type} is {advice}"
        return
    yield from (f"{rule.type} has no field {name}" for name in rule.fields if name not in {EVERY, *known.fields})


def _wrong(grant: Grant, known: TypeFacts, root: RootDocument) -> Iterator[str]:
    personal = [name for name in grant.fields if known.fields[name].personal]
    if personal and _abroad(grant.to, root) and not grant.contract_filing:
        yield f"{', '.join(personal)}: personal, and may go to Hong Kong or Macau: name the contractFiling"
    yield from _untransformable(grant, known)
    yield from _unconditional(grant, known)
    for clause in grant.where:
        yield from _incomparable(clause, grant.type, known)


def _abroad(to: Recipients, root: RootDocument) -> bool:
    """Whether anybody in Hong Kong or Macau may be among the recipients."""
    if to.jurisdictions and not _ABROAD & set(to.jurisdictions):
        return False
    agencies = [root.by_id[each] for each in to.agencies]
    return not agencies or any(each.jurisdiction in _ABROAD for each in agencies)


def _untransformable(grant: Grant, known: TypeFacts) -> Iterator[str]:
    for name, transform in grant.transform.items():
        facts = known.fields[name]
        if facts.key:
            yield f"{name} is a key of {grant.type}: keys cannot be transformed"
        match transform:
            case Mask() | Hash():
                kinds = {"text"}
            case Truncate(to=None):
                kinds = {"text"}
            case Truncate():
                kinds = {"date", "timestamptz"}
            case Generalise():
                kinds = {"int4"}
            case Nullify():
                kinds = {facts.kind} if facts.nullable else set()
        if facts.kind not in kinds:
            kind = facts.kind if facts.nullable else f"{facts.kind}, never null"
            yield f"{name} is {kind}: {transform.kind} cannot be applied"


def _unconditional(grant: Grant, known: TypeFacts) -> Iterator[str]:
    """Yield what a condition on the record would withhold from everybody: its giver does not have the record."""
    if any(clause.side == "record" for clause in grant.where):
        for name in grant.fields:
            giver = known.giver(name)
            if giver is not None:
                yield (
                    f"{name} is added by a source of {giver} to rows of {grant.type} that are published by others: no "
                    "condition on the record can be held against them; grant it without one, in a rule of its own"
                )


def _incomparable(clause: Clause, type_name: str, known: TypeFacts) -> Iterator[str]:
    if clause.side == "subject":
        return
    kind = known.columns.get(clause.name)
    if kind is None:
        yield f"{type_name} has nothing named {clause.name} that can be compared"
    elif clause.op not in _OPERATORS.get(kind, ()):
        yield f"{clause.name} is {kind}: {clause.op} cannot compare it"
    elif clause.value_from and kind not in _SAID_BY_CALLERS:
        yield f"{clause.name} is {kind}: {clause.value_from} is text"
    elif clause.value is not None and not _fits(kind, clause.value):
        yield f"{clause.name} is {kind}: {clause.value!r} is none"
    elif clause.name in known.choices and clause.op in {"eq", "ne", "in", "includes"}:
        # a misspelt one would let through every row, or none
        values = clause.value if isinstance(clause.value, tuple) else (clause.value,)
        strange = sorted(set(map(str, values)) - known.choices[clause.name])
        if strange and clause.value is not None:
            choices = ", ".join(sorted(known.choices[clause.name]))
            yield f"{clause.name} is one of {choices}: {', '.join(strange)} is none"


def _fits(kind: str, value: object) -> bool:
    match kind:
        case "int4":
            return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31
        case "bool":
            return isinstance(value, bool)
        case "text":
            return isinstance(value, str) or (isinstance(value, tuple) and _texts(value))
        case _:
            return isinstance(value, str) and _readable(kind, value)


def _texts(values: Iterable[object]) -> bool:
    return all(isinstance(each, str) for each in values)


def _readable(kind: str, value: str) -> bool:
    try:
        match kind:
            case "date":
                datetime.date.fromisoformat(value)
            case "timestamptz":
                return datetime.datetime.fromisoformat(value).tzinfo is not None
            case "numeric":
                return decimal.Decimal(value).is_finite()
    except (ValueError, ArithmeticError):
        return False
    return True
