"""What policies leave of the schema."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLSchema, validate_schema
from tests.gateway.visible.question import WIDE, Question
from tests.gateway.visible.showing import fields, hub
from tests.oracle.granting import ALLOWED, MASKED, access, elsewhere, granted

from baygate.access.access import TypeAccess
from baygate.access.decision import ALL_ROWS, NO_ROWS, WITHHELD, ByProvider
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.plan import Supergraph, plan

RATED = ("ratingNo", "assessedOn", "scheme", "grade")


def under(**types: TypeAccess) -> GraphQLSchema:
    """Return what the contract shows under these grants, to a token with every scope."""
    contract = hub("contract")
    return contract.granted().of(contract.gates.behind(contract.gates.scopes, access(**types)))[1]


def test_a_field_is_shown_if_any_provider_gives_something_of_it() -> None:
    some = elsewhere(WITHHELD, tax_gd=ALLOWED)
    schema = under(CreditRating=granted(*RATED, score=some, basis=WITHHELD, evidenceNo=MASKED))
    assert fields(schema, "CreditRating") == {*RATED, "score", "evidenceNo"}
    assert validate_schema(schema) == []


def test_what_only_a_provider_gives_whose_rows_are_not_there_is_not_shown() -> None:
    rating = granted(*RATED, score=elsewhere(WITHHELD, tax_gd=ALLOWED))
    schema = under(CreditRating=replace(rating, rows=ByProvider({"tax-gd": NO_ROWS}, ALL_ROWS)))
    assert fields(schema, "CreditRating") == set(RATED)


@pytest.mark.parametrize(
    "decision", [WITHHELD, MASKED, elsewhere(ALLOWED, tax_gd=MASKED)], ids=["withheld", "masked", "masked by one"]
)
def test_conditions_orders_and_keys_are_shown_if_every_provider_gives_them_plainly(decision: Any) -> None:
    def shown(**decided: Any) -> GraphQLSchema:
        return under(CreditRating=granted(*RATED, **decided))

    assert fields(shown(), "CreditRatingFilter") == {"scheme", "grades", "assessedFrom", "assessedTo"}
    assert fields(shown(grade=decision), "CreditRatingFilter") == {"scheme", "assessedFrom", "assessedTo"}
    entries = {"creditRating", "creditRatings", "_entities"}
    assert entries <= fields(shown(), "Query")
    assert entries & fields(shown(assessedOn=decision), "Query") == {"creditRating", "_entities"}
    assert entries & fields(shown(ratingNo=decision), "Query") == set()


def test_a_type_of_which_no_row_is_there_is_not_shown_nor_what_leads_to_it() -> None:
    schema = under(CreditRating=granted(*RATED, "party"), MainlandEnterprise=granted("id", "name", rows=NO_ROWS))
    assert fields(schema, "CreditRating") == set(RATED)
    assert not {"Party", "MainlandEnterprise"} & set(schema.type_map)
    assert "party" not in fields(schema, "Query")


def test_a_field_of_an_interface_needs_only_the_implementations_of_which_rows_are_there() -> None:
    mainland, macau = granted("id", "name"), granted("id", "nameEn")
    assert fields(under(MainlandEnterprise=mainland), "Party") == {"id", "name"}
    assert fields(under(MainlandEnterprise=mainland, MacauCompany=macau), "Party") == {"id"}
    gone = replace(macau, rows=ByProvider({}, NO_ROWS))
    assert fields(under(MainlandEnterprise=mainland, MacauCompany=gone), "Party") == {"id", "name"}


def test_a_field_that_may_not_be_null_is_shown_only_if_it_lacks_to_no_row() -> None:
    for decision, shown in (
        (ALLOWED, {"id", "uscc", "name"}),
        (elsewhere(ALLOWED, samr_gd=WITHHELD), {"id", "name"}),
        (elsewhere(ALLOWED, samr_gd=MASKED), {"id", "uscc", "name"}),
    ):
        schema = under(MainlandEnterprise=granted("id", uscc=decision, name=decision))
        assert fields(schema, "MainlandEnterprise") == shown


def test_a_computed_field_is_shown_if_some_provider_gives_all_that_it_is_computed_from() -> None:
    parts = ("declarationNo", "declaredAt", "totalValue", "freight", "dutiableValue")
    for decision, visible in ((ALLOWED, True), (MASKED, False), (elsewhere(MASKED, tax_gd=ALLOWED), True)):
        schema = under(Declaration=granted(*parts, insurance=decision))
        assert ("dutiableValue" in fields(schema, "Declaration")) is visible


def test_a_transformed_relation_leads_nowhere_and_is_not_shown() -> None:
    party = granted("id", "name")
    assert "party" in fields(under(CreditRating=granted(*RATED, "party"), MainlandEnterprise=party), "CreditRating")
    masked = under(CreditRating=granted(*RATED, party=MASKED), MainlandEnterprise=party)
    assert "party" not in fields(masked, "CreditRating")


def test_a_verdict_is_shown_to_whom_it_is_granted() -> None:
    assert "verifyPerson" in fields(under(Query=granted("verifyPerson")), "Query")
    assert fields(under(), "Query") == {"me", "access", "catalogue", "trustLists", "accesses"}


def test_policies_and_scopes_both_close() -> None:
    grants = access(CreditRating=granted(*RATED), Declaration=granted("declarationNo", "declaredAt"))
    known = hub("contract").gates.behind(frozenset({"credit:read"}), grants)
    schema = hub("contract").granted().of(known)[1]
    assert fields(schema, "CreditRating") == set(RATED)
    assert "Declaration" not in schema.type_map
    assert "Declaration" in under(**grants.types).type_map


def test_all_that_policies_show_is_given_by_somebody() -> None:
    full = hub("contract")
    by_one = {name: elsewhere(WITHHELD, tax_gd=ALLOWED) for name in ("score", "basis")}
    known = access(
        CreditRating=granted(*RATED, "party", **by_one, evidenceNo=MASKED, validTo=WITHHELD),
        MainlandEnterprise=granted("id", "name", "creditRatings", uscc=MASKED),
        HongKongCompany=granted("id", "nameEn", "declarations"),
        Declaration=granted("declarationNo", "declaredAt", "totalValue", "dutiableValue", "declarant", mode=MASKED),
    )
    schema = full.granted().of(known)[1]
    question = Question(schema)
    operation = prepare(question.text, "digest", None, schema, WIDE, Strictness())
    planned = plan(operation, question.variables, known, Supergraph(full.schema, full.binding, "1"), WIDE)
    groups = {
        ("MainlandEnterprise", ("id",)), ("HongKongCompany", ("id",)), ("CreditRating", ("ratingNo",)),
        ("Declaration", ("declarationNo",)),
    }  # fmt: skip
    entities = [each for fetch in planned.entities for group, each in fetch.notices.items() if group in groups]
    assert len(entities) == len(groups)
    notices = [*planned.notices, *(notice for each in entities for notice in each)]
    told = {(each.kind, each.coordinate) for each in notices}
    assert {place for kind, place in told if kind != "FIELD_MASKED"} == {"CreditRating.score", "CreditRating.basis"}
    assert {"CreditRating.evidenceNo", "MainlandEnterprise.uscc"} <= {place for _, place in told}
