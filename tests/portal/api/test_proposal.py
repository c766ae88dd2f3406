"""A proposed policy: checked as the commands check it, compared with what is in force, and kept nowhere."""

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.portal.api.sample_control import NOW, control, state
from tests.sample.test_policies import POLICIES, facts

from baygate.access.documents.in_force import nothing
from baygate.portal.api.proposal import LARGEST, Steps, proposal
from baygate.portal.caller import Refused

PURPOSE = "RISK_ASSESSMENT"
SOURCE = (POLICIES / "customs-gz/credit.json").read_text(encoding="utf-8")
Write = Callable[[dict[str, Any]], None]


def written(change: Write | None = None, *, fixed: bool = True) -> str:
    """Return the source of the policy with a change, and with its schema hash made right."""
    source = json.loads(SOURCE)
    if change is not None:
        change(source)
    if fixed:
        rules = [*source["grants"], *source["denials"]]
        named = [(each["type"], name) for each in rules for name in each["fields"] if name != "*"]
        source["schemaHash"] = facts().schema_hash(named)
    return json.dumps(source, ensure_ascii=False, indent=2)


def told(text: str, agency: str = "customs-gz", purpose: str = PURPOSE, **other: Any) -> dict[str, Any]:
    return proposal(control(agency, purpose), purpose, text, NOW, **other)


def changed(change: Write, **other: Any) -> dict[str, dict[str, Any]]:
    """Return the changes of the plain agencies' cells by field and agency."""
    found = told(written(change), **other)
    assert found["compared"], found["problems"]
    plain = [each for each in found["changes"] if each["recipient"] == each["agency"]]
    return {f"{each['coordinate']} {each['agency']}": each for each in plain}


def grant(source: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in source["grants"] if each["id"] == name]
    return found  # type: ignore[no-any-return]


def refused(text: str, **asking: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        told(text, **asking)
    return raised.value


# Whose policy


def test_another_agencys_policy_is_refused() -> None:
    error = refused((POLICIES / "tax-gd/credit.json").read_text(encoding="utf-8"))
    assert (error.status, error.error) == (403, "forbidden")
    assert "tax-gd" in error.message


def test_a_policy_that_takes_another_agencys_name_for_its_owner_is_refused() -> None:
    def others(source: dict[str, Any]) -> None:
        source["owner"], source["policyId"] = "tax-gd", "tax-gd/credit"

    assert refused(written(others)).status == 403


def test_a_policy_under_another_agencys_name_is_no_policy() -> None:
    found = told(written(lambda source: source.update(policyId="tax-gd/credit")))
    assert not found["compared"]
    (problem,) = found["problems"]
    assert (problem["where"], problem["what"]) == ("policyId", "policyId begins with the owner and a slash")


@pytest.mark.parametrize(
    ("type_name", "field"), [("MainlandEnterprise", "name"), ("Declaration", "noSuch"), ("Payment", "payerName")]
)
def test_records_of_others_cannot_be_granted_nor_their_grants_be_learnt(type_name: str, field: str) -> None:
    def widen(source: dict[str, Any]) -> None:
        grant(source, "supervision").update(type=type_name, fields=[field], transform={})

    found = told(written(widen))
    assert (found["compared"], found["changes"]) == (False, [])
    assert found["problems"]


def test_a_denial_of_anothers_whole_type_is_refused() -> None:
    def deny(source: dict[str, Any]) -> None:
        source["denials"].append(
            {"id": "d9", "type": "MainlandEnterprise", "fields": ["*"], "reason": "NO_SHARE", "legalBasis": "x"}
        )

    assert not told(written(deny))["compared"]


@pytest.mark.parametrize(
    "said",
    [
        {"agency": "hk-platform", "party": "HK-70812345"},
        {"agency": "customs-gz", "party": "HK-70812345"},
        {"agency": "nobody-we-know"},
    ],
)
def test_whoever_provides_nothing_has_nothing_to_propose(said: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="provides no records") as raised:
        proposal(control(purpose=PURPOSE, **said), PURPOSE, SOURCE, NOW)
    assert raised.value.status == 403


def test_only_the_owners_rules_are_compared() -> None:
    """Other agencies' policies make no difference, so that nothing of them can be learnt by proposing."""
    own = next(each for each in state().owners if each.agency.id == "customs-gz")
    emptied = tuple(
        each if each is own else replace(each, grants=(), denials=(), policies=()) for each in state().owners
    )
    text = written(lambda source: grant(source, "supervision").update(to={"jurisdictions": ["CN-GD", "HK"]}))
    asked = control("customs-gz", PURPOSE)
    bare = replace(asked, in_force=replace(state(), owners=emptied))
    assert proposal(asked, PURPOSE, text, NOW) == proposal(bare, PURPOSE, text, NOW)


# What would change


def test_what_is_in_force_changes_nothing() -> None:
    found = told(SOURCE)
    assert (found["compared"], found["changes"], found["problems"]) == (True, [], [])
    assert (found["policyId"], found["version"]) == ("customs-gz/credit", 1)


def test_who_gains_is_told_before_and_after() -> None:
    found = changed(lambda source: grant(source, "supervision").update(to={"jurisdictions": ["CN-GD", "HK"]}))
    gained = found["CreditRating.grade hk-customs"]
    assert (gained["change"], gained["providers"]) == ("GAINED", ["customs-gz"])
    assert (gained["before"]["outcome"], gained["after"]["outcome"]) == ("WITHHOLD", "ALLOW")
    assert "is withheld" in gained["before"]["sentence"]
    assert "by supervision of customs-gz/credit" in gained["after"]["sentence"]
    assert not [each for each in found if each.endswith("samr-gd")]


def test_who_loses_is_told() -> None:
    found = changed(lambda source: source["grants"].remove(grant(source, "supervision")))
    lost = found["CreditRating.grade samr-gd"]
    assert (lost["change"], lost["before"]["outcome"], lost["after"]["outcome"]) == ("LOST", "ALLOW", "WITHHOLD")


def test_another_transform_is_a_change() -> None:
    found = changed(lambda source: grant(source, "supervision").update(transform={}))
    assert {each.split()[0] for each in found} == {"CreditRating.evidenceNo"}
    cell = found["CreditRating.evidenceNo samr-gd"]
    assert (cell["change"], cell["before"]["outcome"], cell["after"]["outcome"]) == ("CHANGED", "TRANSFORM", "ALLOW")


def test_a_transform_that_hides_less_is_a_change_though_the_outcome_is_the_same() -> None:
    mask = {"evidenceNo": {"kind": "mask", "keepLast": 6}}
    cell = changed(lambda source: grant(source, "supervision").update(transform=mask))[
        "CreditRating.evidenceNo samr-gd"
    ]
    assert cell["before"]["outcome"] == cell["after"]["outcome"] == "TRANSFORM"
    assert "last 4" in cell["before"]["sentence"]
    assert "last 6" in cell["after"]["sentence"]


def test_fewer_rows_are_a_change() -> None:
    where = [{"attr": "record.current", "op": "eq", "value": True}]
    cell = changed(lambda source: grant(source, "supervision").update(where=where))["CreditRating.grade samr-gd"]
    assert cell["change"] == "CHANGED"
    assert "current is true" not in cell["before"]["sentence"]
    assert "current is true" in cell["after"]["sentence"]


def test_a_condition_on_callers_is_a_change() -> None:
    where = [{"attr": "subject.region", "op": "prefix", "value": "4401"}]
    found = changed(lambda source: grant(source, "supervision").update(where=where))
    assert found["CreditRating.grade samr-gd"]["change"] == "LOST"


def test_parties_are_told_by_their_roles() -> None:
    def to_platforms(source: dict[str, Any]) -> None:
        more = {
            **grant(source, "supervision"),
            "id": "platforms",
            "to": {"jurisdictions": ["HK"], "roles": ["PLATFORM"]},
        }
        source["grants"].append(more)

    changes = told(written(to_platforms))["changes"]
    assert {"HK as PLATFORM", "hk-customs as PLATFORM"} <= {each["recipient"] for each in changes}
    assert {each["agency"] for each in changes if each["recipient"] == "HK as PLATFORM"} == {None}


def test_smaller_counts_are_a_change_of_the_type() -> None:
    changes = told(written(lambda source: grant(source, "supervision").update(minCell=5)))["changes"]
    (counted,) = [each for each in changes if each["recipient"] == "samr-gd"]
    assert (counted["coordinate"], counted["before"], counted["after"]) == (
        "CreditRating",
        {"outcome": None, "sentence": "all counts"},
        {"outcome": None, "sentence": "counts from 5"},
    )


def test_only_the_purpose_that_is_asked_about_is_compared() -> None:
    def drop(source: dict[str, Any]) -> None:
        source["grants"].remove(grant(source, "supervision"))

    assert changed(drop, purpose="MARKET_SUPERVISION")
    assert not changed(drop, purpose="EXPORT_REFUND")


def test_a_policy_that_is_not_in_force_yet_is_compared_with_nothing() -> None:
    found = changed(lambda source: source.update(policyId="customs-gz/new"))
    assert not found, "each of its grants is there already"


# What is wrong with it


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("{", "line 1, column 2"),
        ('{\n  "spec": 1,\n  oops\n}', "line 3, column 3"),
        ("[]", "document"),
        ("null", "document"),
        ('{"spec": 1, "spec": 1}', "spec"),
        ("[" * 100_000, "line 1, column"),
        ('{"spec": NaN}', "line 1, column"),
        ('{"spec": ' + "9" * 10_000 + "}", ""),
        ("{}", "spec"),
        ("\x00", "line 1, column 1"),
    ],
)
def test_what_is_no_policy_is_told_with_its_place(text: str, where: str) -> None:
    found = told(text)
    assert (found["compared"], found["policyId"], found["changes"]) == (False, None, [])
    assert any(each["where"].startswith(where) for each in found["problems"]), found["problems"]


def test_each_mistake_of_form_is_told_with_its_place() -> None:
    def wrong(source: dict[str, Any]) -> None:
        source["grants"][0]["purposes"] = "RISK_ASSESSMENT"
        source["grants"][1]["surprise"] = 1
        source["expires"] = "tomorrow"

    found = told(written(wrong))
    assert {each["where"] for each in found["problems"]} == {"grants.0.purposes", "grants.1.surprise", "expires"}


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda s: grant(s, "supervision").update(purposes=["FUN"]), "grants.supervision", "no such purpose"),
        (lambda s: grant(s, "own").update(to={"agencies": ["acme"]}), "grants.own", "no such agency"),
        (lambda s: grant(s, "own").update(scopes=["a:b"]), "grants.own", "no such scope"),
        (lambda s: grant(s, "own").update(transform={"ratingNo": {"kind": "mask"}}), "grants.own", "key of"),
        (
            lambda s: grant(s, "own").update(where=[{"attr": "record.nothing", "op": "eq", "value": "x"}]),
            "grants.own",
            "nothing named nothing",
        ),
        (lambda s: grant(s, "own").update(fields=["noSuchField"], transform={}), "grants.own", "no field"),
    ],
)
def test_a_rule_that_cannot_be_is_told_by_its_name(change: Write, where: str, what: str) -> None:
    (problem,) = told(written(change))["problems"]
    assert problem["where"] == where
    assert what in problem["what"]


def test_what_is_unfinished_is_told_and_compared_all_the_same() -> None:
    def draft(source: dict[str, Any]) -> None:
        source.update(expires="2026-11-02T00:00:00Z", notBefore="2026-11-01T00:00:00Z", schemaHash="sha256:" + "0" * 64)
        grant(source, "supervision").update(legalBasis="TODO: the law", to={"jurisdictions": ["HK"]})

    found = told(written(draft, fixed=False))
    assert {each["where"] for each in found["problems"]} >= {"schemaHash", "expires", "legalBasis"}
    assert found["compared"]
    assert found["changes"]


def test_tests_that_fail_are_told_and_it_is_compared_all_the_same() -> None:
    def contradict(source: dict[str, Any]) -> None:
        source["tests"][1]["expect"] = "CONDITIONAL"
        grant(source, "supervision")["transform"] = {}

    found = told(written(contradict))
    (failing,) = [each for each in found["problems"] if each["where"] == "tests.1"]
    assert "not CONDITIONAL" in failing["what"]
    assert found["changes"]


def test_where_nothing_is_in_force_there_is_nothing_to_compare_with() -> None:
    stopped = nothing("The database is older than what this hub has seen.")
    with pytest.raises(Refused) as raised:
        proposal(control("customs-gz", PURPOSE, stopped), PURPOSE, SOURCE, NOW)
    assert (raised.value.status, "database" in raised.value.message) == (503, False)


# Bounds


def test_a_source_that_is_too_large_is_refused_before_it_is_read() -> None:
    error = refused("x" * (LARGEST + 1))
    assert (error.status, error.error) == (413, "too_large")
    assert refused("数" * (LARGEST // 3 + 1)).status == 413


def test_so_many_rules_are_not_looked_at() -> None:
    def many(source: dict[str, Any]) -> None:
        one = {"type": "CreditRating", "fields": ["grade"], "to": {"agencies": ["tax-gd"]}}
        more = {"purposes": [PURPOSE], "legalBasis": "x"}
        source["grants"] += [{"id": f"g{number}", **one, **more} for number in range(301)]

    (problem,) = told(written(many))["problems"]
    assert (problem["where"], "300" in problem["what"]) == ("grants", True)


def test_so_many_tests_are_not_run() -> None:
    def many(source: dict[str, Any]) -> None:
        source["tests"] = (source["tests"] * 100)[:301]

    (problem,) = told(written(many))["problems"]
    assert (problem["where"], "300" in problem["what"]) == ("tests", True)


def test_so_many_classes_of_callers_are_not_compared() -> None:
    def explode(source: dict[str, Any]) -> None:
        roles = [f"R{number}" for number in range(2_000)]
        parties = [f"HK-{number}" for number in range(2_000)]
        grant(source, "supervision").update(
            to={"jurisdictions": ["HK"], "roles": roles},
            where=[{"attr": "subject.party", "op": "in", "value": parties}],
        )

    began = time.perf_counter()
    found = told(written(explode))
    assert time.perf_counter() - began < 5
    assert not found["compared"]
    assert found["problems"][-1]["what"].startswith("Its rules tell ")


def test_the_worst_that_is_looked_at_ends_in_time() -> None:
    def worst(source: dict[str, Any]) -> None:
        fields = ["grade", "score", "basis", "validTo", "validFrom", "current", "provider", "updatedAt", "party"]
        one = {"type": "CreditRating", "fields": fields, "purposes": [PURPOSE], "legalBasis": "x"}
        source["grants"] = [
            {
                "id": f"g{number}",
                **one,
                "to": {"jurisdictions": ["CN-GD", "HK", "MO"]},
                "where": [{"attr": "record.grade", "op": "eq", "value": f"v{number}"}],
            }
            for number in range(280)
        ]
        source["tests"] = []

    began = time.perf_counter()
    with contextlib.suppress(Refused):  # or it takes too long for this machine, and says so
        told(written(worst))
    assert time.perf_counter() - began < 10


def test_a_comparison_ends_when_its_time_is_over() -> None:
    ticks = iter(range(1_000))
    steps = Steps(3, clock=lambda: float(next(ticks)))
    text = written(lambda source: grant(source, "supervision").update(transform={}))
    with pytest.raises(Refused) as raised:
        told(text, steps=steps)
    assert (raised.value.status, raised.value.error) == (503, "too_long")
