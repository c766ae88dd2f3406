"""Policies: what an owner may say, in which words; whatever is not understood refuses the document."""

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from tests.access.signing import agencies, denial, facts, grant, policy, root_document, schema_hash, signed, taken

from baygate.access.documents.refusal import Refused, Step
from baygate.access.facts import Facts
from baygate.contract.schema import graphql_schema
from baygate.sources.bindings import resident_binding
from baygate.sources.facts import facts_of

FULL = policy(
    title="Credit",
    legalBasis="Guofa [2016] No. 51",
    updateFrequency="DAILY",
    grants=[
        grant(
            to={"agencies": ["samr-gd"], "jurisdictions": ["CN-GD"], "roles": ["BROKER"], "minAssurance": 2},
            where=[{"attr": "record.current", "op": "eq", "value": True}],
            transform={"evidenceNo": {"kind": "mask", "keepLast": 4}},
            minCell=5,
            obligations=["NO_ONWARD"],
            contractFiling="2026/1",
        )
    ],
    denials=[denial("d1", "investigationNote", to={"agencies": ["tax-gd"]})],
    tests=[
        {
            "given": {"agency": "tax-gd", "purpose": "RISK_ASSESSMENT", "field": "CreditRating.grade"},
            "expect": "WITHHOLD",
        }
    ],
)


def refused(document: Any, **how: Any) -> Refused:
    with pytest.raises(Refused) as told:
        taken(signed(document), **how)
    return told.value


def granting(**changes: Any) -> dict[str, Any]:
    return policy(grants=[grant(**changes)])


def where(attr: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return granting(where=[{"attr": attr, "op": op, **({} if value is None else {"value": value}), **more}])


# What is not understood


def objects(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of each object in a document, but for those whose keys are fields of the contract."""
    if isinstance(value, dict):
        if at[-1:] != ("transform",):
            yield at
        for name, each in value.items():
            yield from objects(each, (*at, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from objects(each, (*at, number))


def test_a_policy_that_uses_all_there_is_is_taken():
    assert taken(signed(FULL)).policies


@pytest.mark.parametrize("at", [*objects(FULL)], ids=lambda at: ".".join(map(str, at)) or "document")
@pytest.mark.parametrize("name", ["unless", "x-comment", "where_", "Where", ""])
def test_an_unknown_key_refuses_the_document_wherever_it_stands(at: tuple[Any, ...], name: str):
    document = copy.deepcopy(FULL)
    inner = document
    for step in at:
        inner = inner[step]
    inner[name] = []
    assert refused(document).step is Step.SCHEMA


@pytest.mark.parametrize(
    "clause",
    [
        {"attr": "subject.region", "op": "equals", "value": "44"},
        {"attr": "subject.region", "op": "EQ", "value": "44"},
        {"attr": "subject.region", "op": "", "value": "44"},
        {"attr": "subject.region", "value": "44"},
        {"attr": "subject.region", "op": "eq"},
        {"attr": "subject.region", "op": "eq", "value": None},
        {"attr": "subject.region", "op": "eq", "value": 1.5},
        {"attr": "subject.region", "op": "eq", "value": {"any": True}},
        {"attr": "subject.region", "op": "eq", "value": ["44"]},
        {"attr": "subject.region", "op": "in", "value": "44"},
        {"attr": "subject.region", "op": "includes", "value": "44"},
        {"attr": "subject.region", "op": "eq", "valueFrom": "subject.region"},
        {"attr": "subject.clearance", "op": "eq", "value": "44"},
        {"attr": "subject.", "op": "eq", "value": "44"},
        {"attr": "region", "op": "eq", "value": "44"},
        {"attr": "environment.time", "op": "eq", "value": "44"},
        {"attr": "record.grade", "op": "eq", "value": "A", "valueFrom": "subject.region"},
        {"attr": "record.grade", "op": "eq", "valueFrom": "subject.clearance"},
        {"attr": "record.grade", "op": "eq", "valueFrom": "record.grade"},
        {"attr": "record.grade", "op": "in", "valueFrom": "subject.region"},
        "subject.region eq 44",
    ],
)  # fmt: skip
def test_a_condition_that_is_not_understood_refuses_the_document(clause: Any):
    """A condition that is dropped because nobody knows it makes its rule hold for all (the lesson of ScopeFilter)."""
    assert refused(granting(where=[clause])).step is Step.SCHEMA


@pytest.mark.parametrize(
    ("attr", "op", "value"),
    [
        ("record.grade", "includes", "A"),
        ("record.nothing", "eq", "A"),
        ("record.party", "eq", "A"),
        ("record.score", "prefix", "1"),
        ("record.score", "in", ["1"]),
        ("record.score", "eq", "1"),
        ("record.score", "eq", True),
        ("record.score", "gte", 2**31),
        ("record.current", "gte", True),
        ("record.current", "eq", "true"),
        ("record.validTo", "prefix", "2026"),
        ("record.validTo", "gte", "2026"),
        ("record.validTo", "gte", "2026-02-30"),
        ("record.updatedAt", "gte", "2026-01-01T00:00:00"),
        ("record.grade", "eq", 1),
    ],
)  # fmt: skip
def test_a_condition_on_the_record_is_one_that_its_columns_can_be_held_against(attr: str, op: str, value: Any):
    assert refused(where(attr, op, value)).step is Step.RULES


@pytest.mark.parametrize("name", ["score", "current", "validTo", "updatedAt"])
def test_attributes_of_the_caller_are_texts_and_compared_with_texts(name: str):
    assert refused(where(f"record.{name}", "eq", valueFrom="subject.region")).step is Step.RULES
    taken(signed(where("record.grade", "eq", valueFrom="subject.region")))


@pytest.mark.parametrize(
    ("attr", "op", "value"),
    [
        ("record.grade", "in", ["A", "B"]),
        ("record.grade", "prefix", "A"),
        ("record.score", "gte", 60),
        ("record.current", "ne", False),
        ("record.validTo", "lte", "2026-12-31"),
        ("record.updatedAt", "gte", "2026-01-01T00:00:00+08:00"),
        ("record.partyId", "prefix", "cn:"),
        ("subject.region", "prefix", "44"),
        ("subject.assurance", "gte", 2),
    ],
)  # fmt: skip
def test_conditions_that_can_be_held_against_something_are_taken(attr: str, op: str, value: Any):
    assert taken(signed(where(attr, op, value))).policies


@pytest.mark.parametrize(
    "wrong",
    [
        {"spec": 2},
        {"spec": True},
        {"spec": "1"},
        {"version": True},
        {"version": 1.0},
        {"version": "1"},
        {"version": 2**31},
        {"policyId": "tax-gd/credit"},
        {"policyId": "customs-gz"},
        {"policyId": "customs-gz/credit\n"},
        {"policyId": "customs-gz/../tax-gd"},
        {"shareClass": "PUBLIC"},
        {"schemaHash": "sha256:0"},
        {"grants": None},
        {"grants": {}},
        {"grants": [None]},
        {"notBefore": "2026-01-01T00:00:00Z", "expires": "2026-01-01T00:00:00Z"},
        {"tests": [{"expect": "ALLOW"}]},
        {"grants": [grant("g1"), grant("g1")]},
        {"grants": [grant("g1")], "denials": [denial("g1")]},
    ],
)  # fmt: skip
def test_a_policy_says_exactly_what_it_must(wrong: Any):
    assert refused(policy(**wrong)).step is Step.SCHEMA


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": []},
        {"fields": "grade"},
        {"fields": ["*"]},
        {"fields": ["grade", "grade"]},
        {"fields": ["grade "]},
        {"fields": ["party.name"]},
        {"type": "*"},
        {"to": {}},
        {"to": {"agencies": []}},
        {"to": {"minAssurance": 3}},
        {"to": None},
        {"to": {"jurisdictions": ["*"]}},
        {"minCell": 1},
        {"scopes": ["credit"]},
        {"purposes": "RISK_ASSESSMENT"},
    ],
)  # fmt: skip
def test_a_grant_says_exactly_what_it_must(wrong: Any):
    assert refused(granting(**wrong)).step is Step.SCHEMA


def test_a_denial_to_the_well_assured_alone_is_a_mistake():
    wrong = denial(to={"agencies": ["samr-gd"], "minAssurance": 3})
    assert refused(policy(denials=[wrong])).step is Step.SCHEMA


# What is the owner's


def test_an_owner_grants_nothing_of_a_type_that_is_another_owners():
    assert refused(policy("tax-gd", grants=[grant(type="Declaration", fields=["status"])])).step is Step.OWNERSHIP


def test_an_owner_grants_and_denies_no_field_that_is_another_owners():
    assert refused(policy("tax-gd", grants=[grant(fields=["grade", "basis"])])).step is Step.OWNERSHIP
    assert refused(policy("tax-gd", denials=[denial("d1", "basis")])).step is Step.OWNERSHIP


def test_only_who_owns_a_type_denies_all_of_it():
    assert refused(policy("tax-gd", denials=[denial("d1", "*", type="Declaration")])).step is Step.OWNERSHIP
    taken(signed(policy("tax-gd", denials=[denial("d1", "*")])))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"purposes": ["NO_SUCH"]}, "purpose"),
        ({"scopes": ["no:such"]}, "scope"),
        ({"to": {"agencies": ["no-such"]}}, "agency"),
    ],
)
def test_a_grant_names_what_the_root_document_has(changes: Any, word: str):
    problem = refused(granting(**changes))
    assert problem.step is Step.RULES
    assert word in problem.reason


# What there is


@pytest.mark.parametrize(
    ("type_name", "word"),
    [
        ("Party", "interface"),
        ("ConformityDocument", "interface"),
        ("Registration", "interface"),
        ("Customer", "not a governed type"),
    ],
)
@pytest.mark.parametrize("rule", [grant, denial])
def test_rules_name_concrete_types(rule: Any, type_name: str, word: str):
    """An interface's rule would be passed by, through a fragment on its type (the lesson of GHSA-mx7m-j9xf-62hw)."""
    owning = [{**each, "owns": {type_name: ["*"]}} if each["id"] == "customs-gz" else each for each in agencies()]
    named = rule(type=type_name, fields=["name"])
    rules = {"grants": [named]} if rule is grant else {"grants": [], "denials": [named]}
    problem = refused(policy(**rules), root=signed(root_document(agencies=owning)))
    assert problem.step is Step.RULES
    assert word in problem.reason


def test_rules_name_fields_that_there_are():
    assert "no field rating" in refused(granting(fields=["grade", "rating"])).reason
    assert "no field investigationNotes" in refused(policy(denials=[denial("d1", "investigationNotes")])).reason


# Transforms


@pytest.mark.parametrize(
    "transform",
    [
        {"kind": "encrypt"},
        {"kind": "mask", "keepMiddle": 1},
        {"kind": "mask", "keepLast": -1},
        {"kind": "truncate"},
        {"kind": "truncate", "to": "DAY"},
        {"kind": "truncate", "to": "MONTH", "length": 2},
        {"kind": "generalise"},
        {"kind": "generalise", "step": 1},
        {"kind": "hash", "key": "own"},
        {},
        None,
    ],
)
def test_a_transform_that_is_not_understood_refuses_the_document(transform: Any):
    assert refused(granting(transform={"evidenceNo": transform})).step is Step.SCHEMA


def test_only_what_is_granted_is_transformed():
    assert refused(granting(transform={"score": {"kind": "null"}})).step is Step.SCHEMA


MASK, MONTH, LENGTH = {"kind": "mask"}, {"kind": "truncate", "to": "MONTH"}, {"kind": "truncate", "length": 2}
HASH, STEP, NOTHING = {"kind": "hash"}, {"kind": "generalise", "step": 10}, {"kind": "null"}


@pytest.mark.parametrize(
    ("name", "transform"),
    [
        ("ratingNo", MASK), ("ratingNo", HASH), ("ratingNo", LENGTH), ("ratingNo", NOTHING), ("scheme", MASK),
        ("scheme", HASH), ("scheme", LENGTH), ("score", MASK), ("score", HASH), ("score", MONTH), ("validTo", STEP),
        ("validTo", LENGTH), ("validTo", MASK), ("grade", MONTH), ("grade", STEP), ("current", MASK), ("party", MASK),
    ],
)  # fmt: skip
def test_neither_a_key_nor_an_enum_nor_what_is_of_another_kind_is_transformed(name: str, transform: Any):
    assert refused(granting(fields=[name], transform={name: transform})).step is Step.RULES


def test_what_is_never_null_is_not_made_null():
    document = policy(
        "samr-gd", grants=[grant(type="MainlandEnterprise", fields=["uscc"], transform={"uscc": NOTHING})]
    )
    assert refused(document).step is Step.RULES


@pytest.mark.parametrize(
    ("name", "transform"),
    [
        ("grade", MASK), ("grade", HASH), ("grade", LENGTH), ("grade", NOTHING), ("score", STEP), ("validTo", MONTH),
        ("updatedAt", MONTH),
    ],
)  # fmt: skip
def test_what_can_be_transformed_is(name: str, transform: Any):
    assert taken(signed(granting(fields=[name], transform={name: transform}))).policies


# Persons, and classes of sharing


@pytest.mark.parametrize(
    "to",
    [
        {"agencies": ["hk-customs"]}, {"agencies": ["samr-gd", "mo-dsedt"]}, {"jurisdictions": ["HK"]},
        {"jurisdictions": ["CN-GD", "MO"]}, {"roles": ["BROKER"]},
    ],
)  # fmt: skip
def test_what_is_personal_goes_to_hong_kong_and_macau_under_a_filed_contract_only(to: Any):
    personal = {"type": "PersonInCharge", "fields": ["role", "name"], "to": to}
    problem = refused(granting(**personal))
    assert problem.step is Step.RULES
    assert "contractFiling" in problem.reason
    taken(signed(granting(**personal, contractFiling="2026/1")))
    taken(signed(granting(**{**personal, "fields": ["role"]})))


@pytest.mark.parametrize("to", [{"agencies": ["samr-gd"]}, {"jurisdictions": ["CN-GD"]}])
def test_what_is_personal_needs_no_contract_at_home(to: Any):
    taken(signed(granting(type="PersonInCharge", fields=["name"], to=to)))


@pytest.mark.parametrize("lacking", [{"purposes": []}, {"legalBasis": None}, {"legalBasis": ""}])
def test_what_is_shared_conditionally_names_purposes_and_basis(lacking: Any):
    assert refused(granting(**lacking)).step is Step.SCHEMA


def test_what_is_shared_unconditionally_names_neither():
    taken(signed(policy(shareClass="UNCONDITIONAL", grants=[grant(purposes=[], legalBasis=None)])))


def test_what_is_not_shared_has_no_grants_and_names_why():
    assert refused(policy(shareClass="NOT_SHARED", legalBasis="Secrets Law")).step is Step.SCHEMA
    assert refused(policy(shareClass="NOT_SHARED", grants=[])).step is Step.SCHEMA
    taken(signed(policy(shareClass="NOT_SHARED", grants=[], legalBasis="Secrets Law")))


# The contract that it was signed for


def changed(type_name: str, field_name: str, **changes: Any) -> Facts:
    known = facts()
    of_type = known.types[type_name]
    field = dataclasses.replace(of_type.fields[field_name], **changes)
    fields = {**of_type.fields, field_name: field}
    return dataclasses.replace(known, types={**known.types, type_name: dataclasses.replace(of_type, fields=fields)})


@pytest.mark.parametrize(
    ("attribute", "value"), [("type", "Int"), ("type", "String!"), ("args", "first"), ("directives", "Personal")]
)
def test_type_nullability_inputs_and_personal_mark_are_what_is_signed(attribute: str, value: str):
    said = {
        ("type", "Int"): "(): Int", ("type", "String!"): "(): String!", ("args", "first"): "(first: Int): String",
        ("directives", "Personal"): "(): String @personal",
    }[attribute, value]  # fmt: skip
    trusted = taken(signed(policy()), known=changed("CreditRating", "grade", said=said))
    assert trusted.policies["customs-gz/credit"].suspended


def test_descriptions_and_what_a_policy_does_not_name_may_change(monkeypatch: pytest.MonkeyPatch):
    schema = graphql_schema()
    rating = schema.type_map["CreditRating"]
    monkeypatch.setattr(rating, "description", "Another description")
    monkeypatch.setattr(rating.fields["grade"], "description", "Another description")  # type: ignore[union-attr]
    assert (
        not taken(signed(policy()), known=facts_of(schema, resident_binding())).policies["customs-gz/credit"].suspended
    )
    other = changed("CreditRating", "score", said="(): String")
    assert not taken(signed(policy()), known=other).policies["customs-gz/credit"].suspended


def test_a_policy_for_another_contract_is_suspended_and_not_refused():
    gone = policy(grants=[grant(fields=["grade", "rating"])], schemaHash=f"sha256:{'0' * 64}")
    assert taken(signed(gone)).policies["customs-gz/credit"].suspended


def test_a_denied_field_counts_as_named():
    with_denial = policy(denials=[denial("d1", "score")])
    assert with_denial["schemaHash"] == schema_hash(with_denial) != policy()["schemaHash"]
    trusted = taken(signed(with_denial), known=changed("CreditRating", "score", said="(): String"))
    assert trusted.policies["customs-gz/credit"].suspended


# Its own tests


def case(expect: str, field: str = "CreditRating.grade", by: str | None = None, **given: Any) -> dict[str, Any]:
    told = {"given": {"agency": "samr-gd", "purpose": "RISK_ASSESSMENT", "field": field, **given}, "expect": expect}
    return {**told, "by": by} if by else told


RULES = {
    "grants": [
        grant(transform={"evidenceNo": {"kind": "mask"}}),
        grant("g2", fields=["score"], where=[{"attr": "record.current", "op": "eq", "value": True}]),
        grant("g3", fields=["basis"], to={"roles": ["BROKER"], "minAssurance": 2}),
    ],
    "denials": [denial("d1", "investigationNote")],
}
RIGHT = [
    case("ALLOW", by="g1"),
    case("TRANSFORM", "CreditRating.evidenceNo", "g1"),
    case("CONDITIONAL", "CreditRating.score", "g2"),
    case("WITHHOLD", "CreditRating.investigationNote", "d1"),
    case("WITHHOLD", "CreditRating.ratingNo"),
    case("WITHHOLD", agency="tax-gd"),
    case("WITHHOLD", purpose="STATISTICS"),
    case("WITHHOLD", purpose="NO_SUCH"),
    case("WITHHOLD", scopes=[]),
    case("WITHHOLD", provider="tax-gd"),
    case("ALLOW", "CreditRating.basis", roles=["BROKER"], assurance=2),
    case("WITHHOLD", "CreditRating.basis", roles=["BROKER"], assurance=1),
    case("ALLOW", "CreditRating.basis", agency=None, jurisdiction="HK", roles=["BROKER"], assurance=2),
]


def test_a_policy_whose_tests_pass_is_taken():
    assert taken(signed(policy(**RULES, tests=RIGHT))).policies


@pytest.mark.parametrize("number", range(len(RIGHT)))
def test_a_policy_one_of_whose_tests_fails_is_refused(number: int):
    wrong = copy.deepcopy(RIGHT)
    told = wrong[number]
    told["expect"] = "ALLOW" if told["expect"] != "ALLOW" else "WITHHOLD"
    problem = refused(policy(**RULES, tests=wrong))
    assert problem.step is Step.TESTS
    assert problem.reason.startswith(f"test {number + 1}: {told['given']['field']}")


@pytest.mark.parametrize("by", ["g2", "d1", "g9"])
def test_a_test_names_the_rule_that_decides(by: str):
    assert refused(policy(**RULES, tests=[case("ALLOW", by=by)])).step is Step.TESTS


@pytest.mark.parametrize(
    ("clause", "strange"),
    [
        ({"op": "ne", "value": "TAXX"}, "TAXX"),
        ({"op": "eq", "value": "tax"}, "tax"),
        ({"op": "in", "value": ["TAX", "CUSTOMS"]}, "CUSTOMS"),
    ],
)
def test_a_value_that_a_closed_set_does_not_have_is_refused(clause: Any, strange: str) -> None:
    """A misspelt one would let through every row, or none."""
    where = [{"attr": "record.scheme", **clause}]
    with pytest.raises(Refused, match=f"scheme is one of .*: {strange} is none"):
        taken(signed(policy(grants=[grant(where=where)])))
    known = [{"attr": "record.scheme", "op": "in", "value": ["TAX", "CUSTOMS_282"]}]
    assert taken(signed(policy(grants=[grant(where=known)]))).policies


@pytest.mark.parametrize(
    ("attribute", "op", "value"),
    [
        ("region", "gte", "44"),
        ("party", "ne", True),
        ("agency", "eq", 1),
        ("assurance", "gte", "2"),
        ("assurance", "eq", True),
        ("assurance", "prefix", "2"),
        ("jurisdiction", "includes", "HK"),
    ],
)
def test_a_condition_on_the_caller_that_would_always_hold_or_never_is_refused(
    attribute: str, op: str, value: Any
) -> None:
    where = [{"attr": f"subject.{attribute}", "op": op, "value": value}]
    with pytest.raises(Refused, match=rf"subject\.{attribute} is a (text|number), compared by"):
        taken(signed(policy(grants=[grant(where=where)])))
