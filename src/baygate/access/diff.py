"""Who gains and who loses what, between two states of the policies.

Every class of callers that rules can tell apart is asked about, for every purpose, before and after: each agency of
the root document and each jurisdiction, as the plainest caller (with all scopes, in no role, of no assurance, for no
party), and then in each role, at each level of assurance, with each set of scopes and for each party that a rule names.
Of the latter is told only what is not so for a plainer caller.

What a rule is called makes no difference, nor does what nobody can ever get.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from math import prod
from typing import Any

from baygate.access.access import Access
from baygate.access.compile import Who, compiled, who
from baygate.access.decision import ALL_ROWS, ByProvider, Decision
from baygate.access.documents.policy import Grant, PolicyDocument
from baygate.access.documents.rules import InForce, Owner, Rule
from baygate.access.facts import Facts, TypeFacts
from baygate.access.principal import Principal
from baygate.access.words import Ways, ways, ways_text

JURISDICTIONS = ("CN-GD", "HK", "MO")


class TooManyCallers(Exception):
    """Rules tell more classes of callers apart than whoever compares will look at: ``count`` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} classes of callers")
        self.count = count


class Kind(StrEnum):
    """What became of a cell."""

    GAINED = "GAINED"
    LOST = "LOST"
    CHANGED = "CHANGED"


@dataclass(frozen=True)
class Change:
    """One cell that differs: ``coordinate`` of the rows of ``providers``, for ``recipient`` and ``purpose``.

    ``before`` and ``after`` say in words what leaves; None if nothing does.
    """

    recipient: str
    purpose: str
    coordinate: str
    providers: tuple[str, ...]
    kind: Kind
    before: str | None
    after: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "recipient": self.recipient,
            "purpose": self.purpose,
            "field": self.coordinate,
            "providers": list(self.providers),
            "change": str(self.kind),
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True)
class Recipient:
    """A class of callers: an agency, or whoever is of a jurisdiction; ``scopes`` are all there are if None."""

    agency: str | None
    jurisdiction: str
    role: str | None = None
    assurance: int = 0
    scopes: tuple[str, ...] | None = None
    party: str | None = None

    @property
    def label(self) -> str:
        """What a table calls it."""
        parts = [self.agency or self.jurisdiction]
        if self.role:
            parts.append(f"as {self.role}")
        if self.assurance:
            parts.append(f"at assurance {self.assurance}")
        if self.scopes is not None:
            parts.append(f"with only {' '.join(self.scopes)}" if self.scopes else "with no scope")
        if self.party:
            parts.append(f"for party {self.party}")
        return " ".join(parts)

    @property
    def particulars(self) -> frozenset[tuple[str, object]]:
        """What tells it from the plainest caller of its agency or jurisdiction."""
        told = {"role": self.role, "assurance": self.assurance or None, "scopes": self.scopes, "party": self.party}
        return frozenset((name, value) for name, value in told.items() if value is not None)

    def asking(self, in_force: InForce, purpose: str) -> Who:
        """Return it as a state of the policies sees it."""
        scopes = in_force.root.scopes if self.scopes is None and in_force.root else self.scopes or ()
        roles = frozenset({self.role} if self.role else ())
        return asking(
            in_force, self.agency, self.jurisdiction, roles, frozenset(scopes), purpose, self.assurance, self.party
        )


def asking(
    in_force: InForce,
    agency: str | None,
    jurisdiction: str,
    roles: frozenset[str],
    scopes: frozenset[str],
    purpose: str,
    assurance: int = 0,
    party: str | None = None,
) -> Who:
    """Return somebody as the policies in force see him."""
    caller = Principal(
        "", None, agency or "", party, jurisdiction, roles, scopes, purpose, None, None, assurance
    )  # fmt: skip
    return who(caller, in_force)


def proposed(in_force: InForce, documents: Iterable[PolicyDocument]) -> InForce:
    """Return what would be in force with these policies, each instead of the one of its name. Pure.

    Nobody has signed them yet and no manifest lists them: what that would take is not looked at.
    """
    new: dict[str, list[PolicyDocument]] = {}
    for each in documents:
        new.setdefault(each.owner, []).append(each)
    owners = tuple(_with(owner, new.get(owner.agency.id, ())) for owner in in_force.owners)
    return replace(in_force, owners=owners, version=f"{in_force.version}, with what is proposed")


def difference(before: InForce, after: InForce, facts: Facts) -> list[Change]:
    """Return every cell that differs, the plainest callers first. Pure."""
    return [change for _, changes in by_recipient(before, after, facts) for change in changes]


def by_recipient(
    before: InForce, after: InForce, facts: Facts, purposes: Collection[str] | None = None, most: int | None = None
) -> Iterator[tuple[Recipient, list[Change]]]:
    """Yield each class of callers, the plainest first, with what differs for it; for all ``purposes`` unless named.

    Raise TooManyCallers if there are more classes than ``most``.
    """
    touched = _touched(before, after, facts)
    known = Facts({name: each for name, each in facts.types.items() if name in touched}, facts.interfaces)
    rules = [each for each in (*_rules(before), *_rules(after)) if each.rule.type in touched]
    plainer: dict[tuple[str | None, str, Change], list[frozenset[tuple[str, object]]]] = {}
    for recipient in _recipients(before, after, rules, most):
        found: list[Change] = []
        for change in _changes(recipient, before, after, known, rules, purposes):
            told = plainer.setdefault((recipient.agency, recipient.jurisdiction, replace(change, recipient="")), [])
            if not any(each < recipient.particulars for each in told):
                found.append(change)
            told.append(recipient.particulars)
        yield recipient, found


def cells(before: Access, after: Access, types: Iterable[str], facts: Facts) -> Iterator[Change]:
    """Yield what differs between two accesses in some types; of nobody in particular, for no purpose."""
    for name in types:
        grown: dict[tuple[str, Ways, Ways], list[str]] = {}
        known = facts.types[name]
        for field in known.fields:
            one, other = before.decide(name, field), after.decide(name, field)
            # an entry point, or a field that a source adds: its giver has no rows to speak of
            apart = known.giver(field) or (None if known.columns else known.publisher)
            for provider in [apart] if apart else _providers(one, other, known):
                were = ways(one.of(provider), ALL_ROWS if apart else before.rows(name).of(provider))
                are = ways(other.of(provider), ALL_ROWS if apart else after.rows(name).of(provider))
                if were != are:
                    grown.setdefault((f"{name}.{field}", were, are), []).append(provider)
        for (coordinate, were, are), of in grown.items():
            kind = Kind.GAINED if not were else Kind.CHANGED if are else Kind.LOST
            yield Change("", "", coordinate, tuple(of), kind, ways_text(were), ways_text(are))
        yield from _counts(name, before, after)


def _providers(one: ByProvider[Decision], other: ByProvider[Decision], known: TypeFacts) -> list[str]:
    """Return of whose rows something is decided about a field, before or after."""
    decided = [*dict.fromkeys((*one.decided, *other.decided))]
    return decided or ([known.publisher] if known.publisher else [])


def _with(owner: Owner, documents: Iterable[PolicyDocument]) -> Owner:
    new = {each.policy_id: each for each in documents}

    def kept(rules: tuple[Rule, ...]) -> Iterator[Rule]:
        return (each for each in rules if each.policy.policy_id not in new)

    return replace(
        owner,
        grants=(*kept(owner.grants), *(Rule(each, rule) for each in new.values() for rule in each.grants)),
        denials=(*kept(owner.denials), *(Rule(each, rule) for each in new.values() for rule in each.denials)),
        policies=(*(each for each in owner.policies if each.policy_id not in new), *new.values()),
    )


def _rules(in_force: InForce) -> list[Rule]:
    return [each for owner in in_force.owners for each in (*owner.grants, *owner.denials)]


def _touched(before: InForce, after: InForce, facts: Facts) -> set[str]:
    """Return the types about which the two states do not say the same."""
    if before.root != after.root:
        return set(facts.types)
    said, says = ([(each.policy.policy_id, each.rule) for each in _rules(state)] for state in (before, after))
    differing = [*(each for each in said if each not in says), *(each for each in says if each not in said)]
    return {rule.type for _, rule in differing} & facts.types.keys()


def _recipients(before: InForce, after: InForce, rules: list[Rule], most: int | None) -> list[Recipient]:
    """Return the classes of callers that the rules tell apart, the plainest first; raise TooManyCallers."""
    agencies = {each.id: each.jurisdiction for state in (before, after) if state.root for each in state.root.agencies}
    criteria = [each.rule.to for each in rules if each.rule.to is not None]
    clauses = [clause for each in rules if isinstance(each.rule, Grant) for clause in each.rule.where]
    named: set[str] = {jurisdiction for each in criteria for jurisdiction in each.jurisdictions}
    if any(not (each.agencies or each.jurisdictions) for each in criteria):
        named = set(JURISDICTIONS)
    levels = {each.min_assurance for each in criteria if each.min_assurance}
    levels |= {each.value for each in clauses if each.attr == "subject.assurance" and isinstance(each.value, int)}
    scopes = {tuple(sorted(each.rule.scopes)) for each in rules if isinstance(each.rule, Grant)} | {()}
    particulars = (
        (None, *sorted({role for each in criteria for role in each.roles})),
        (0, *sorted(levels - {0})),
        (None, *sorted(scopes)),
        (None, *sorted(_parties(each.value for each in clauses if each.attr == "subject.party"))),
    )
    callers: list[tuple[str | None, str]] = [
        *agencies.items(),
        *((None, each) for each in JURISDICTIONS if each in named),
    ]
    count = len(callers) * prod(map(len, particulars))
    if most is not None and count > most:
        raise TooManyCallers(count)
    found = [
        Recipient(agency, jurisdiction, role, assurance, of, party)
        for role, assurance, of, party in product(*particulars)
        for agency, jurisdiction in callers
    ]
    return sorted(found, key=lambda each: len(each.particulars))


def _parties(values: Iterable[object]) -> set[str]:
    return {
        party for each in values for party in (each if isinstance(each, tuple) else (each,)) if isinstance(party, str)
    }


def _changes(
    recipient: Recipient,
    before: InForce,
    after: InForce,
    facts: Facts,
    rules: list[Rule],
    wanted: Collection[str] | None,
) -> Iterator[Change]:
    every = dict.fromkeys(purpose for state in (before, after) if state.root for purpose in state.root.purposes)
    purposes = [each for each in every if wanted is None or each in wanted]
    named = {purpose for each in rules if isinstance(each.rule, Grant) for purpose in each.rule.purposes}
    alike: Mapping[str, list[Change]] = {}
    for purpose in purposes:
        # the purposes that no rule names are all treated alike
        group = purpose if purpose in named or before.root != after.root else ""
        if group not in alike:
            accesses = [compiled(state, recipient.asking(state, purpose), facts) for state in (before, after)]
            alike = {**alike, group: list(cells(accesses[0], accesses[1], facts.types, facts))}
        yield from (replace(each, recipient=recipient.label, purpose=purpose) for each in alike[group])


def _counts(name: str, before: Access, after: Access) -> Iterator[Change]:
    """Tell whether smaller counts are told than before, to one who sees rows before and after."""
    if not all(any(state.rows(name).every()) for state in (before, after)):
        return
    were, are = (state.types[name].min_cell for state in (before, after))
    if were != are:
        yield Change("", "", name, (), Kind.CHANGED, _counted(were), _counted(are))


def _counted(min_cell: int) -> str:
    return f"counts from {min_cell}" if min_cell else "all counts"
