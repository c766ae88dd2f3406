"""Why somebody does or does not get a field: in a sentence and in JSON, with the document, its version and the rule.

What is said follows from the very decisions that a query would meet (``compile``, and the gate of ``scopes`` before
them); it only finds the words for them. Of a grant that is for somebody else no more is told than that it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from baygate.access.access import Access
from baygate.access.compile import Who, compiled, fits
from baygate.access.decision import ALL_ROWS, ALWAYS, ByProvider, Decision, Operator, Rows, Withholding
from baygate.access.documents.cases import outcome_of
from baygate.access.documents.policy import Denial, Grant, Outcome
from baygate.access.documents.rules import InForce, Owner, Rule
from baygate.access.explanation import Answer, Cause, Explanation, listed
from baygate.access.facts import Facts
from baygate.access.scopes import NOTHING, Requirement, missing, opening
from baygate.access.words import Ways, comparison_text, ways, ways_text


def explain(
    in_force: InForce,
    asking: Who,
    facts: Facts,
    demanded: Mapping[str, Mapping[str, Requirement]],
    coordinate: tuple[str, str],
    access: Access | None = None,
) -> Explanation:
    """Return why ``asking`` gets the field ``coordinate`` (a concrete type and its field), or why not. Pure.

    ``demanded`` are the scopes that the contract demands (``scopes.requirements``). ``access`` is what ``compiled``
    gives for ``asking``, by whoever asks about many fields.
    """
    type_name, name = coordinate
    field = f"{type_name}.{name}"
    unknown = _unknown(facts, type_name, name)
    stopped = unknown or next(iter(in_force.problems), "").rstrip(".").replace(": everything is withheld", "")
    owners = {} if stopped else dict(owners_of(in_force, facts, type_name, name))
    if not owners:
        giver = None if stopped else facts.types[type_name].giver(name)
        nobody = f"{giver}, whose source adds it, does not own" if giver else "no agency of the root document owns"
        reason = stopped or f"{nobody} {field}"
        cause = Cause.STOPPED if in_force.problems and not unknown else Cause.UNOWNED
        return Explanation(field, asking, (Answer((), Outcome.WITHHOLD, reason, cause=cause),))
    access = access or compiled(in_force, asking, facts)
    apart = facts.types[type_name].giver(name) is not None or not facts.types[type_name].columns
    decided, rows = access.decide(type_name, name), ByProvider({}, ALL_ROWS) if apart else access.rows(type_name)
    having = opening(asking.scopes, asking.roles)
    lacking = missing(demanded.get(type_name, {}).get(name, NOTHING), having)
    answers = [
        _answer(_Case(in_force, owner, asking, coordinate, lacking), provider, decided.of(provider), rows.of(provider))
        for provider, owner in owners.items()
    ]
    if apart:  # an entry point, or a field that a source adds: its giver has no rows to speak of
        answers = [replace(each, providers=()) for each in answers]
    return Explanation(field, asking, tuple(_joined(answers)))


@dataclass(frozen=True)
class _Case:
    """What one owner says of a field to one who asks; ``lacking`` are scopes that the contract demands beside it."""

    in_force: InForce
    owner: Owner
    asking: Who
    coordinate: tuple[str, str]
    lacking: tuple[str, ...]

    @property
    def grants(self) -> Iterator[tuple[Rule, Grant]]:
        """The grants of the field."""
        type_name, name = self.coordinate
        for each in self.owner.grants:
            if isinstance(each.rule, Grant) and each.rule.type == type_name and name in each.rule.fields:
                yield each, each.rule


def _unknown(facts: Facts, type_name: str, name: str) -> str | None:
    if type_name in facts.interfaces:
        return f"{type_name} is an interface, and decisions are taken on its concrete types: ask for one of those"
    if facts.field(type_name, name) is None:
        return f"no policy can speak of {type_name}.{name}, which is no field of a governed type"
    return None


def owners_of(in_force: InForce, facts: Facts, type_name: str, name: str) -> Iterator[tuple[str, Owner]]:
    """Yield each provider of such rows with the owner that decides for it, as ``compile`` does."""
    concerned = [each for each in in_force.owners if type_name in each.agency.owns]
    giver = facts.types[type_name].giver(name)
    if giver is not None:
        owning = next((each for each in concerned if giver in each.agency.providers), None)
        if owning is not None and owning.agency.owns_field(type_name, name):
            yield giver, owning
        return
    publisher = facts.types[type_name].publisher
    if publisher is None:
        yield from ((provider, each) for each in concerned for provider in each.agency.providers)
        return
    governing = next((each for each in concerned if publisher in each.agency.providers), None)
    governing = governing or next((each for each in concerned if each.agency.owns_field(type_name, name)), None)
    if governing is not None:
        yield publisher, governing


def _answer(case: _Case, provider: str, decision: Decision, rows: Rows) -> Answer:
    providers = (provider,)
    if decision.withheld:
        return _withheld(case, providers, decision.withholding)
    names = tuple(each.rule for each in decision.releases)
    documents = _documents(case.owner, names)
    by = f"by {_cited(case.owner, names)}"
    if case.lacking:
        reason = f"the contract demands the scope {' and '.join(case.lacking)} for it; it would be given {by}"
        return Answer(providers, Outcome.WITHHOLD, reason, documents, names, scopes=case.lacking, cause=Cause.SCOPE)
    given = ways(decision, rows)
    reason = f"{ways_text(given)}, {by}{_elsewhere(given, rows)}"
    return Answer(providers, outcome_of(decision), reason, documents, names, given=given)


def _elsewhere(given: Ways, rows: Rows) -> str:
    """Tell what is where none of the conditions holds, under which a field is given."""
    conditions = {condition for some, _ in given for condition in some}
    if ALWAYS in conditions:
        return ""
    if set(rows) <= conditions:
        return ", and no other rows are there"
    return f", and null in other rows{'' if ALWAYS in rows else ', as far as they are there'}"


def _withheld(case: _Case, providers: tuple[str, ...], why: Withholding) -> Answer:
    if why.rule is not None:
        (denial,) = [
            each for each in case.owner.denials if (each.policy.policy_id, each.rule.id) == (why.policy, why.rule)
        ]
        denied = _ground(denial)
        reason = f"{_cited(case.owner, (denial.name,))} denies it ({', '.join(denied)})"
        return replace(_told(providers, (denial,), reason, Cause.DENIED), denied=denied)
    if why.scopes or why.purposes:
        return _short_of(case, providers, why)
    granted = list(case.grants)
    if not granted:
        stopped = " and ".join(each.rstrip(".") for each in case.owner.problems)
        reason = stopped or f"no policy in force of {case.owner.agency.id} grants it"
        speaking = _documents(case.owner, (why.policy,)) if why.policy else ()
        return Answer(
            providers, Outcome.WITHHOLD, reason, speaking, cause=Cause.STOPPED if stopped else Cause.UNGRANTED
        )
    root = case.in_force.root
    if root is None or case.asking.purpose not in root.purposes:
        reason = f"{case.asking.purpose} is not in the root document's registry of purposes, and opens nothing"
        return Answer(providers, Outcome.WITHHOLD, reason, cause=Cause.PURPOSE)
    near = [each for each, grant in granted if fits(grant.to, case.asking)]
    if near:
        reason = f"{_cited(case.owner, (near[0].name,))} is for callers {_demands(near[0])}"
        return _told(providers, near[:1], reason, Cause.CONDITION)
    documents = _documents(case.owner, tuple(each.name for each, _ in granted))
    named = listed(tuple(f"{name} version {version}" for name, version in documents))
    grant = "grants" if len(documents) == 1 else "grant"
    return Answer(providers, Outcome.WITHHOLD, f"{named} {grant} it to others only", documents, cause=Cause.OTHERS)


def _short_of(case: _Case, providers: tuple[str, ...], why: Withholding) -> Answer:
    """Tell of the grant that lacks least: the one that the decision told of."""
    asking = case.asking
    nearest = [
        each
        for each, grant in case.grants
        if each.policy.policy_id == why.policy
        and fits(grant.to, asking)
        and set(grant.scopes) - asking.scopes == set(why.scopes)
        and (() if not grant.purposes or asking.purpose in grant.purposes else grant.purposes) == why.purposes
    ][:1]
    scopes = tuple(sorted({*why.scopes, *case.lacking}))
    lacks = [
        *(["for other purposes"] if why.purposes else []),
        *(["to whoever has more scopes"] if scopes else []),
    ]
    cited = _cited(case.owner, tuple(each.name for each in nearest)) or str(why.policy)
    cause = Cause.SCOPE if scopes else Cause.PURPOSE
    told = _told(providers, nearest, f"{cited} grants it {' and '.join(lacks)}", cause)
    return replace(told, scopes=scopes, purposes=why.purposes)


def _told(providers: tuple[str, ...], rules: Sequence[Rule], reason: str, cause: Cause) -> Answer:
    documents = tuple(dict.fromkeys((each.policy.policy_id, each.policy.version) for each in rules))
    return Answer(providers, Outcome.WITHHOLD, reason, documents, tuple(each.name for each in rules), cause=cause)


def _ground(rule: Rule) -> tuple[str, str]:
    assert isinstance(rule.rule, Denial)  # noqa: S101 - the owner's denials are
    return rule.rule.reason, rule.rule.legal_basis


def _demands(rule: Rule) -> str:
    """Tell what a grant asks of its recipients beyond what they are."""
    assert isinstance(rule.rule, Grant)  # noqa: S101 - the owner's grants are
    asked = [
        comparison_text(each.name, Operator(each.op), each.value) for each in rule.rule.where if each.side == "subject"
    ]
    return f"whose {' and '.join(asked)}" if asked else "who say for which agency or party they ask"


def _documents(owner: Owner, rules: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    versions = {each.policy.policy_id: each.policy.version for each in (*owner.grants, *owner.denials)}
    return tuple((name, versions[name]) for name in dict.fromkeys(each.partition("#")[0] for each in rules))


def _cited(owner: Owner, rules: tuple[str, ...]) -> str:
    """Name rules with their documents and versions: ``g1 of customs-gz/credit version 7``."""
    ids: dict[str, list[str]] = {}
    for each in rules:
        name, _, rule = each.partition("#")
        ids.setdefault(name, []).append(rule)
    documents = _documents(owner, rules)
    return listed(tuple(f"{listed(tuple(ids[name]))} of {name} version {version}" for name, version in documents))


def _joined(answers: list[Answer]) -> Iterator[Answer]:
    """Say once what is so for several providers."""
    same: dict[Answer, list[str]] = {}
    for each in answers:
        same.setdefault(replace(each, providers=()), []).extend(each.providers)
    yield from (replace(each, providers=tuple(providers)) for each, providers in same.items())
