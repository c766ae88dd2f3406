"""Side channels: what is not given is not told either, by no question, in no message, whether or not it is there."""

import base64
import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query
from tests.oracle.caller import PRINCIPAL
from tests.oracle.engine import CURSOR_KEY, Engine
from tests.oracle.granting import ALLOWED, NOT_GIVEN, access, elsewhere, everywhere, granted

from baygate.access.access import Access
from baygate.access.decision import ALL_ROWS, NO_ROWS, WITHHELD, ByProvider, Clause, Decision, Hash, Operator, Release
from baygate.access.scopes import Gates
from baygate.gateway.call import Call
from baygate.gateway.cursor import Cursors
from baygate.gateway.documents import digest_of
from baygate.gateway.introspection import Introspection
from baygate.gateway.refusal import Refusal
from baygate.gateway.road import Road
from baygate.gateway.visible import VisibleSchemas

RATING = ("ratingNo", "assessedOn", "scheme", "grade", "evidenceNo")
DECLARATION = ("declarationNo", "declaredAt", "mode")
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
BEFORE_NOON, NOON = NOW + datetime.timedelta(hours=11), NOW + datetime.timedelta(hours=12)


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def rating(engine: Engine) -> dict[str, Any]:
    """A rating by the tax authority, as the development access sees it."""
    answer = engine.ask("{ creditRatings(first: 100) { nodes { ratingNo grade assessedOn provider party { id } } } }")
    ratings: list[dict[str, Any]] = answer["data"]["creditRatings"]["nodes"]
    return next(each for each in ratings if each["provider"] == "tax-gd")


@pytest.fixture(scope="module")
def declaration(engine: Engine) -> dict[str, Any]:
    answer = engine.ask(
        """{ declarations(first: 1) { nodes { declarationNo orderNo totalValue freight insurance dutiableValue buyerName
        order { orderNo amount buyerName } payment { amount payerName } declarant { id } } } }"""
    )
    found: dict[str, Any] = answer["data"]["declarations"]["nodes"][0]
    return found


@dataclass(frozen=True)
class Hub:
    """The engine's road, with something about it changed; what it has prepared and planned is shared."""

    engine: Engine
    road: Road

    def ask(self, call: Call | str, known: Access) -> Any:
        call = Call(call) if isinstance(call, str) else call
        return orjson.loads(self.engine.run(self.road.travel(call, PRINCIPAL, known)).body)

    def refusal(self, call: Call | str, known: Access) -> Refusal:
        with pytest.raises(Refusal) as refused:
            self.ask(call, known)
        return refused.value


@pytest.fixture(scope="module")
def filtered(engine: Engine) -> Hub:
    """A hub that shows a caller no more of the schema than he may use."""
    schema = engine.supergraph.schema
    visible = VisibleSchemas(schema, engine.binding, Gates(schema), Introspection.GRANTED)
    return Hub(engine, replace(engine.road, visible=visible))


def sql(engine: Engine, query: str, variables: dict[str, Any], known: Access) -> str:
    plan, _ = engine.plan(query, variables, known)
    assert plan.resident is not None
    return plan.resident.statement.sql


def coordinates(answer: Any) -> list[str]:
    return [each["extensions"]["coordinate"] for each in answer["errors"]]


# To filter, to order, to look up and to refer by a field is to read it

BY_WHOM = {
    f"{how} by {whom}": decided
    for how, decision in NOT_GIVEN.items()
    for whom, decided in {
        "all": everywhere(decision),
        "one provider": elsewhere(ALLOWED, tax_gd=decision),
        "all but one provider": elsewhere(decision, tax_gd=ALLOWED),
    }.items()
}
not_plain = pytest.mark.parametrize("decided", BY_WHOM.values(), ids=BY_WHOM)
READING = {
    "grade": "query($v: [String!]) { it: creditRatings(where: {grades: $v}) { totalCount nodes { scheme ratingNo } } }",
    "assessedOn": "query($v: Int) { it: creditRatings(orderBy: ASSESSED_ON_ASC, first: $v) { nodes { ratingNo } } }",
    "ratingNo": "query($v: String!) { it: creditRating(ratingNo: $v) { scheme } }",
}


@pytest.mark.parametrize("name", READING)
@not_plain
def test_by_what_is_not_plain_for_every_provider_nothing_is_filtered_ordered_or_looked_up(
    engine: Engine, rating: dict[str, Any], decided: ByProvider[Decision], name: str
) -> None:
    query = READING[name]
    variables = {"v": {"grade": [rating["grade"]], "assessedOn": 3, "ratingNo": rating["ratingNo"]}[name]}
    assert engine.ask(query, variables, access(CreditRating=granted(*RATING)))["data"]["it"]
    known = access(CreditRating=granted(*RATING, **{name: decided}))
    answer = engine.ask(query, variables, known)
    assert answer["data"] == {"it": None}
    assert coordinates(answer) == [f"CreditRating.{name}"]
    assert "credit_rating" not in sql(engine, query, variables, known)


@not_plain
def test_by_what_is_not_plain_for_every_provider_nothing_is_referred_to(
    engine: Engine, rating: dict[str, Any], decided: ByProvider[Decision]
) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on CreditRating { scheme } } }"
    given = {"r": [{"__typename": "CreditRating", "ratingNo": each} for each in (rating["ratingNo"], "none such")]}
    assert engine.ask(query, given, access(CreditRating=granted(*RATING)))["data"]["_entities"][0]
    answer = engine.ask(query, given, access(CreditRating=granted(*RATING, ratingNo=decided)))
    assert answer["data"] == {"_entities": [None, None]}
    assert coordinates(answer) == ["CreditRating.ratingNo"]


def test_a_provider_whose_rows_are_not_there_closes_nothing(engine: Engine, rating: dict[str, Any]) -> None:
    grants = granted(*RATING, grade=elsewhere(WITHHELD, tax_gd=ALLOWED))
    known = access(CreditRating=replace(grants, rows=ByProvider({"tax-gd": ALL_ROWS}, NO_ROWS)))
    answer = engine.ask(READING["grade"], {"v": [rating["grade"]]}, known)
    assert answer["data"]["it"]["totalCount"] > 0


@not_plain
def test_counts_and_pages_are_the_same_for_a_value_that_is_there_and_one_that_is_not(
    engine: Engine, rating: dict[str, Any], decided: ByProvider[Decision]
) -> None:
    query = """query($v: [String!]) { creditRatings(where: {grades: $v}, first: 1) {
      totalCount pageInfo { hasNextPage endCursor } nodes { ratingNo } } }"""
    known = access(CreditRating=granted(*RATING, grade=decided))
    there, absent = (engine.text(query, {"v": [value]}, known) for value in (rating["grade"], "no such grade"))
    assert there == absent


@pytest.mark.parametrize(
    "selection",
    [
        "evidenceNo",
        "a: evidenceNo b: evidenceNo",
        "evidenceNo @include(if: $yes)",
        "evidenceNo @skip(if: $no)",
        "... @include(if: $yes) { ...F }",
        "... on CreditRating { ...F @skip(if: $no) }",
        "ratingNo: evidenceNo",
    ],
)
def test_no_alias_directive_or_fragment_brings_out_what_is_withheld(engine: Engine, selection: str) -> None:
    query = f"""query($yes: Boolean!, $no: Boolean!) {{
      __typename @include(if: $yes) @skip(if: $no)
      creditRatings(first: 5) {{ nodes {{ named: ratingNo ... @skip(if: true) {{ ...F }} {selection} }} }}
    }} fragment F on CreditRating {{ evidenceNo }}"""

    def brought(yes: bool, known: Access) -> set[Any]:
        nodes = engine.ask(query, {"yes": yes, "no": not yes}, known)["data"]["creditRatings"]["nodes"]
        return {value for each in nodes for name, value in each.items() if name != "named"}

    everything, little = access(CreditRating=granted(*RATING)), access(CreditRating=granted(*RATING[:2]))
    assert brought(True, everything) - {None}
    for yes in (True, False):
        assert brought(yes, little) <= {None}
        assert "evidence_no" not in sql(engine, query, {"yes": yes, "no": not yes}, little)


# Cursors


def test_a_cursor_shows_nothing_is_another_for_another_class_and_does_not_open_there(engine: Engine) -> None:
    query = "query($c: String) { it: creditRatings(first: 1, after: $c) { nodes { ratingNo } pageInfo { endCursor } } }"
    one, other = access(CreditRating=granted(*RATING)), access(CreditRating=granted(*RATING[:2]))
    first, second = (engine.ask(query, {}, each)["data"]["it"] for each in (one, other))
    cursor = first["pageInfo"]["endCursor"]
    assert first["nodes"] == second["nodes"]
    assert cursor != second["pageInfo"]["endCursor"]
    assert first["nodes"][0]["ratingNo"].encode() not in base64.urlsafe_b64decode(cursor + "==")
    assert engine.ask(query, {"c": cursor}, one)["data"]["it"]["nodes"]
    with pytest.raises(Refusal) as refused:
        engine.ask(query, {"c": cursor}, other)
    assert refused.value.code == "INVALID_CURSOR"


def test_the_length_of_a_cursor_does_not_tell_that_of_the_keys_in_it() -> None:
    """A declaration's cursor holds its declarant, who may be withheld."""
    cursors = Cursors(CURSOR_KEY)
    declarants = ("CN-914401017594019301", "HK-12345678", "")
    tokens = {cursors.token(["2026-01-01T00:00:00Z", each, "GZ-1"], [b"declarations"]) for each in declarants}
    assert len(tokens) == 3
    assert len({len(each) for each in tokens}) == 1


# The same statement, the same bytes, the same words


def test_an_excluded_and_an_absent_object_run_one_statement_and_give_one_answer(
    engine: Engine, rating: dict[str, Any]
) -> None:
    query = "query($v: String!) { creditRating(ratingNo: $v) { scheme grade } }"
    excluding = ((Clause("ratingNo", Operator.NOT_EQUALS, rating["ratingNo"]),),)
    known = access(CreditRating=granted(*RATING, rows=excluding))
    assert engine.ask(query, {"v": rating["ratingNo"]}, access(CreditRating=granted(*RATING)))["data"]["creditRating"]
    plans = [engine.plan(query, {"v": each}, known)[0] for each in (rating["ratingNo"], "none such")]
    answers = [engine.text(query, {"v": each}, known) for each in (rating["ratingNo"], "none such")]
    assert plans[0] is plans[1]
    assert answers[0] == answers[1] == b'{"data":{"creditRating":null}}'


def test_an_entity_that_is_excluded_is_answered_as_one_that_is_absent(engine: Engine, rating: dict[str, Any]) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on CreditRating { scheme } } }"
    excluding = ((Clause("ratingNo", Operator.NOT_EQUALS, rating["ratingNo"]),),)
    known = access(CreditRating=granted(*RATING, rows=excluding))
    answers = {
        engine.text(query, {"r": [{"__typename": "CreditRating", "ratingNo": each}]}, known)
        for each in (rating["ratingNo"], "none such")
    }
    assert answers == {b'{"data":{"_entities":[null]}}'}


def test_a_list_of_excluded_rows_is_answered_as_one_of_none(engine: Engine, rating: dict[str, Any]) -> None:
    query = """query($id: PartyId!) { party(id: $id) { creditRatings { totalCount nodes { grade evidenceNo }
      edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    ratings = granted(*RATING[:4], rows=((Clause("scheme", Operator.EQUALS, "none such"),),))
    excluded = engine.text(query, {"id": rating["party"]["id"]}, access(**_parties(), CreditRating=ratings))
    none = granted(*RATING[:4], rows=((Clause("partyId", Operator.EQUALS, "none such"),),))
    absent = engine.text(query, {"id": rating["party"]["id"]}, access(**_parties(), CreditRating=none))
    assert excluded == absent
    assert orjson.loads(excluded)["data"]["party"]["creditRatings"]["totalCount"] == 0


def test_what_is_said_of_a_withheld_field_is_the_same_whether_or_not_rows_exist(
    engine: Engine, rating: dict[str, Any]
) -> None:
    query = "query($id: PartyId!) { party(id: $id) { creditRatings(first: 5) { nodes { ratingNo evidenceNo } } } }"
    hidden = elsewhere(WITHHELD, tax_gd=ALLOWED)
    known = access(**_parties(), CreditRating=granted(*RATING, evidenceNo=hidden))
    tails = set()
    for party in (rating["party"]["id"], "MO-NOBODY"):
        text = engine.text(query, {"id": party}, known)
        tails.add(text[text.index(b',"errors"') :])
    assert len(tails) == 1


def _parties() -> dict[str, Any]:
    return dict.fromkeys(("MainlandEnterprise", "HongKongCompany", "MacauCompany"), granted("id", "creditRatings"))


# The schema that he is told of


def test_neither_introspection_nor_messages_nor_suggestions_tell_of_what_policies_withhold(filtered: Hub) -> None:
    known = access(CreditRating=granted("ratingNo", "assessedOn", "scheme", "evidenceNo"))
    told = json.dumps(filtered.ask(get_introspection_query(), known))
    assert "evidenceNo" in told
    for hidden in ("investigationNote", '"grades"', '"score"', "Declaration", "dutiableValue"):
        assert hidden not in told, hidden
    for asked in (
        "{ creditRatings { nodes { investigationNot } } }",
        "{ creditRatings(where: {grade: 1}) { totalCount } }",
    ):
        refusal = filtered.refusal(asked, known)
        assert not re.search(r"investigationNote|grades", json.dumps(refusal.errors)), refusal.errors
    real = filtered.refusal("{ creditRatings { nodes { investigationNote } } }", known).errors
    made_up = filtered.refusal("{ creditRatings { nodes { investigationTone } } }", known).errors
    assert json.dumps(real).replace("Note", "Tone") == json.dumps(made_up)


def test_a_masked_field_is_shown_and_neither_its_filter_nor_its_order_nor_its_key_is(filtered: Hub) -> None:
    known = access(CreditRating=granted(*RATING, grade=NOT_GIVEN["masked"]))
    assert filtered.ask("{ creditRatings { nodes { ratingNo grade } } }", known)["data"]["creditRatings"]["nodes"]
    refusal = filtered.refusal('{ creditRatings(where: {grades: ["A"]}) { totalCount } }', known)
    assert refusal.code == "GRAPHQL_VALIDATION_FAILED"


def test_a_persisted_document_is_read_with_the_schema_of_whoever_asks_for_it(filtered: Hub) -> None:
    query = "{ creditRatings(first: 1) { nodes { ratingNo evidenceNo } } }"
    digest = digest_of(query)
    seeing, other = access(CreditRating=granted(*RATING)), access(CreditRating=granted(*RATING[:2]))
    assert filtered.ask(Call(query, digest=digest), seeing)["data"]["creditRatings"]["nodes"][0]["evidenceNo"]
    assert filtered.ask(Call(None, digest=digest), seeing)["data"]["creditRatings"]["nodes"][0]["evidenceNo"]
    refusal = filtered.refusal(Call(None, digest=digest), other)
    assert refusal.code == "GRAPHQL_VALIDATION_FAILED"
    assert refusal.errors == filtered.refusal(query, other).errors


def test_a_persisted_document_is_planned_for_whoever_asks_for_it(engine: Engine) -> None:
    query = "{ creditRatings(first: 1) { nodes { ratingNo evidenceNo } } }"
    hub, call = Hub(engine, engine.road), Call(None, digest=digest_of(query))
    assert hub.ask(Call(query, digest=call.digest), access(CreditRating=granted(*RATING)))["data"]
    (node,) = hub.ask(call, access(CreditRating=granted(*RATING[:2])))["data"]["creditRatings"]["nodes"]
    assert node["evidenceNo"] is None


# Plans


def test_plans_are_shared_within_one_access_class_only(engine: Engine) -> None:
    query = "{ creditRatings(first: 1) { nodes { ratingNo grade } } }"
    one, same, other = (access(CreditRating=granted(*each)) for each in (RATING, RATING, RATING[:2]))
    assert engine.plan(query, access=one)[0] is engine.plan(query, access=same)[0]
    assert engine.plan(query, access=one)[0] is not engine.plan(query, access=other)[0]
    newer = replace(one, policy_version="newer")
    assert engine.plan(query, access=one)[0] is not engine.plan(query, access=newer)[0]


def test_a_policy_that_ends_takes_its_warm_plans_along(engine: Engine) -> None:
    moment = [BEFORE_NOON]
    hub = Hub(engine, replace(engine.road, clock=lambda: moment[0]))
    query = "{ creditRatings(first: 1) { nodes { ratingNo grade } } }"
    morning = replace(access(CreditRating=granted(*RATING)), valid_from=NOW, valid_until=NOON)
    assert hub.ask(query, morning)["data"]["creditRatings"]["nodes"][0]["grade"]
    moment[0] = NOON
    refusal = hub.refusal(query, morning)
    assert (refusal.code, refusal.status) == ("ACCESS_EXPIRED", 503)
    afternoon = replace(access(CreditRating=granted(*RATING[:2])), valid_from=NOON)
    assert hub.ask(query, afternoon)["data"]["creditRatings"]["nodes"][0]["grade"] is None


def test_a_plan_of_a_former_time_is_not_used_by_an_access_of_the_same_class(engine: Engine) -> None:
    moment = [BEFORE_NOON]
    road = replace(engine.road, clock=lambda: moment[0])
    known = access(CreditRating=granted(*RATING))
    operation = road.operation(Call("{ creditRatings(first: 2) { nodes { ratingNo } } }"), known)
    morning = replace(known, valid_from=NOW, valid_until=NOON)
    former = road.plan(operation, {}, morning)
    assert road.plan(operation, {}, morning) is former
    moment[0] = NOON
    renewed = replace(known, valid_from=NOON)
    assert renewed.access_class == morning.access_class
    assert road.plan(operation, {}, renewed) is not former


# What has failed in others


@pytest.mark.parametrize(
    "selection",
    [
        "name",
        "... on Party { name }",
        "... on MainlandEnterprise { name }",
        "... on Party { ... on MainlandEnterprise { ... on Party { name } } }",
        "...F",
        "...F @include(if: true)",
    ],
)
def test_a_rule_holds_through_interface_and_concrete_fragment_ghsa_mx7m_j9xf_62hw(
    engine: Engine, rating: dict[str, Any], selection: str
) -> None:
    """Apollo: what was demanded of an interface's field was not of the same field in a fragment, or the reverse."""
    fragment = "fragment F on Party { ... on MainlandEnterprise { name } }" if "...F" in selection else ""
    query = f"query($id: PartyId!) {{ party(id: $id) {{ id {selection} }} }} {fragment}"
    given = {"id": rating["party"]["id"]}
    assert engine.ask(query, given, access(MainlandEnterprise=granted("id", "name")))["data"]["party"]["name"]
    known = access(MainlandEnterprise=granted("id"), HongKongCompany=granted("id", "name"))
    answer = engine.ask(query, given, known)
    assert answer["data"]["party"] == {"id": given["id"], "name": None}
    assert coordinates(answer) == ["MainlandEnterprise.name"]


def test_a_rule_holds_for_an_entity_and_through_every_relation_too_ghsa_mx7m_j9xf_62hw(
    engine: Engine, rating: dict[str, Any]
) -> None:
    known = access(MainlandEnterprise=granted("id", "creditRatings"), CreditRating=granted(*RATING, "party"))
    query = """query($id: PartyId!, $r: [_Any!]!) {
      party(id: $id) { creditRatings(first: 1) { nodes { party { id name } } } }
      _entities(representations: $r) { ... on MainlandEnterprise { name } } }"""
    given = {"id": rating["party"]["id"], "r": [{"__typename": "MainlandEnterprise", "id": rating["party"]["id"]}]}
    data = engine.ask(query, given, known)["data"]
    assert data["party"]["creditRatings"]["nodes"][0]["party"] == {"id": given["id"], "name": None}
    assert data["_entities"] == [{"name": None}]


@pytest.mark.parametrize("lacking", ["totalValue", "freight", "insurance"])
@pytest.mark.parametrize("decision", NOT_GIVEN.values(), ids=NOT_GIVEN)
def test_a_value_computed_from_others_needs_what_they_need_ghsa_m8jr_fxqx_8xx6(
    engine: Engine, declaration: dict[str, Any], decision: Decision, lacking: str
) -> None:
    """Apollo: what a protected field is made into was given to those from whom the field itself was kept."""
    parts = {"totalValue", "freight", "insurance"} - {lacking}
    known = access(Declaration=granted(*DECLARATION, *parts, "dutiableValue", **{lacking: decision}))
    query = "query($v: DeclarationNo!) { declaration(declarationNo: $v) { dutiableValue a: dutiableValue } }"
    given = {"v": declaration["declarationNo"]}
    answer = engine.ask(query, given, known)
    assert answer["data"]["declaration"] == {"dutiableValue": None, "a": None}
    assert f"Declaration.{lacking}" not in coordinates(answer)
    assert declaration["dutiableValue"].encode() not in engine.text(query, given, known)
    whole = access(Declaration=granted(*DECLARATION, *parts, lacking, "dutiableValue"))
    assert engine.ask(query, given, whole)["data"]["declaration"]["dutiableValue"] == declaration["dutiableValue"]


def test_a_value_that_one_provider_keeps_back_is_not_computed_for_its_rows_alone_ghsa_m8jr_fxqx_8xx6(
    engine: Engine,
) -> None:
    freight = elsewhere(ALLOWED, customs_gz=WITHHELD)
    fields = (*DECLARATION, "provider", "totalValue", "insurance", "dutiableValue")
    known = access(Declaration=granted(*fields, freight=freight))
    nodes = engine.ask("{ declarations(first: 100) { nodes { provider dutiableValue } } }", access=known)
    given = {(each["provider"] == "customs-gz", bool(each["dutiableValue"])) for each in _declarations(nodes)}
    assert given == {(True, False), (False, True)}


def _declarations(answer: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = answer["data"]["declarations"]["nodes"]
    return nodes


def test_what_a_declaration_withholds_of_its_order_and_payment_stands_under_their_own_rules_ghsa_m8jr_fxqx_8xx6(
    engine: Engine, declaration: dict[str, Any]
) -> None:
    query = """query($v: DeclarationNo!) { declaration(declarationNo: $v) { declarationNo
      order { orderNo buyerName } payment { amount payerName } } }"""
    given = {"v": declaration["declarationNo"]}
    for order, payment in ((None, None), (granted("amount"), granted("amount"))):
        others = {"TradeOrder": order, "Payment": payment} if order and payment else {}
        known = access(Declaration=granted(*DECLARATION, "order", "payment"), **others)
        found = engine.ask(query, given, known)["data"]["declaration"]
        kept = {"orderNo": None, "buyerName": None} if order else None
        paid = {"amount": declaration["payment"]["amount"], "payerName": None} if payment else None
        assert (found["order"], found["payment"]) == (kept, paid)
    closed = access(Declaration=granted(*DECLARATION), TradeOrder=granted("orderNo"), Payment=granted("amount"))
    assert engine.ask(query, given, closed)["data"]["declaration"] == {
        "declarationNo": given["v"], "order": None, "payment": None,
    }  # fmt: skip


def test_a_declaration_is_not_found_by_an_order_number_that_it_withholds_ghsa_m8jr_fxqx_8xx6(
    engine: Engine, declaration: dict[str, Any]
) -> None:
    query = "query($v: String!) { declarationByOrder(orderNo: $v) { declarationNo } }"
    known = access(Declaration=granted(*DECLARATION, "order"), TradeOrder=granted("orderNo"))
    there, absent = (engine.text(query, {"v": each}, known) for each in (declaration["orderNo"], "none such"))
    assert there == absent
    assert coordinates(orjson.loads(there)) == ["Declaration.orderNo"]


# Hashes


def _hashes(engine: Engine, *uses: str) -> list[dict[str, str]]:
    """Return what each recipient gets for the names of enterprises and for their holders, by the enterprise."""
    found = []
    for use in uses:
        hashed = Decision((Release("h", transform=Hash(use)),))
        known = access(MainlandEnterprise=granted("id", name=hashed, nameEn=hashed))
        nodes = engine.ask("{ parties(first: 100) { nodes { id name } } }", access=known)["data"]["parties"]["nodes"]
        found.append({each["id"]: each["name"] for each in nodes})
    return found


def test_two_recipients_and_two_purposes_cannot_be_joined_by_their_hashes(engine: Engine) -> None:
    uses = [f"recipient {each}" for each in ("tax-gd RISK", "samr-gd RISK", "tax-gd STATISTICS", "party CN-1 RISK")]
    answers = _hashes(engine, *uses)
    assert len(answers[0]) > 10
    for party in answers[0]:
        assert len({each[party] for each in answers}) == len(uses)


def test_one_recipient_can_join_equal_values_within_one_purpose(engine: Engine) -> None:
    use = "recipient tax-gd RISK"
    hashed = Decision((Release("h", transform=Hash(use)),))
    ratings = access(CreditRating=granted("ratingNo", "assessedOn", scheme=ALLOWED, grade=hashed))
    query = "{ creditRatings(first: 100) { nodes { ratingNo grade } } }"
    plain = engine.ask(query, access=access(CreditRating=granted(*RATING)))["data"]["creditRatings"]["nodes"]
    given = engine.ask(query, access=ratings)["data"]["creditRatings"]["nodes"]
    pairs = {(each["grade"], hidden["grade"]) for each, hidden in zip(plain, given, strict=True)}
    assert len(pairs) == len({grade for grade, _ in pairs}) == len({hidden for _, hidden in pairs}) > 2
    assert not {grade for grade, _ in pairs} & {hidden for _, hidden in pairs}
