"""From the policies in force to Access: for a class of principal, a table from concrete Type.field to Decision.

Rules:

1. A grant applies to a principal who is among its recipients, asks for one of its purposes, holds its scopes, and for
   whom its conditions on the caller hold. An attribute that is not known makes no condition hold.
2. A denial applies to everybody, unless it names recipients and the principal is known not to be among them: of whom
   no agency, jurisdiction or role is known, it may be any.
3. A grant and a denial reach only rows of the providers that the root document lets their owner govern.
4. Grants are OR-ed: a row is there if the conditions of any applicable grant of its type hold. A value leaves by the
   weakest transform of those grants of its field whose conditions hold. A denial wins over all of them.
5. A purpose that is not in the root document's registry opens nothing.
6. What is withheld says which policy decided (the first that speaks of the type, where none speaks of the field), and
   what would help: scopes, or purposes, of a grant that lacks no more.
7. A keyed hash needs somebody to key it for: to a caller of whom neither agency nor party is known, no hash is given.
8. A field that a remote source adds to rows of others is decided by the source's agency alone, for all of them. What
   it grants under a condition on the record is not given: it does not have the record. A grant of nothing else makes no
   row be there: they are not its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from baygate.access import decision
from baygate.access.access import Access, TypeAccess
from baygate.access.decision import (
    ALWAYS,
    NO_ROWS,
    WITHHELD,
    ByProvider,
    Condition,
    Decision,
    Operator,
    Release,
    Subject,
    Withholding,
)
from baygate.access.documents import policy
from baygate.access.documents.policy import EVERY, Clause, Grant, Recipients
from baygate.access.documents.rules import InForce, Owner, Rule
from baygate.access.facts import Facts, TypeFacts
from baygate.access.principal import Principal


@dataclass(frozen=True)
class Who:
    """A principal as policies see him: the root document knows his agency better than his token does."""

    agency: str | None
    jurisdiction: str
    roles: frozenset[str]
    scopes: frozenset[str]
    purpose: str
    assurance: int
    attributes: Mapping[str, str]


def who(principal: Principal, in_force: InForce) -> Who:
    """Return what policies can name of a principal."""
    known = in_force.root.by_id.get(principal.agency) if in_force.root else None
    jurisdiction = known.jurisdiction if known else principal.jurisdiction
    attributes = {
        "agency": known.id if known else None,
        "jurisdiction": jurisdiction,
        "party": principal.party,
        "region": known.region if known else None,
        "assurance": str(principal.assurance),
    }
    return Who(
        known.id if known else None,
        jurisdiction,
        principal.roles,
        principal.scopes,
        principal.purpose,
        principal.assurance,
        {name: value for name, value in attributes.items() if value},
    )


def compiled(in_force: InForce, asking: Who, facts: Facts) -> Access:
    """Return what is decided for one who asks. Pure."""
    registered = in_force.root is not None and asking.purpose in in_force.root.purposes
    tables = [_Table.of(owner, asking, facts, registered=registered) for owner in in_force.owners]
    types = {name: each for name in facts.types if (each := _type(name, tables, facts)) is not None}
    return Access(in_force.version, types, WITHHELD, in_force.valid_from, in_force.valid_until)


@dataclass
class _Table:
    """What one owner decides, by type and field, for the rows that it governs."""

    owner: Owner
    facts: Facts
    rows: dict[str, dict[str, Condition]] = field(default_factory=dict)
    releases: dict[str, dict[str, list[Release]]] = field(default_factory=dict)
    withheld: dict[str, dict[str, Withholding]] = field(default_factory=dict)
    denied: dict[str, dict[str, Withholding]] = field(default_factory=dict)
    min_cells: dict[str, dict[str, int]] = field(default_factory=dict)
    speaking: dict[str, Decision] = field(default_factory=dict)
    covered: dict[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, owner: Owner, asking: Who, facts: Facts, *, registered: bool) -> "_Table":
        table = cls(owner, facts)
        for each in owner.grants:
            assert isinstance(each.rule, Grant)  # noqa: S101 - the owner's grants are
            table._grant(each, each.rule, asking, registered=registered)
        for each in (*owner.grants, *owner.denials):
            table.speaking.setdefault(each.rule.type, Decision((), Withholding(each.policy.policy_id)))
        for each in owner.denials:
            if each.rule.to is None or fits(each.rule.to, asking, unknown=True):
                table._deny(each)
        return table

    def decide(self, type_name: str, name: str, *, of_own_rows: bool = True) -> Decision:
        """Return what is decided for a field, of the rows that the owner governs or of which it gives this field."""
        denied = self.denied.get(type_name, {})
        if name in denied or EVERY in denied:
            return Decision((), denied.get(name) or denied[EVERY])
        releases = self.releases.get(type_name, {}).get(name)
        if releases and not of_own_rows:
            plainly = [each for each in releases if each.condition == ALWAYS]
            weakest = tuple(sorted(plainly, key=lambda each: (_strength(each.transform), each.rule)))[:1]
            return Decision(weakest, Withholding() if weakest else self.speaking[type_name].withholding)
        if releases:
            if type_name not in self.covered:
                self.covered[type_name] = _covered(self.rows.get(type_name, {}), self.visible(type_name))
            return Decision(_weakest_first(releases, self.covered[type_name]))
        withheld = self.withheld.get(type_name, {}).get(name)
        return Decision((), withheld) if withheld else self.speaking.get(type_name, WITHHELD)

    def visible(self, type_name: str) -> decision.Rows:
        """Return which of the rows that the owner governs are there."""
        if EVERY in self.denied.get(type_name, {}):
            return NO_ROWS
        conditions = tuple(dict.fromkeys(self.rows.get(type_name, {}).values()))
        return (ALWAYS,) if ALWAYS in conditions else conditions

    def _grant(self, each: Rule, grant: Grant, asking: Who, *, registered: bool) -> None:
        if not (registered and fits(grant.to, asking) and all(_holds(clause, asking) for clause in grant.where)):
            lacks = Withholding(each.policy.policy_id)
        else:
            scopes = tuple(sorted(set(grant.scopes) - asking.scopes))
            purposes = () if not grant.purposes or asking.purpose in grant.purposes else grant.purposes
            if not scopes and not purposes:
                self._give(each, grant, asking)
                return
            lacks = Withholding(each.policy.policy_id, None, scopes, purposes)
        known = self.withheld.setdefault(grant.type, {})
        for name in grant.fields:
            if name not in known or _helps_more(lacks, known[name]):
                known[name] = lacks

    def _give(self, each: Rule, grant: Grant, asking: Who) -> None:
        condition = tuple(_clause(clause) for clause in grant.where if clause.side == "record")
        releases, rule = self.releases.setdefault(grant.type, {}), each.name
        known = self.facts.types.get(grant.type)
        if known is None or any(not _is_added(known, name) for name in grant.fields):
            self.rows.setdefault(grant.type, {})[rule] = condition
        plain = Release(rule, condition)
        for name in grant.fields:
            given = grant.transform.get(name)
            if isinstance(given, policy.Hash) and recipient_of(asking) is None:
                continue
            release = Release(rule, condition, transform_of(given, asking)) if given else plain
            releases.setdefault(name, []).append(release)
        if grant.min_cell:
            self.min_cells.setdefault(grant.type, {})[rule] = grant.min_cell

    def _deny(self, each: Rule) -> None:
        denied = self.denied.setdefault(each.rule.type, {})
        for name in each.rule.fields:
            denied.setdefault(name, Withholding(each.policy.policy_id, each.rule.id))


def _type(name: str, tables: Iterable[_Table], facts: Facts) -> TypeAccess | None:
    """Return what is decided about a type by all owners that have a say; None if nobody has, nor any source a field."""
    concerned = [each for each in tables if name in each.owner.agency.owns]
    known = facts.types[name]
    if not concerned:
        closed = {field_name: ByProvider({}, WITHHELD) for field_name, said in known.fields.items() if said.publisher}
        return TypeAccess(ByProvider({}, NO_ROWS), closed) if closed else None
    cells = {rule: cell for each in concerned for rule, cell in each.min_cells.get(name, {}).items()}
    min_cell, cell_rules = max(cells.values(), default=0), tuple(sorted(cells))
    if known.publisher is None:
        by_provider = {provider: each for each in concerned for provider in each.owner.agency.providers}
        rows = ByProvider({provider: each.visible(name) for provider, each in by_provider.items()}, NO_ROWS)
        fields = {
            field_name: ByProvider({p: each.decide(name, field_name) for p, each in by_provider.items()}, WITHHELD)
            if not _is_added(known, field_name)
            else _added(name, field_name, str(said.publisher), concerned)
            for field_name, said in known.fields.items()
        }
        return TypeAccess(rows, fields, min_cell, cell_rules)
    governing = next((each for each in concerned if known.publisher in each.owner.agency.providers), None)
    fields = {}
    for field_name, said in known.fields.items():
        if _is_added(known, field_name):
            fields[field_name] = _added(name, field_name, str(said.publisher), concerned)
            continue
        # what no row provides (an entry point that gives a verdict) is decided by whoever owns it
        owning = governing or next((e for e in concerned if e.owner.agency.owns_field(name, field_name)), None)
        fields[field_name] = ByProvider({}, owning.decide(name, field_name) if owning else WITHHELD)
    rows = ByProvider({}, governing.visible(name) if governing else NO_ROWS)
    return TypeAccess(rows, fields, min_cell, cell_rules)


def _is_added(known: TypeFacts, name: str) -> bool:
    """Whether a field is added by an agency's source to rows that others publish."""
    return name in known.fields and known.giver(name) is not None


def _added(type_name: str, name: str, publisher: str, concerned: Iterable[_Table]) -> ByProvider[Decision]:
    """Return what the agency decides that adds a field to rows of others (rule 8)."""
    owning = next((each for each in concerned if publisher in each.owner.agency.providers), None)
    if owning is None or not owning.owner.agency.owns_field(type_name, name):
        return ByProvider({}, WITHHELD)
    return ByProvider({}, owning.decide(type_name, name, of_own_rows=False))


def fits(to: Recipients, asking: Who, *, unknown: bool = False) -> bool:
    """Return whether somebody is among recipients; with ``unknown``, also whether he may be, for all that is known."""
    if to.agencies and asking.agency not in to.agencies and not (unknown and asking.agency is None):
        return False
    if to.jurisdictions and asking.jurisdiction not in to.jurisdictions and not (unknown and not asking.jurisdiction):
        return False
    if to.roles and not asking.roles & set(to.roles) and not (unknown and not asking.roles):
        return False
    return to.min_assurance is None or asking.assurance >= to.min_assurance


def _holds(clause: Clause, asking: Who) -> bool:
    """Return whether a condition on the caller holds; one on the record is for the statement to tell."""
    if clause.side == "record":
        return True
    known = asking.attributes.get(clause.name)
    if known is None:
        return False
    match clause.op, clause.value:
        case "in", tuple() as values:
            return known in values
        case "prefix", str() as value:
            return known.startswith(value)
        case ("gte" | "lte") as op, int() as value if known.isdecimal():
            return int(known) >= value if op == "gte" else int(known) <= value
        case "eq", value:
            return known == str(value)
        case "ne", value:
            return known != str(value)
    return False


def _clause(clause: Clause) -> decision.Clause:
    value = Subject(clause.value_from.partition(".")[2]) if clause.value_from else clause.value
    assert value is not None  # noqa: S101 - one of the two is there
    return decision.Clause(clause.name, Operator(clause.op), value)


def recipient_of(asking: Who) -> str | None:
    """Return for whom hashes are keyed: an agency, else a party; None if neither is known."""
    party = asking.attributes.get("party")
    return asking.agency or (f"party {party}" if party else None)


def transform_of(given: "policy.Transform | None", asking: Who) -> decision.Transform | None:
    """Return a document's transform as the statement carries it out for one who asks."""
    match given:
        case policy.Mask():
            return decision.Mask(given.keep_first, given.keep_last)
        case policy.Truncate(to=str(unit)):
            return decision.TruncateDate(decision.Unit(unit.lower()))
        case policy.Truncate(length=int(length)):
            return decision.TruncateCode(length)
        case policy.Generalise():
            return decision.Generalise(given.step)
        case policy.Hash():
            return decision.Hash(f"recipient {recipient_of(asking)} {asking.purpose}")
        case policy.Nullify():
            return decision.Nullify()
    return None


def _covered(rules: Mapping[str, Condition], visible: decision.Rows) -> Mapping[str, frozenset[int]]:
    """Return by rule which of the conditions by which rows are there its own condition is, or is wider than."""
    narrow = [frozenset(each) for each in visible]
    wide = ((rule, frozenset(each)) for rule, each in rules.items())
    return {rule: frozenset(n for n, other in enumerate(narrow) if each <= other) for rule, each in wide}


def _weakest_first(releases: Iterable[Release], covered: Mapping[str, frozenset[int]]) -> tuple[Release, ...]:
    """Order by what they leave of a value.

    A row is there only if the condition of some rule holds. So once each of these is, or is narrower than, one that was
    tried, the last release needs no condition, and none that follows ever applies.
    """
    ordered = sorted(releases, key=lambda each: (_strength(each.transform), each.rule))
    untried = set().union(*covered.values())
    for position, each in enumerate(ordered):
        untried -= covered[each.rule]
        if each.condition == ALWAYS or not untried:
            before = [other for other in ordered[:position] if other.transform != each.transform]
            return (*before, Release(each.rule if before else ordered[0].rule, ALWAYS, each.transform))
    return tuple(ordered)


def _strength(transform: decision.Transform | None) -> tuple[int, int]:
    """Return how much a transform takes away, comparably."""
    match transform:
        case None:
            return 0, 0
        case decision.Generalise(step=step):
            return 1, step
        case decision.TruncateDate(unit=unit):
            return 2, (decision.Unit.MONTH, decision.Unit.YEAR).index(unit)
        case decision.TruncateCode(length=length):
            return 3, -length
        case decision.Mask(keep_first=first, keep_last=last):
            return 4, -(first + last)
        case decision.Hash():
            return 5, 0
        case decision.Nullify():
            return 6, 0


def _helps_more(one: Withholding, other: Withholding) -> bool:
    """Return whether one reason tells of a shorter way than another."""

    def lacking(each: Withholding) -> tuple[bool, int]:
        return not (each.scopes or each.purposes), len(each.scopes) + bool(each.purposes)

    return lacking(one) < lacking(other)
