"""The four decisions as the compiler carries them out: allow, withhold, transform, row condition; per provider."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.oracle.caller import ACCESS, PRINCIPAL
from tests.oracle.engine import Engine

from baygate.access.access import Access, TypeAccess, allowed
from baygate.access.decision import (
    ALL_ROWS,
    ALWAYS,
    NO_ROWS,
    WITHHELD,
    ByProvider,
    Clause,
    Decision,
    Mask,
    Nullify,
    Operator,
    Release,
    Rows,
    Subject,
    TruncateCode,
    Withholding,
)

ALLOWED = allowed("g1")


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def rated(engine: Engine) -> dict[str, Any]:
    """An enterprise rated by several agencies, as the development access sees it."""
    answer = engine.ask(
        "{ parties(first: 40, where: {kind: MAINLAND}) { nodes { id regionCode creditRatings(first: 50) "
        "{ nodes { ratingNo scheme grade evidenceNo provider score current } } } } }"
    )
    found: dict[str, Any] = next(
        each
        for each in answer["data"]["parties"]["nodes"]
        if len({rating["provider"] for rating in each["creditRatings"]["nodes"]}) > 1
    )
    return found


def access(**types: TypeAccess) -> Access:
    return Access("test", types)


def everywhere(decision: Decision) -> ByProvider[Decision]:
    return ByProvider({}, decision)


def granted(*fields: str, rows: Rows = ALL_ROWS, **decided: Decision) -> TypeAccess:
    """Some fields as they are, others as decided; and what ratings and declarations are ordered by."""
    decided = {"assessedOn": ALLOWED, "declaredAt": ALLOWED} | decided
    decisions = {name: everywhere(ALLOWED) for name in fields} | {n: everywhere(d) for n, d in decided.items()}
    return TypeAccess(ByProvider({}, rows), decisions)


PARTY = {"MainlandEnterprise": granted("id", "name", "uscc", "creditRatings")}
RATINGS = "query($id: PartyId!) { party(id: $id) { id creditRatings(first: 50) { totalCount nodes { ratingNo %s } } } }"


def ratings(
    engine: Engine, party: str, fields: str, rating: TypeAccess, **more: Any
) -> tuple[list[Any], Mapping[str, Any]]:
    answer = engine.ask(RATINGS % fields, {"id": party}, access(**PARTY, CreditRating=rating), **more)
    return answer["data"]["party"]["creditRatings"]["nodes"], answer


def test_nothing_leaves_that_no_policy_mentions_and_nothing_is_read(engine: Engine, rated: dict[str, Any]) -> None:
    question = "query($id: PartyId!) { party(id: $id) { id name } }"
    answer = engine.ask(question, {"id": rated["id"]}, access())
    assert answer["data"] == {"party": None}
    assert answer["errors"][0]["extensions"]["code"] == "FIELD_WITHHELD"
    assert answer["errors"][0]["path"] == ["party"]
    plan, _ = engine.plan(question, {"id": rated["id"]}, access())
    assert plan.resident is not None
    assert "FROM" not in plan.resident.statement.sql


def test_a_withheld_field_is_null_with_one_error_and_its_column_is_not_in_the_statement(
    engine: Engine, rated: dict[str, Any]
) -> None:
    withheld = Decision((), Withholding("customs-gz/credit", "d1", scopes=("credit:investigation",)))
    rating = granted("ratingNo", "grade", evidenceNo=withheld)
    nodes, answer = ratings(engine, rated["id"], "grade evidenceNo", rating)
    assert [each["grade"] for each in nodes] == [each["grade"] for each in rated["creditRatings"]["nodes"]]
    assert {each["evidenceNo"] for each in nodes} == {None}
    assert len(nodes) > 1
    (error,) = answer["errors"]
    assert error["path"] == ["party", "creditRatings", "nodes"]
    assert error["extensions"]["coordinate"] == "CreditRating.evidenceNo"
    assert error["extensions"]["policy"] == "customs-gz/credit"
    assert error["extensions"]["rule"] == "d1"
    assert error["extensions"]["helps"] == {"scopes": ["credit:investigation"]}
    plan, _ = engine.plan(RATINGS % "grade evidenceNo", {"id": rated["id"]}, access(**PARTY, CreditRating=rating))
    assert plan.resident is not None
    assert "evidence_no" not in plan.resident.statement.sql


def test_the_error_is_the_same_whether_or_not_such_rows_exist(engine: Engine, rated: dict[str, Any]) -> None:
    rating = granted("ratingNo")
    _, present = ratings(engine, rated["id"], "grade", rating)
    absent = engine.ask(RATINGS % "grade", {"id": "MO-NOBODY"}, access(**PARTY, CreditRating=rating))
    assert present["errors"] == absent["errors"]


def test_a_masked_field_is_a_value_and_the_answer_says_where_it_is_masked(
    engine: Engine, rated: dict[str, Any]
) -> None:
    masked = Decision((Release("g2", transform=Mask(keep_last=4)),))
    nodes, answer = ratings(engine, rated["id"], "evidenceNo", granted("ratingNo", evidenceNo=masked))
    plain = {each["ratingNo"]: each["evidenceNo"] for each in rated["creditRatings"]["nodes"]}
    for each in nodes:
        value = plain[each["ratingNo"]]
        assert each["evidenceNo"] == "*" * (len(value) - 4) + value[-4:]
    assert "errors" not in answer
    assert answer["extensions"]["access"] == [
        {
            "path": ["party", "creditRatings", "nodes"],
            "code": "FIELD_MASKED",
            "coordinate": "CreditRating.evidenceNo",
            "providers": [],
            "rules": ["g2"],
        }
    ]


def test_a_row_that_a_condition_excludes_is_not_there_in_lists_counts_and_cursors(
    engine: Engine, rated: dict[str, Any]
) -> None:
    rows = ((Clause("current", Operator.EQUALS, True),),)
    everything = rated["creditRatings"]["nodes"]
    current = [each["ratingNo"] for each in everything if each["current"]]
    assert 0 < len(current) < len(everything)
    rating = granted("ratingNo", "grade", rows=rows)
    nodes, answer = ratings(engine, rated["id"], "grade", rating)
    assert [each["ratingNo"] for each in nodes] == current
    assert answer["data"]["party"]["creditRatings"]["totalCount"] == len(current)
    assert "errors" not in answer
    paged = engine.ask(
        "query($id: PartyId!) { party(id: $id) { creditRatings(first: 1) { pageInfo { hasNextPage endCursor } } } }",
        {"id": rated["id"]},
        access(**PARTY, CreditRating=rating),
    )
    assert paged["data"]["party"]["creditRatings"]["pageInfo"]["hasNextPage"] is (len(current) > 1)


def test_a_single_object_that_a_condition_excludes_is_null_without_an_error(
    engine: Engine, rated: dict[str, Any]
) -> None:
    rows = ((Clause("regionCode", Operator.STARTS_WITH, "99"),),)
    answer = engine.ask(
        "query($id: PartyId!) { party(id: $id) { id } }",
        {"id": rated["id"]},
        access(MainlandEnterprise=granted("id", rows=rows)),
    )
    assert answer == {"data": {"party": None}}


def test_a_condition_on_an_attribute_of_the_subject_is_bound_and_splits_no_plan(
    engine: Engine, rated: dict[str, Any]
) -> None:
    rows = ((Clause("regionCode", Operator.STARTS_WITH, Subject("region")),),)
    grants = access(MainlandEnterprise=granted("id", rows=rows))
    question = "query($id: PartyId!) { party(id: $id) { id } }"
    here = replace(PRINCIPAL, attributes={"region": rated["regionCode"][:4]})
    elsewhere = replace(PRINCIPAL, attributes={"region": "9999"})
    before = len(engine.road.plans)
    assert engine.ask(question, {"id": rated["id"]}, grants, here)["data"]["party"]
    assert engine.ask(question, {"id": rated["id"]}, grants, elsewhere)["data"]["party"] is None
    assert len(engine.road.plans) == before + 1


def test_an_attribute_that_the_subject_does_not_have_makes_no_grant_hold(engine: Engine, rated: dict[str, Any]) -> None:
    for operator in (Operator.EQUALS, Operator.NOT_EQUALS, Operator.STARTS_WITH, Operator.AT_MOST):
        rows = ((Clause("regionCode", operator, Subject("region")),),)
        answer = engine.ask(
            "query($id: PartyId!) { party(id: $id) { id } }",
            {"id": rated["id"]},
            access(MainlandEnterprise=granted("id", rows=rows)),
        )
        assert answer["data"]["party"] is None, operator


def test_each_agency_decides_for_its_own_rows(engine: Engine, rated: dict[str, Any]) -> None:
    rating = TypeAccess(
        ByProvider({"tax-gd": ALL_ROWS, "customs-gz": ALL_ROWS}, NO_ROWS),
        {
            "ratingNo": everywhere(ALLOWED),
            "assessedOn": everywhere(ALLOWED),
            "provider": everywhere(ALLOWED),
            "grade": ByProvider(
                {"tax-gd": ALLOWED, "customs-gz": Decision((Release("m", transform=Mask()),))}, WITHHELD
            ),
            "evidenceNo": ByProvider({"tax-gd": ALLOWED}, WITHHELD),
        },
    )
    nodes, answer = ratings(engine, rated["id"], "provider grade evidenceNo", rating)
    plain = {each["ratingNo"]: each for each in rated["creditRatings"]["nodes"]}
    assert {each["provider"] for each in nodes} == {
        each["provider"] for each in plain.values() if each["provider"] in {"tax-gd", "customs-gz"}
    }
    for each in nodes:
        value = plain[each["ratingNo"]]
        if each["provider"] == "tax-gd":
            assert (each["grade"], each["evidenceNo"]) == (value["grade"], value["evidenceNo"])
        else:
            assert (each["grade"], each["evidenceNo"]) == ("*" * len(value["grade"]), None)
    (error,) = answer["errors"]
    assert error["extensions"]["providers"] == ["customs-gz"]


def test_of_several_that_withhold_the_error_tells_of_one_whose_rows_something_would_help_to(
    engine: Engine, rated: dict[str, Any]
) -> None:
    denied = Decision((), Withholding("customs-gz/credit", "d1"))
    for_others = Decision((), Withholding("tax-gd/credit", purposes=("STATISTICS",)))
    withheld = ByProvider({"customs-gz": denied, "tax-gd": for_others}, WITHHELD)
    rows = ByProvider({"customs-gz": ALL_ROWS, "tax-gd": ALL_ROWS}, NO_ROWS)
    fields = {"ratingNo": everywhere(ALLOWED), "assessedOn": everywhere(ALLOWED), "evidenceNo": withheld}
    # the first withholds the field, the second the list that is ordered by it
    for asked, given in (("evidenceNo", fields), ("", {**fields, "assessedOn": withheld})):
        rating = TypeAccess(rows, given)
        (error,) = engine.ask(RATINGS % asked, {"id": rated["id"]}, access(**PARTY, CreditRating=rating))["errors"]
        assert error["message"].endswith("is withheld: tax-gd/credit grants it only for the purpose STATISTICS.")
        assert error["extensions"]["helps"] == {"purposes": ["STATISTICS"]}


def test_rows_of_a_provider_that_decided_nothing_are_not_there(engine: Engine, rated: dict[str, Any]) -> None:
    rating = TypeAccess(
        ByProvider({"tax-gd": ALL_ROWS}, NO_ROWS), {name: everywhere(ALLOWED) for name in ("ratingNo", "assessedOn")}
    )
    nodes, answer = ratings(engine, rated["id"], "", rating)
    expected = [each["ratingNo"] for each in rated["creditRatings"]["nodes"] if each["provider"] == "tax-gd"]
    assert [each["ratingNo"] for each in nodes] == expected
    assert answer["data"]["party"]["creditRatings"]["totalCount"] == len(expected)


def test_the_weakest_transform_whose_condition_holds_applies_and_else_there_is_nothing(
    engine: Engine, rated: dict[str, Any]
) -> None:
    tax = (Clause("scheme", Operator.EQUALS, "TAX"),)
    customs = (Clause("scheme", Operator.STARTS_WITH, "CUSTOMS"),)
    decision = Decision((Release("g1", tax), Release("g2", customs, Mask(keep_first=1))))
    rating = granted("ratingNo", "scheme", rows=(tax, customs, ALWAYS), grade=decision)
    nodes, answer = ratings(engine, rated["id"], "scheme grade", rating)
    plain = {each["ratingNo"]: each["grade"] for each in rated["creditRatings"]["nodes"]}
    for each in nodes:
        value = plain[each["ratingNo"]]
        if each["scheme"] == "TAX":
            assert each["grade"] == value
        elif each["scheme"].startswith("CUSTOMS"):
            assert each["grade"] == (value[0] + "*" * (len(value) - 1) if len(value) > 1 else "*")
        else:
            assert each["grade"] is None
    codes = {each["code"] for each in answer["extensions"]["access"]}
    assert codes == {"FIELD_MASKED", "FIELD_CONDITIONAL"}


def test_a_nullified_field_is_null_without_an_error(engine: Engine, rated: dict[str, Any]) -> None:
    decision = Decision((Release("g1", transform=Nullify()),))
    nodes, answer = ratings(engine, rated["id"], "score current", granted("ratingNo", score=decision, current=decision))
    assert {(each["score"], each["current"]) for each in nodes} == {(None, None)}
    assert "errors" not in answer


@pytest.mark.parametrize(
    "decision",
    [
        WITHHELD,
        Decision((Release("g", transform=Mask(keep_last=2)),)),
        Decision((Release("g", (Clause("current", Operator.EQUALS, True),)),)),
        Decision((Release("g", transform=TruncateCode(1)),)),
    ],
)
def test_to_filter_by_a_field_is_to_read_it(engine: Engine, rated: dict[str, Any], decision: Decision) -> None:
    answer = engine.ask(
        'query($id: PartyId!) { party(id: $id) { creditRatings(where: {grades: ["A"]}) { totalCount } } }',
        {"id": rated["id"]},
        access(**PARTY, CreditRating=granted("ratingNo", grade=decision)),
    )
    assert answer["data"]["party"]["creditRatings"] is None
    assert answer["errors"][0]["extensions"]["coordinate"] == "CreditRating.grade"


def test_to_order_by_a_field_is_to_read_it_also_by_default(engine: Engine, rated: dict[str, Any]) -> None:
    nobody = access(**PARTY, CreditRating=granted("ratingNo", assessedOn=WITHHELD))
    answer = engine.ask(
        "query($id: PartyId!) { party(id: $id) { creditRatings { totalCount } } }", {"id": rated["id"]}, nobody
    )
    assert answer["data"]["party"]["creditRatings"] is None
    assert answer["errors"][0]["extensions"]["coordinate"] == "CreditRating.assessedOn"


def test_to_look_up_by_a_field_is_to_read_it(engine: Engine, rated: dict[str, Any]) -> None:
    answer = engine.ask(
        "query($uscc: Uscc!) { enterprise(uscc: $uscc) { id } }",
        {"uscc": rated["id"].removeprefix("CN-")},
        access(MainlandEnterprise=granted("id", uscc=WITHHELD)),
    )
    assert answer["data"] == {"enterprise": None}
    assert answer["errors"][0]["extensions"]["coordinate"] == "MainlandEnterprise.uscc"


def test_a_computed_field_needs_what_its_inputs_need(engine: Engine) -> None:
    question = "{ declarations(first: 3) { nodes { declarationNo dutiableValue } } }"
    whole = granted("declarationNo", "declaredAt", "totalValue", "freight", "insurance", "dutiableValue")
    plain = engine.ask(question, access=access(Declaration=whole))
    assert all(each["dutiableValue"] for each in plain["data"]["declarations"]["nodes"])
    lacking = granted("declarationNo", "declaredAt", "totalValue", "insurance", "dutiableValue")
    answer = engine.ask(question, access=access(Declaration=lacking))
    assert {each["dutiableValue"] for each in answer["data"]["declarations"]["nodes"]} == {None}
    assert answer["errors"][0]["extensions"]["coordinate"] == "Declaration.dutiableValue"


def test_a_withheld_key_withholds_its_object_at_the_nullable_field_that_enters_it(
    engine: Engine, rated: dict[str, Any]
) -> None:
    nodes_or_none = engine.ask(
        RATINGS % "grade", {"id": rated["id"]}, access(**PARTY, CreditRating=granted("grade", "assessedOn"))
    )
    assert nodes_or_none["data"]["party"] == {"id": rated["id"], "creditRatings": None}
    assert nodes_or_none["errors"][0]["extensions"]["coordinate"] == "CreditRating.ratingNo"


def test_a_decision_on_the_concrete_type_holds_through_interface_and_fragment_alike(
    engine: Engine, rated: dict[str, Any]
) -> None:
    grants = access(MainlandEnterprise=granted("id"))
    for selection in ("name", "... on Party { name }", "... on MainlandEnterprise { name }", "...F"):
        fragment = "fragment F on Party { ... on MainlandEnterprise { name } }" if selection == "...F" else ""
        answer = engine.ask(
            f"query($id: PartyId!) {{ party(id: $id) {{ id {selection} }} }} {fragment}", {"id": rated["id"]}, grants
        )
        assert answer["data"]["party"] == {"id": rated["id"], "name": None}, selection
        assert [each["extensions"]["coordinate"] for each in answer["errors"]] == ["MainlandEnterprise.name"]


def test_members_of_an_interface_that_are_not_granted_are_not_there(engine: Engine) -> None:
    everybody = engine.ask("{ parties(first: 100) { nodes { kind } totalCount } }")["data"]["parties"]
    answer = engine.ask(
        "{ parties(first: 100) { totalCount nodes { __typename id } } }",
        access=access(HongKongCompany=granted("id")),
    )
    companies = [each for each in everybody["nodes"] if each["kind"] == "HONG_KONG"]
    assert {each["__typename"] for each in answer["data"]["parties"]["nodes"]} == {"HongKongCompany"}
    assert answer["data"]["parties"]["totalCount"] == len(companies)


def test_members_that_are_not_granted_are_not_there_beside_those_that_are(engine: Engine) -> None:
    everybody = engine.ask("{ parties(first: 100) { nodes { kind } } }")["data"]["parties"]["nodes"]
    kinds = [each["kind"] for each in everybody]
    answer = engine.ask(
        "{ parties(first: 100) { totalCount nodes { __typename id } } }",
        access=access(HongKongCompany=granted("id"), MacauCompany=granted("id")),
    )
    found = answer["data"]["parties"]
    assert None not in found["nodes"]
    assert {each["__typename"] for each in found["nodes"]} == {"HongKongCompany", "MacauCompany"}
    assert found["totalCount"] == len(found["nodes"]) == len(kinds) - kinds.count("MAINLAND")


def test_a_nullified_key_withholds_its_object_too(engine: Engine, rated: dict[str, Any]) -> None:
    nothing = Decision((Release("g1", transform=Nullify()),))
    answer = engine.ask(
        RATINGS % "grade", {"id": rated["id"]}, access(**PARTY, CreditRating=granted("grade", ratingNo=nothing))
    )
    assert answer["data"]["party"]["creditRatings"] is None


@pytest.mark.parametrize("transform", [Nullify(), Mask()])
def test_a_transform_on_a_relation_gives_nothing(engine: Engine, rated: dict[str, Any], transform: Any) -> None:
    party = granted("id", creditRatings=Decision((Release("g", transform=transform),)))
    answer = engine.ask(
        RATINGS % "grade",
        {"id": rated["id"]},
        access(MainlandEnterprise=party, CreditRating=granted("ratingNo", "grade")),
    )
    assert answer["data"]["party"] == {"id": rated["id"], "creditRatings": None}


def test_a_transform_that_does_not_fit_gives_nothing(engine: Engine) -> None:
    masked = Decision((Release("g", transform=Mask()),))
    answer = engine.ask(
        "{ declarations(first: 2) { nodes { declarationNo totalValue } } }",
        access=access(Declaration=granted("declarationNo", totalValue=masked)),
    )
    assert [each["totalValue"] for each in answer["data"]["declarations"]["nodes"]] == [None, None]


def test_a_short_list_reads_the_field_that_orders_it(engine: Engine, rated: dict[str, Any]) -> None:
    answer = engine.ask(
        "query($id: PartyId!) { party(id: $id) { licences(first: 1) { kind } } }",
        {"id": rated["id"]},
        access(MainlandEnterprise=granted("id", "licences"), Licence=granted("kind")),
    )
    assert answer["data"]["party"]["licences"] is None
    assert answer["errors"][0]["extensions"]["coordinate"] == "Licence.licenceNo"


def test_a_condition_on_a_detail_holds_however_the_rest_is_asked(engine: Engine) -> None:
    on_detail = Decision((Release("g", (Clause("companyType", Operator.NOT_EQUALS, "none such"),)),))
    company = granted("id", "companyType", name=on_detail)
    grants = access(HongKongCompany=company, MacauCompany=company)
    for selection in ("name", "name ... on MacauCompany { companyType }"):
        nodes = engine.ask(f"{{ parties(first: 100) {{ nodes {{ id {selection} }} }} }}", access=grants)
        assert all(each["name"] for each in nodes["data"]["parties"]["nodes"]), selection


@pytest.mark.parametrize("operator", [Operator.AT_LEAST, Operator.ONE_OF, Operator.EQUALS])
@pytest.mark.parametrize("value", ["2020-01-01", "nonsense", ""])
def test_an_attribute_of_another_kind_makes_no_grant_hold_and_never_fails(
    engine: Engine, rated: dict[str, Any], operator: Operator, value: str
) -> None:
    rows = ((Clause("establishedOn", operator, Subject("since")),),)
    somebody = replace(PRINCIPAL, attributes={"since": value})
    if operator is Operator.ONE_OF:
        rows = ((Clause("regionCode", operator, Subject("since")),),)
    answer = engine.ask(
        "query($id: PartyId!) { party(id: $id) { id } }",
        {"id": rated["id"]},
        access(MainlandEnterprise=granted("id", rows=rows)),
        somebody,
    )
    assert "party" in answer["data"]
    if value != "2020-01-01":
        assert answer["data"]["party"] is None


def test_an_access_that_is_not_in_force_decides_nothing(engine: Engine) -> None:
    from baygate.gateway.refusal import Refusal

    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    with pytest.raises(Refusal) as refused:
        engine.ask("{ parties(first: 1) { nodes { id } } }", access=replace(ACCESS, valid_until=past))
    assert refused.value.code == "ACCESS_EXPIRED"


def test_a_verdict_that_is_not_granted_is_withheld_and_says_so(engine: Engine) -> None:
    question = '{ verifyPerson(idNumber: "440106199003078425", name: "x") }'
    assert engine.ask(question)["data"]["verifyPerson"] in {"MISMATCH", "NOT_FOUND"}
    answer = engine.ask(question, access=access())
    assert answer["data"] == {"verifyPerson": None}
    assert answer["errors"][0]["extensions"]["coordinate"] == "Query.verifyPerson"


def test_two_accesses_never_share_a_plan(engine: Engine, rated: dict[str, Any]) -> None:
    question = "query($id: PartyId!) { party(id: $id) { id name } }"
    seeing = engine.ask(question, {"id": rated["id"]}, access(MainlandEnterprise=granted("id", "name")))
    blind = engine.ask(question, {"id": rated["id"]}, access(MainlandEnterprise=granted("id")))
    assert seeing["data"]["party"]["name"]
    assert blind["data"]["party"]["name"] is None


def test_a_cursor_does_not_open_for_another_access(engine: Engine) -> None:
    from baygate.gateway.refusal import Refusal

    grants = access(MainlandEnterprise=granted("id"))
    question = "query($after: String) { parties(first: 1, after: $after) { pageInfo { endCursor } } }"
    cursor = engine.ask(question, {}, grants)["data"]["parties"]["pageInfo"]["endCursor"]
    assert engine.ask(question, {"after": cursor}, grants)["data"]["parties"]
    with pytest.raises(Refusal) as refused:
        engine.ask(question, {"after": cursor}, access(MainlandEnterprise=granted("id", "name")))
    assert refused.value.code == "INVALID_CURSOR"
