"""The tests that travel with a policy: each says who asks for what, and what is to become of it."""

from collections.abc import Iterator

from baygate.access.access import FOREVER, NEVER
from baygate.access.compile import Who, compiled
from baygate.access.decision import Decision
from baygate.access.documents.policy import Case, Outcome, PolicyDocument
from baygate.access.documents.root import Agency, RootDocument
from baygate.access.documents.rules import InForce, Owner, Rule
from baygate.access.facts import Facts


def failures(document: PolicyDocument, owner: Agency, root: RootDocument, facts: Facts) -> tuple[str, ...]:
    """Run a document's tests against itself alone; return what failed, in words."""
    return tuple(each for each in tested(document, owner, root, facts) if each)


def tested(document: PolicyDocument, owner: Agency, root: RootDocument, facts: Facts) -> Iterator[str | None]:
    """Run a document's tests against itself alone, one by one; yield what failed, in words, or None for each."""
    alone = InForce(
        root,
        (
            Owner(
                owner,
                tuple(Rule(document, each) for each in document.grants),
                tuple(Rule(document, each) for each in document.denials),
                (document,),
                (),
            ),
        ),
        "test",
        NEVER,
        FOREVER,
    )
    yield from (_failure(number, case, alone, owner, facts) for number, case in enumerate(document.tests, 1))


def outcome_of(decision: Decision) -> Outcome:
    """Return what becomes of a field by a decision, in one word."""
    if decision.withheld:
        return Outcome.WITHHOLD
    if decision.conditional:
        return Outcome.CONDITIONAL
    return Outcome.TRANSFORM if decision.masked else Outcome.ALLOW


def rules_of(decision: Decision) -> frozenset[str]:
    """Return the ids of the rules that decided."""
    named = {each.rule.partition("#")[2] for each in decision.releases}
    return frozenset(named | ({decision.withholding.rule} if decision.withholding.rule else set()))


def _failure(number: int, case: Case, alone: InForce, owner: Agency, facts: Facts) -> str | None:
    given, root = case.given, alone.root
    assert root is not None  # noqa: S101 - it was given
    known = root.by_id.get(given.agency or "")
    attributes = {
        "agency": given.agency,
        "jurisdiction": given.jurisdiction or (known.jurisdiction if known else None),
        "party": given.party,
        "region": known.region if known else None,
        "assurance": str(given.assurance),
    }
    asking = Who(
        known.id if known else None,
        attributes["jurisdiction"] or "",
        frozenset(given.roles),
        frozenset(root.scopes if given.scopes is None else given.scopes),
        given.purpose,
        given.assurance,
        {name: value for name, value in attributes.items() if value is not None},
    )
    type_name, _, name = given.field.partition(".")
    provider = given.provider or (owner.providers[0] if owner.providers else owner.id)
    decision = compiled(alone, asking, facts).decide(type_name, name).of(provider)
    outcome, rules = outcome_of(decision), rules_of(decision)
    if outcome is case.expect and (case.by is None or case.by in rules):
        return None
    by = f" by {', '.join(sorted(rules))}" if rules else ""
    expected = f"{case.expect}{f' by {case.by}' if case.by else ''}"
    return f"test {number}: {given.field} for {given.purpose}: {outcome}{by}, not {expected}"
