"""From policies to access: which grants and denials decide for whom, and what comes of several of them."""

from typing import Any

import pytest
from tests.access.signing import NOW, agencies, denial, facts, grant, library, policy, root_document, signed, taken

from baygate.access.access import Access
from baygate.access.compile import Who, compiled, who
from baygate.access.decision import (
    ALL_ROWS,
    NO_ROWS,
    WITHHELD,
    Clause,
    Decision,
    Generalise,
    Hash,
    Mask,
    Nullify,
    Operator,
    Subject,
    TruncateCode,
    TruncateDate,
    Unit,
    Withholding,
)
from baygate.access.documents.in_force import in_force
from baygate.access.principal import Principal

ALL_SCOPES = frozenset({"credit:read", "credit:investigation"})
CURRENT = {"attr": "record.current", "op": "eq", "value": True}
GRADE_A = {"attr": "record.grade", "op": "eq", "value": "A"}
IS_CURRENT, IS_A = Clause("current", Operator.EQUALS, True), Clause("grade", Operator.EQUALS, "A")


def asking(agency: str | None = "samr-gd", **changes: Any) -> Who:
    """Somebody who asks, with all scopes that a grant of these tests needs."""
    known = {
        "jurisdiction": "CN-GD", "roles": frozenset(), "scopes": ALL_SCOPES, "purpose": "RISK_ASSESSMENT",
        "assurance": 0,
        "attributes": {"agency": agency, "region": "44"} if agency else {},
    }  # fmt: skip
    return Who(agency=agency, **{**known, **changes})


def access(*grants: dict[str, Any], denials: Any = (), to: Who | None = None, **how: Any) -> Access:
    """Return what one policy of customs gives."""
    document = policy(grants=list(grants), denials=list(denials))
    return compiled(in_force(taken(*library(document), **how), NOW), to or asking(), facts())


def decided(found: Access, name: str = "grade", provider: str = "customs-gz") -> Decision:
    return found.decide("CreditRating", name).of(provider)


def rules(decision: Decision) -> list[str]:
    return [each.rule.partition("#")[2] for each in decision.releases]


# Grants


def test_a_grant_gives_its_fields_and_nothing_else():
    found = access(grant())
    assert rules(decided(found)) == ["g1"]
    assert decided(found).plain
    assert decided(found, "score").withheld
    assert found.decide("Declaration", "status").of("customs-gz").withheld


def test_grants_are_ored():
    """What merging two rules must never do is to demand both (the lesson of federation#3321)."""
    found = access(grant("g1", where=[CURRENT]), grant("g2", fields=["score"], where=[GRADE_A]))
    assert found.rows("CreditRating").of("customs-gz") == ((IS_CURRENT,), (IS_A,))
    assert decided(found).releases[0].condition == (IS_CURRENT,)
    assert decided(found, "score").releases[0].condition == (IS_A,)


def test_conditions_of_one_grant_are_anded():
    assert access(grant(where=[CURRENT, GRADE_A])).rows("CreditRating").of("customs-gz") == ((IS_CURRENT, IS_A),)


def test_a_grant_without_conditions_shows_every_row():
    found = access(grant("g1", where=[CURRENT]), grant("g2", fields=["score"]))
    assert found.rows("CreditRating").of("customs-gz") == ALL_ROWS
    assert decided(found).conditional
    assert not decided(found, "score").conditional


def test_a_grant_that_does_not_apply_shows_no_row():
    found = access(grant(to={"agencies": ["tax-gd"]}))
    assert found.rows("CreditRating").of("customs-gz") == NO_ROWS
    assert decided(found).withheld


def test_an_attribute_of_the_caller_is_bound_when_the_statement_runs():
    found = access(grant(where=[{"attr": "record.provider", "op": "eq", "valueFrom": "subject.agency"}]))
    assert found.rows("CreditRating").of("customs-gz") == ((Clause("provider", Operator.EQUALS, Subject("agency")),),)


@pytest.mark.parametrize(
    ("to", "who_asks", "applies"),
    [
        ({"agencies": ["samr-gd"]}, asking(), True),
        ({"agencies": ["samr-gd"]}, asking("tax-gd"), False),
        ({"agencies": ["samr-gd"]}, asking(None), False),
        ({"agencies": ["tax-gd", "samr-gd"]}, asking(), True),
        ({"jurisdictions": ["HK"]}, asking(), False),
        ({"jurisdictions": ["HK"]}, asking("hk-customs", jurisdiction="HK"), True),
        ({"jurisdictions": ["HK"]}, asking(None, jurisdiction=""), False),
        ({"agencies": ["samr-gd"], "jurisdictions": ["HK"]}, asking(), False),
        ({"roles": ["BROKER"]}, asking(), False),
        ({"roles": ["BROKER", "PLATFORM"]}, asking(roles=frozenset({"BROKER"})), True),
        ({"agencies": ["samr-gd"], "minAssurance": 2}, asking(assurance=1), False),
        ({"agencies": ["samr-gd"], "minAssurance": 2}, asking(assurance=2), True),
    ],
)
def test_a_grant_is_for_whoever_fits_all_that_it_names(to: Any, who_asks: Who, applies: bool):
    assert decided(access(grant(to=to), to=who_asks)).withheld is not applies


@pytest.mark.parametrize(
    ("clause", "attributes", "holds"),
    [
        ({"op": "eq", "value": "44"}, {"region": "44"}, True),
        ({"op": "eq", "value": "44"}, {"region": "31"}, False),
        ({"op": "eq", "value": "44"}, {}, False),
        ({"op": "ne", "value": "44"}, {"region": "31"}, True),
        ({"op": "ne", "value": "44"}, {"region": "44"}, False),
        ({"op": "ne", "value": "44"}, {}, False),
        ({"op": "in", "value": ["44", "31"]}, {"region": "31"}, True),
        ({"op": "in", "value": []}, {"region": "31"}, False),
        ({"op": "in", "value": ["44"]}, {}, False),
        ({"op": "prefix", "value": "44"}, {"region": "4401"}, True),
        ({"op": "prefix", "value": "44"}, {"region": "31"}, False),
        ({"op": "prefix", "value": ""}, {}, False),
        ({"attr": "subject.assurance", "op": "gte", "value": 10}, {"assurance": "9"}, False),
        ({"attr": "subject.assurance", "op": "gte", "value": 9}, {"assurance": "10"}, True),
        ({"attr": "subject.assurance", "op": "lte", "value": 9}, {"assurance": "10"}, False),
        ({"attr": "subject.assurance", "op": "lte", "value": 9}, {}, False),
        ({"attr": "subject.assurance", "op": "lte", "value": 9}, {"assurance": "x"}, False),
    ],
)  # fmt: skip
def test_a_condition_on_the_caller_holds_for_what_is_known_of_him(clause: Any, attributes: Any, holds: bool):
    """What is not known makes no grant hold, not even one that says "other than"."""
    found = access(grant(where=[{"attr": "subject.region", **clause}]), to=asking(attributes=attributes))
    assert decided(found).withheld is not holds


# Denials


def test_a_denial_wins_over_every_grant():
    found = access(grant("g1"), grant("g2", fields=["grade"]), denials=[denial("d1", "grade")])
    assert decided(found) == Decision((), Withholding("customs-gz/credit", "d1"))
    assert not decided(found, "validTo").withheld


def test_a_denial_of_another_policy_of_the_owner_wins_too():
    texts = library(policy(), policy("customs-gz", "other", grants=[], denials=[denial("d1", "grade")]))
    found = compiled(in_force(taken(*texts), NOW), asking(), facts())
    assert decided(found).withholding == Withholding("customs-gz/other", "d1")


def test_a_denial_of_every_field_hides_the_rows():
    found = access(grant(), denials=[denial("d1", "*")])
    assert found.rows("CreditRating").of("customs-gz") == NO_ROWS
    assert {decided(found, name).withholding.rule for name in facts().types["CreditRating"].fields} == {"d1"}


@pytest.mark.parametrize(
    ("to", "who_asks", "denied"),
    [
        ({"agencies": ["samr-gd"]}, asking(), True),
        ({"agencies": ["tax-gd"]}, asking(), False),
        ({"agencies": ["tax-gd"]}, asking(None), True),
        ({"jurisdictions": ["HK"]}, asking(None, jurisdiction="HK"), True),
        ({"jurisdictions": ["HK"]}, asking(None, jurisdiction="MO"), False),
        ({"jurisdictions": ["HK"]}, asking(None, jurisdiction=""), True),
        ({"roles": ["BROKER"]}, asking(roles=frozenset({"BROKER"})), True),
        ({"roles": ["BROKER"]}, asking(roles=frozenset({"PLATFORM"})), False),
        ({"roles": ["BROKER"]}, asking(roles=frozenset()), True),
        ({"agencies": ["tax-gd"], "roles": ["BROKER"]}, asking(roles=frozenset()), False),
    ],
)
def test_a_denial_holds_for_whoever_may_be_meant(to: Any, who_asks: Who, denied: bool):
    """What is not known makes a denial hold: a condition in error must not skip it (the lesson of Cedar)."""
    everybody = {"jurisdictions": ["CN-GD", "HK", "MO"], "roles": ["BROKER"]}
    free = (
        grant(to={"agencies": ["samr-gd"]}),
        grant("g2", to=everybody),
        grant("g3", to={"jurisdictions": ["HK", "MO"]}),
    )
    found = access(*free, denials=[denial("d1", "grade", to=to)], to=who_asks)
    assert (decided(found).withholding.rule == "d1") is denied


def test_a_denial_holds_whatever_the_purpose_and_scopes():
    found = access(grant(), denials=[denial("d1", "grade")], to=asking(purpose="NO_SUCH", scopes=frozenset()))
    assert decided(found).withholding.rule == "d1"


# Whose rows


def test_a_grant_reaches_rows_of_its_owners_providers_only():
    found = access(grant())
    assert [decided(found, provider=each).withheld for each in ("customs-gz", "tax-gd", "nobody")] == [
        False,
        True,
        True,
    ]
    rows = found.rows("CreditRating")
    assert [rows.of(each) for each in ("customs-gz", "tax-gd", "nobody")] == [ALL_ROWS, NO_ROWS, NO_ROWS]


def test_a_denial_binds_rows_of_its_owners_providers_only():
    denying = policy("tax-gd", grants=[], denials=[denial("d1", "*")])
    found = compiled(in_force(taken(*library(policy(), denying)), NOW), asking(), facts())
    assert not decided(found).withheld
    assert decided(found, provider="tax-gd").withholding.rule == "d1"


def test_an_owner_can_govern_the_rows_of_several_providers():
    both = [
        {**each, "providers": ["customs-gz", "customs-sz"]} if each["id"] == "customs-gz" else each
        for each in agencies()
    ]
    found = access(grant(), root=signed(root_document(agencies=both)))
    assert not decided(found, provider="customs-sz").withheld


def test_what_no_row_provides_is_decided_by_its_owner():
    owning = [
        {**each, "owns": {"Query": ["verifyPerson"]}} if each["id"] == "customs-gz" else each for each in agencies()
    ]
    found = access(grant(type="Query", fields=["verifyPerson"]), root=signed(root_document(agencies=owning)))
    assert found.decide("Query", "verifyPerson").otherwise.plain
    assert found.decide("Query", "verifyAccount").otherwise.withheld


# Transforms


MASK, MASK_MORE = {"kind": "mask", "keepLast": 6}, {"kind": "mask", "keepLast": 2}
CODE, CODE_MORE = {"kind": "truncate", "length": 4}, {"kind": "truncate", "length": 2}
HASHED, NOTHING = {"kind": "hash"}, {"kind": "null"}


def test_of_several_grants_the_weakest_transform_comes_first():
    given = [NOTHING, HASHED, MASK_MORE, MASK, CODE_MORE, CODE, None]
    grants = [
        grant(f"g{number}", where=[{**GRADE_A, "value": str(number)}], transform={"evidenceNo": each} if each else {})
        for number, each in enumerate(given)
    ]
    decision = decided(access(*grants, grant("g9", fields=["score"])), "evidenceNo")
    assert rules(decision) == ["g6", "g5", "g4", "g3", "g2", "g1", "g0"]
    assert [each.transform for each in decision.releases] == [
        None, TruncateCode(4), TruncateCode(2), Mask(0, 6), Mask(0, 2), Hash("recipient samr-gd RISK_ASSESSMENT"),
        Nullify(),
    ]  # fmt: skip


def test_a_number_and_a_date_have_their_order_too():
    def grants(name: str, *transforms: Any) -> list[dict[str, Any]]:
        return [
            grant(f"g{number}", fields=[name], where=[{**GRADE_A, "value": str(number)}], transform={name: each})
            for number, each in enumerate(transforms)
        ] + [grant("g9", fields=["basis"])]

    steps = grants("score", *({"kind": "generalise", "step": step} for step in (100, 10)))
    assert [each.transform for each in decided(access(*steps), "score").releases] == [Generalise(10), Generalise(100)]
    units = grants("validTo", *({"kind": "truncate", "to": unit} for unit in ("YEAR", "MONTH")))
    transforms = [each.transform for each in decided(access(*units), "validTo").releases]
    assert transforms == [TruncateDate(Unit.MONTH), TruncateDate(Unit.YEAR)]


def test_what_comes_after_a_grant_without_conditions_never_applies():
    found = access(grant("g1"), grant("g2", transform={"evidenceNo": MASK}))
    assert rules(decided(found, "evidenceNo")) == ["g1"]


def test_a_hash_is_keyed_for_recipient_and_purpose():
    to = {"jurisdictions": ["CN-GD"]}
    hashed = grant(to=to, purposes=["RISK_ASSESSMENT", "STATISTICS"], transform={"evidenceNo": HASHED})
    parties = [{"party": "cn:1"}, {"party": "cn:2"}]
    everybody = [
        asking(), asking("tax-gd"), asking(purpose="STATISTICS"), *(asking(None, attributes=each) for each in parties)
    ]  # fmt: skip
    uses = {decided(access(hashed, to=each), "evidenceNo").releases[0].transform for each in everybody}
    assert len(uses) == len(everybody)


def test_nobody_in_particular_gets_no_hash_since_all_of_them_could_join_on_it():
    hashed = grant(to={"jurisdictions": ["CN-GD"]}, transform={"evidenceNo": HASHED})
    found = access(hashed, to=asking(None))
    assert decided(found, "evidenceNo").withheld
    assert decided(found, "grade").plain


# What would help


def test_what_is_withheld_says_what_would_help():
    two = grant(scopes=["credit:read", "credit:investigation"], purposes=["RISK_ASSESSMENT", "STATISTICS"])
    assert decided(access(two, to=asking(scopes=frozenset({"credit:read"})))).withholding == Withholding(
        "customs-gz/credit", None, ("credit:investigation",), ()
    )
    assert decided(access(two, to=asking(purpose="EXPORT_REFUND"))).withholding == Withholding(
        "customs-gz/credit", None, (), ("RISK_ASSESSMENT", "STATISTICS")
    )


def test_of_several_ways_the_shortest_is_told_in_whatever_order_they_stand():
    far = grant("g1", scopes=["credit:read", "credit:investigation"])
    near, never = grant("g2", scopes=["credit:read"]), grant("g3", to={"agencies": ["tax-gd"]})
    for grants in ([far, near, never], [never, near, far], [near, never, far]):
        assert decided(access(*grants, to=asking(scopes=frozenset()))).withholding.scopes == ("credit:read",)


def test_to_whom_a_grant_is_not_nothing_is_said_to_help():
    found = access(grant(), to=asking("tax-gd", scopes=frozenset(), purpose="STATISTICS"))
    assert decided(found).withholding == Withholding("customs-gz/credit")


def test_a_field_that_no_rule_names_is_withheld_by_the_policy_that_speaks_of_its_type():
    assert decided(access(grant()), "score").withholding == Withholding("customs-gz/credit")
    assert decided(access(denials=[denial()]), "score").withholding == Withholding("customs-gz/credit")
    assert access(grant()).decide("Declaration", "status").of("customs-gz") == WITHHELD
    assert decided(access(grant()), "score", "tax-gd") == WITHHELD


# Purposes, cells, classes


def test_a_purpose_outside_the_registry_opens_nothing():
    free = policy(shareClass="UNCONDITIONAL", grants=[grant(purposes=[], legalBasis=None)])
    found = in_force(taken(*library(free)), NOW)
    for purpose, opens in (("STATISTICS", True), ("WHATEVER", False), ("", False), ("statistics", False)):
        assert decided(compiled(found, asking(purpose=purpose), facts())).withheld is not opens


def test_the_largest_smallest_cell_of_the_grants_that_apply_counts():
    grants = [
        grant("g1", minCell=5), grant("g2", fields=["score"], minCell=10), grant("g4", fields=["current"], minCell=2),
        grant("g3", fields=["basis"], to={"agencies": ["tax-gd"]}, minCell=100),
    ]  # fmt: skip
    assert access(*grants).types["CreditRating"].min_cell == 10
    assert access(grant()).types["CreditRating"].min_cell == 0


SEVERAL = [
    grant("g1", to={"agencies": ["samr-gd", "tax-gd"]}),
    grant("g2", to={"agencies": ["tax-gd"]}, fields=["score"]),
    grant(
        "g3",
        to={"jurisdictions": ["CN-GD"], "minAssurance": 2},
        fields=["basis"],
        purposes=["RISK_ASSESSMENT", "STATISTICS"],
    ),
    grant("g4", fields=["current"], where=[{"attr": "subject.region", "op": "eq", "value": "44"}]),
]


def classes(*who_ask: Who) -> list[str]:
    found = in_force(
        taken(*library(policy(grants=SEVERAL, denials=[denial("d1", "history", to={"jurisdictions": ["HK"]})]))), NOW
    )
    return [compiled(found, each, facts()).access_class for each in who_ask]


def test_who_is_decided_for_by_the_same_rules_is_of_one_class():
    same = [
        asking(),
        asking(assurance=1),
        asking(roles=frozenset({"BROKER"})),
        asking(scopes=ALL_SCOPES | {"filings:read"}),
        asking(attributes={"region": "44", "party": "cn:1"}),
    ]
    assert len(set(classes(*same))) == 1


def test_who_is_decided_for_by_other_rules_is_of_another_class():
    other = [
        asking(), asking("tax-gd"), asking(assurance=2), asking(purpose="STATISTICS"), asking(scopes=frozenset()),
        asking(jurisdiction="HK"), asking(attributes={"region": "31"}), asking(None),
    ]  # fmt: skip
    assert len(set(classes(*other))) == len(other)


def test_a_condition_a_transform_and_a_smallest_cell_make_another_class():
    found = [
        access(grant(**changes)).access_class
        for changes in ({}, {"where": [CURRENT]}, {"minCell": 5}, {"transform": {"evidenceNo": MASK}})
    ]
    assert len(set(found)) == 4


# Who asks


def principal(**changes: Any) -> Principal:
    known = {
        "client": "c", "person": None, "agency": "samr-gd", "party": None, "jurisdiction": "CN-GD",
        "roles": frozenset(), "scopes": ALL_SCOPES, "purpose": "RISK_ASSESSMENT", "legal_basis": None,
        "case_no": None, "assurance": 3,
    }  # fmt: skip
    return Principal(**{**known, **changes})


def test_the_root_document_knows_an_agencys_jurisdiction_better_than_its_token():
    found = in_force(taken(), NOW)
    assert who(principal(jurisdiction="HK"), found).jurisdiction == "CN-GD"
    assert who(principal(agency="hk-customs"), found).jurisdiction == "HK"
    assert who(principal(agency="hk-customs"), found).attributes["jurisdiction"] == "HK"


def test_an_agency_that_the_root_document_does_not_have_is_none():
    found = who(principal(agency="nobody", jurisdiction="HK", party="hk:1"), in_force(taken(), NOW))
    assert found.agency is None
    assert found.jurisdiction == "HK"
    assert found.attributes == {"jurisdiction": "HK", "party": "hk:1", "assurance": "3"}


def test_attributes_are_those_of_the_root_document_and_not_of_the_token():
    told = who(principal(attributes={"region": "11", "agency": "customs-gz"}), in_force(taken(), NOW))
    assert told.attributes == {"agency": "samr-gd", "jurisdiction": "CN-GD", "region": "44", "assurance": "3"}


def test_access_lasts_as_long_as_what_is_in_force():
    found = in_force(taken(*library(policy())), NOW)
    made = compiled(found, asking(), facts())
    assert (made.valid_from, made.valid_until, made.policy_version) == (
        found.valid_from,
        found.valid_until,
        found.version,
    )
