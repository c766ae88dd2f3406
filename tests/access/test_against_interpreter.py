"""The table that policies compile to decides what a slow, obvious reading of the same documents decides."""

import itertools
import random
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from tests.access.generated import (
    PROVIDERS,
    PURPOSES,
    STRANGER,
    UNGOVERNED,
    documents,
    facts,
    in_force,
    interpreted,
    policy,
    principals,
    record,
    root,
    seeds,
)
from tests.access.interpreter import WITHHELD, Interpreter, compared

from baygate.access.access import Access
from baygate.access.compile import Who, compiled, who
from baygate.access.decision import Condition, Subject
from baygate.access.documents.check import check_policy
from baygate.access.principal import Principal
from baygate.sources.resident.transform import transformed_in_python

TYPES = ("CreditRating", "MainlandEnterprise", "Declaration", "RiskWarning", "Region")
EXAMPLES, RECORDS = 1_000, 8


def named(recipient: str, purpose: str) -> bytes:
    """Return a key named after whom its hashes are for, and for what."""
    return f"{recipient}|{purpose}".encode()


def key(use: str) -> bytes:
    kind, recipient = use.split(" ", 1)
    assert kind == "recipient"
    return "|".join(recipient.rsplit(" ", 1)).encode()


def holds(condition: Condition, asking: Who, record: dict[str, Any]) -> bool:
    for clause in condition:
        value = clause.value
        right = asking.attributes.get(value.attribute) if isinstance(value, Subject) else value
        left = record[clause.field]
        if left is None or right is None or not compared(left, clause.operator.value, right):
            return False
    return True


def visible(access: Access, asking: Who, type_name: str, record: dict[str, Any]) -> bool:
    return any(holds(each, asking, record) for each in access.rows(type_name).of(record["provider"]))


def value(access: Access, asking: Who, type_name: str, name: str, record: dict[str, Any]) -> Any:
    if not visible(access, asking, type_name, record):
        return WITHHELD
    for release in access.decide(type_name, name).of(record["provider"]).releases:
        if holds(release.condition, asking, record):
            plain = record[name]
            return plain if release.transform is None else transformed_in_python(release.transform, plain, key)
    return WITHHELD


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(
    about=st.sampled_from(TYPES).flatmap(lambda name: st.tuples(st.just(name), documents((name,)))),
    principal=principals(),
    chance=seeds(),
)
def test_what_is_compiled_decides_what_is_written(
    about: tuple[str, list[Any]], principal: Principal, chance: random.Random
) -> None:
    type_name, made = about
    document, policies = root(TYPES), [policy(each) for each in made]
    for each in policies:
        assert not check_policy(each, document.by_id[each.owner], document, facts())
    force = in_force(document, policies)
    asking = who(principal, force)
    access = compiled(force, asking, facts())
    written = interpreted(root(TYPES), made, principal, named)
    assert access.types[type_name].min_cell == written.smallest_count(type_name)
    foreseen(type_name, access, written)
    for _ in range(RECORDS):
        compare(type_name, record(type_name, chance), access, asking, written)


def compare(type_name: str, made: dict[str, Any], access: Access, asking: Who, written: Interpreter) -> None:
    assert visible(access, asking, type_name, made) == written.visible(type_name, made), (type_name, made)
    # what stands in no column of its own (a relation, a sum) is decided like anything else
    whole = dict.fromkeys(facts().types[type_name].fields, "") | made
    for name in facts().types[type_name].fields:
        expected = written.value(type_name, name, whole)
        assert value(access, asking, type_name, name, whole) == expected, (type_name, name, made)
        if made.get(name):
            outcome = "withheld" if expected is WITHHELD else "plain" if expected == made[name] else "transformed"
            event(outcome)


def foreseen(type_name: str, access: Access, written: Interpreter) -> None:
    """Compare what is known before any record is looked at: of it errors are made, and filters refused."""
    known = facts().types[type_name]
    for provider in [known.publisher] if known.publisher else (*itertools.chain(*PROVIDERS.values()), UNGOVERNED):
        assert bool(access.rows(type_name).of(provider)) == written.some_rows(type_name, provider)
        for name in known.fields if written.some_rows(type_name, provider) else ():
            decision = access.decide(type_name, name).of(provider)
            assert decision.plain == written.always_plain(type_name, name, provider), (type_name, name, provider)
            assert decision.lossy != written.always_given(type_name, name, provider), (type_name, name, provider)


def test_a_jurisdiction_that_nobody_knows_makes_no_condition_hold() -> None:
    stranger = Principal("c", None, STRANGER, None, "", frozenset(), frozenset(), PURPOSES[0], None, None, 4)
    asking = who(stranger, in_force(root(TYPES), ()))
    assert asking.attributes == {"assurance": "4"}
