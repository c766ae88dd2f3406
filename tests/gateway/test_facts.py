"""Facts: of whose rows an answer is, about whom, of which types and how many, as its statement tells."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest
from graphql import GraphQLError, parse
from hypothesis import HealthCheck, given, settings
from tests.conftest import SampleWorld
from tests.oracle.caller import ACCESS, PRINCIPAL
from tests.oracle.engine import Engine
from tests.oracle.granting import MASKED, access, granted
from tests.oracle.questions import Known, Question, questions
from tests.oracle.resolvers import Oracle
from tests.oracle.rows import Record

from baygate.access.access import Access, TypeAccess, allowed
from baygate.access.decision import ALL_ROWS, NO_ROWS, WITHHELD, ByProvider, Clause, Operator
from baygate.gateway.call import Call
from baygate.gateway.result import Result
from baygate.gateway.seen import Rows
from baygate.gateway.statements import Asker, Statements
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.facts import Marks
from baygate.sources.resident.statement import CompiledFetch
from baygate.storage.keys import Keys

BINDING = resident_binding()
PARTY = "MO-SOMEBODY"


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def oracle(engine: Engine) -> Oracle:
    return engine.oracle()


@pytest.fixture(scope="module")
def enterprise(engine: Engine) -> str:
    """One that several agencies have rated and that has declared something."""
    nodes = engine.ask(
        "{ parties(first: 60, where: {kind: MAINLAND}) { nodes { id declarations(first: 1) { totalCount } "
        "creditRatings(first: 9) { nodes { provider } } } } }"
    )["data"]["parties"]["nodes"]
    several = (each for each in nodes if len({rating["provider"] for rating in each["creditRatings"]["nodes"]}) > 1)
    return str(next(each for each in several if each["declarations"]["totalCount"])["id"])


async def _result(engine: Engine, query: str, variables: Mapping[str, Any], access: Access = ACCESS) -> Result:
    operation = engine.road.operation(Call(query), access)
    coerced = operation.variables.coerce(variables)
    plan = engine.road.plan(operation, coerced, access)
    return await engine.road.executor.run(plan, operation, coerced, variables, PRINCIPAL)


def result(engine: Engine, query: str, access: Access = ACCESS, **variables: Any) -> Result:
    return engine.run(_result(engine, query, variables, access))


def rows(engine: Engine, query: str, access: Access = ACCESS, **variables: Any) -> Rows:
    return result(engine, query, access, **variables).seen.rows()


def recounted(found: Rows) -> Counter[tuple[str, str, str]]:
    return Counter(
        {
            (provider, party, name): number
            for provider, parties in found.items()
            for party, types in parties.items()
            for name, number in types.items()
        }
    )


# What is told


def test_rows_are_told_by_their_agency_their_party_and_their_concrete_type(
    engine: Engine, oracle: Oracle, enterprise: str
) -> None:
    query = "query($id: PartyId!) { party(id: $id) { creditRatings(first: 50) { nodes { grade } } } }"
    rated = oracle.rows.where(BINDING.objects["CreditRating"].table, {"party_id": enterprise})
    wanted = Counter((each["provider"], enterprise, "CreditRating") for each in rated)
    assert len(wanted) > 1
    assert recounted(rows(engine, query, id=enterprise)) == wanted + Counter(
        [("samr-gd", enterprise, "MainlandEnterprise")]
    )


def test_rows_that_are_of_no_party_are_told_without_one(engine: Engine, enterprise: str) -> None:
    query = (
        "query($id: PartyId!) { party(id: $id) { region { name } licences(first: 1) { licenceNo } } "
        "goodsList(first: 2) { nodes { hsCode } } }"
    )
    found = rows(engine, query, id=enterprise)
    assert found["commerce-gd"][""]["Region"] == 1
    assert sum(parties.get("", {}).get("GoodsListEntry", 0) for parties in found.values()) == 2
    assert found["samr-gd"][enterprise]["Licence"] == 1


@pytest.mark.parametrize(
    "fields", ["__typename", "id", "id ... on MainlandEnterprise { uscc }", "... on HongKongCompany { ubi }"]
)
def test_members_of_an_interface_are_told_apart_whatever_is_asked_of_them(engine: Engine, fields: str) -> None:
    wanted = engine.ask("{ parties(first: 60) { nodes { __typename id provider } } }")["data"]["parties"]["nodes"]
    assert len({each["__typename"] for each in wanted}) == 3
    found = rows(engine, f"{{ parties(first: 60) {{ nodes {{ {fields} }} }} }}")
    assert recounted(found) == Counter((each["provider"], each["id"], each["__typename"]) for each in wanted)


def test_a_row_counts_once_for_each_place_that_it_stands_in(engine: Engine, enterprise: str) -> None:
    query = (
        "query($id: PartyId!) { a: party(id: $id) { id } b: party(id: $id) { id "
        "declarations(first: 1) { nodes { mode } edges { node { mode } } } } }"
    )
    found = recounted(rows(engine, query, id=enterprise))
    assert {name: number for (_, _, name), number in found.items()} == {"MainlandEnterprise": 2, "Declaration": 2}


def test_a_connection_of_which_nothing_is_asked_tells_nothing(engine: Engine) -> None:
    assert rows(engine, "{ declarations(first: 3) { __typename } }") == {}


def test_the_row_that_is_read_to_see_whether_more_follow_is_none_of_the_answer(engine: Engine) -> None:
    found = rows(engine, "{ declarations(first: 3) { nodes { mode } pageInfo { hasNextPage } } }")
    assert sum(recounted(found).values()) == 3


def test_what_the_hub_says_of_itself_is_no_row(engine: Engine) -> None:
    assert rows(engine, "{ __schema { queryType { name } } __typename }") == {}


def test_the_order_in_which_rows_are_told_does_not_depend_on_the_answer(engine: Engine, enterprise: str) -> None:
    query = "query($id: PartyId!) { %s }"
    one, other = "party(id: $id) { creditRatings { nodes { grade } } }", "parties(first: 60) { nodes { id } }"
    told = [orjson.dumps(rows(engine, query % each, id=enterprise)) for each in (f"{one} {other}", f"{other} {one}")]
    assert told[0] == told[1]


class _Telling(Oracle):
    """An oracle that tells what its answers hold, and what they only count or point at."""

    met: Counter[tuple[str, str, str]]
    pages: "list[_Shown]"

    def told(self, question: Question) -> Counter[tuple[str, str, str]]:
        self.met, self.pages = Counter(), []
        assert not self.execute(parse(question.text), question.variables).errors
        for page in self.pages:
            if page.pointed_at and not page.listed:
                self._meet(page.nodes)
        return self.met

    def _meet(self, records: Iterable[Record]) -> None:
        self.met.update((_provider(each), each.base.get("party_id", ""), each.owner.name) for each in records)

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        found = super()._resolve(source, info, **arguments)
        self._meet(each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Record))
        return found

    def _page(self, name: str, bound: Any, source: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.pages.append(_Shown(super()._page(name, bound, source, arguments)))
        endless = {**arguments, "first": 10**6, **dict.fromkeys(["last", "after", "before"])}
        counted = super()._page(name, bound, source, endless)["nodes"]
        party, owner = (source.base.get("party_id", ""), source.owner.name) if source else ("", "Query")

        def total() -> int:
            self.met.update((_provider(each), party, f"{owner}.{name}") for each in counted)
            return len(counted)

        return {"totalCount": total, **self.pages[-1].lazily()}


def _provider(record: Record) -> str:
    return str(record.base.get("provider", record.owner.published_by))


class _Shown:
    """A page of the oracle, which sees what is asked of it."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self._page = page
        self.nodes = page["nodes"]
        self.listed = False
        self.pointed_at = False

    def lazily(self) -> dict[str, Any]:
        def listed(value: Any) -> Any:
            self.listed = True
            return value

        def pointed_at(name: str) -> Any:
            self.pointed_at = True
            return self._page[name]

        for edge in self._page["edges"]:
            edge["node"] = partial(listed, edge["node"])
        return {
            "nodes": partial(listed, self.nodes),
            "edges": partial(pointed_at, "edges"),
            "pageInfo": partial(pointed_at, "pageInfo"),
        }


def test_facts_are_those_of_field_by_field_execution(engine: Engine, oracle: Oracle) -> None:
    telling = _Telling(oracle.rows, BINDING, engine.cursors, engine.keys, ACCESS.access_class)
    known = Known(oracle.rows, BINDING)
    values = {"PartyId": known.arguments["party", "id"], "Uscc": known.arguments["enterprise", "uscc"]}
    scalars = {name: [value] for name, value in _SCALARS.items()}
    compared = 0
    for root in ("party", "enterprise", "parties", "creditRatings", "productFiling", "declarations", "filingItems"):

        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(question=questions(root, known, {**scalars, **values}))
        def compare(question: Question) -> None:
            nonlocal compared
            met = telling.told(question)
            assert recounted(rows(engine, question.text, **question.variables)) == met, question
            compared += bool(met)

        compare()
    assert compared > 50


_SCALARS = {
    "OrganisationCode": "MA0000D93", "CustomsCode": "4401960001", "DeclarationNo": "510120241000000001",
    "Ubi": "12345678", "CrNumber": "C0000023", "MacauRegistrationNo": "12345SO", "HsCode": "8517130000",
    "Gtin": "6901234567892", "RegionCode": "440100", "ResidentId": "11010519491231002X", "PersonName": "ZHANG SAN",
    "BankAccount": "622202100000",
}  # fmt: skip


# What is counted or pointed at, and not listed


def _ratings(oracle: Oracle, **wanted: Any) -> Counter[str]:
    """How many ratings each agency has given."""
    return Counter(each["provider"] for each in oracle.rows.where(BINDING.objects["CreditRating"].table, wanted))


def of_party(fields: str) -> str:
    grades = ", $g: [String!]" if "$g" in fields else ""
    return f"query($id: PartyId!{grades}) {{ party(id: $id) {{ {fields} }} }}"


def test_rows_that_are_only_counted_are_told_to_each_agency_whose_they_are(
    engine: Engine, oracle: Oracle, enterprise: str
) -> None:
    rated = oracle.rows.where(BINDING.objects["CreditRating"].table, {"party_id": enterprise})
    grade = rated[0]["grade"]
    theirs = Counter(each["provider"] for each in rated if each["grade"] == grade)
    query = of_party("a: creditRatings(where: {grades: $g}) { totalCount }")
    found = result(engine, query, id=enterprise, g=[grade])
    assert orjson.loads(found.body)["data"]["party"]["a"]["totalCount"] == theirs.total()
    wanted = {(each, enterprise, "MainlandEnterprise.creditRatings"): number for each, number in theirs.items()}
    assert recounted(found.seen.rows()) == {**wanted, ("samr-gd", enterprise, "MainlandEnterprise"): 1}


def test_rows_that_are_counted_at_the_root_are_told_by_agency_and_of_nobody(engine: Engine, oracle: Oracle) -> None:
    found = recounted(rows(engine, "{ creditRatings { totalCount } }"))
    assert found == {(each, "", "Query.creditRatings"): number for each, number in _ratings(oracle).items()}
    assert len(found) > 1


def test_a_count_under_an_interface_is_told_under_the_concrete_type(engine: Engine, enterprise: str) -> None:
    wanted = engine.ask("{ parties(first: 60) { nodes { __typename id } } }")["data"]["parties"]["nodes"]
    for fields in ("declarations { totalCount }", "id ... on MacauCompany { name } declarations { totalCount }"):
        found = recounted(rows(engine, f"{{ parties(first: 60) {{ nodes {{ {fields} }} }} }}"))
        counted = {(party, name) for _, party, name in found if name.endswith(".declarations")}
        assert counted == {(each["id"], f"{each['__typename']}.declarations") for each in wanted}


def test_a_count_is_told_for_each_place_that_it_stands_in_and_beside_the_rows_that_are_listed(
    engine: Engine, oracle: Oracle, enterprise: str
) -> None:
    listed = "creditRatings(first: 1) { totalCount more: totalCount nodes { grade } }"
    found = recounted(rows(engine, of_party(listed), id=enterprise))
    theirs = _ratings(oracle, party_id=enterprise)
    counted = {each: number for (each, _, name), number in found.items() if name.endswith(".creditRatings")}
    assert counted == {each: 2 * number for each, number in theirs.items()}
    assert sum(number for (_, _, name), number in found.items() if name == "CreditRating") == 1


UNMET = "creditRatings(where: {grades: $g}) { %s }"
OPEN_TO_TWO = ByProvider({"safe-gd": ALL_ROWS, "tax-gd": ALL_ROWS, "customs-gz": NO_ROWS}, NO_ROWS)


@pytest.mark.parametrize("asked", ["totalCount", "pageInfo { hasNextPage endCursor }", "edges { cursor }"])
def test_that_there_is_no_such_row_is_told_to_every_agency_whose_row_it_might_have_been(
    engine: Engine, enterprise: str, asked: str
) -> None:
    decided = ByProvider(dict.fromkeys(["safe-gd", "tax-gd"], allowed("g")), WITHHELD)
    rating = TypeAccess(OPEN_TO_TWO, dict.fromkeys(("grade", "assessedOn", "scheme", "ratingNo"), decided))
    known = access(MainlandEnterprise=_open(), CreditRating=rating)
    query = of_party(UNMET % asked)
    told = {"MainlandEnterprise.creditRatings": 0}
    found = rows(engine, query, known, id=enterprise, g=["no such grade"])
    assert found == {
        "samr-gd": {enterprise: {"MainlandEnterprise": 1}},
        "safe-gd": {enterprise: told},
        "tax-gd": {enterprise: told},
    }
    assert rows(engine, query, id=enterprise, g=["no such grade"])["*"] == {enterprise: told}


def test_a_count_that_is_too_small_to_be_told_is_recorded_as_one_of_nothing(engine: Engine, enterprise: str) -> None:
    rating = replace(granted("ratingNo", "grade", "assessedOn", min_cell=500), rows=OPEN_TO_TWO)
    known = access(MainlandEnterprise=_open(), CreditRating=rating)
    query = of_party(UNMET % "totalCount")
    few, none = (
        result(engine, query, known, id=enterprise, g=grades)
        for grades in (["A", "AA", "B", "C", "D"], ["no such grade"])
    )
    assert few.body == none.body
    assert few.seen.rows() == none.seen.rows()
    assert few.seen.rows()["tax-gd"] == {enterprise: {"MainlandEnterprise.creditRatings": 0}}


def test_of_the_one_agency_whose_rows_are_counted_the_plan_knows_the_name(
    engine: Engine, oracle: Oracle, enterprise: str
) -> None:
    rating = replace(granted("ratingNo", "grade", "assessedOn"), rows=ByProvider({"safe-gd": ALL_ROWS}, NO_ROWS))
    known = access(MainlandEnterprise=_open(), CreditRating=rating)
    found = rows(engine, "{ creditRatings { totalCount } }", known)
    assert found == {"safe-gd": {"": {"Query.creditRatings": _ratings(oracle)["safe-gd"]}}}
    plan, _ = engine.plan("{ creditRatings { totalCount } }", {}, known)
    assert plan.resident is not None
    assert "GROUP BY" not in plan.resident.statement.sql


@pytest.mark.parametrize(
    "asked",
    [
        "edges { cursor }",
        "edges { __typename }",
        "pageInfo { endCursor }",
        "pageInfo { hasNextPage }",
        "edges { cursor } pageInfo { hasNextPage startCursor }",
    ],
)
@pytest.mark.parametrize("which", ["first", "last"])
def test_rows_that_are_only_pointed_at_are_told_as_if_they_were_listed(
    engine: Engine, enterprise: str, asked: str, which: str
) -> None:
    for place in (
        "parties(%s: 7) { %s }",
        "declarations(%s: 7) { %s }",
        "goodsList(%s: 7) { %s }",
        "party(id: $id) { creditRatings(%s: 2) { %s } }",
    ):
        query = "query($id: PartyId!) { known: party(id: $id) { __typename } %s }"
        listed = rows(engine, query % (place % (which, "nodes { __typename }")), id=enterprise)
        told = rows(engine, query % (place % (which, asked)), id=enterprise)
        assert told == listed


def test_that_rows_follow_a_page_of_none_is_told(engine: Engine) -> None:
    for asked in ("pageInfo { hasNextPage }", "nodes { grade } pageInfo { hasNextPage }"):
        for query in ("{ creditRatings(first: 0) { %s } }", "query($n: Int) { creditRatings(first: $n) { %s } }"):
            variables = {"n": 0} if "$n" in query else {}
            assert rows(engine, query % asked, **variables) == {"*": {"": {"Query.creditRatings": 0}}}, query


def test_of_rows_that_follow_a_page_of_none_nothing_is_told_where_the_answer_does_not_tell_it(engine: Engine) -> None:
    known = access(CreditRating=granted("ratingNo", "grade", "assessedOn", min_cell=2))
    found = result(engine, "{ creditRatings(first: 0) { nodes { grade } pageInfo { hasNextPage } } }", known)
    assert orjson.loads(found.body)["data"]["creditRatings"]["pageInfo"] == {"hasNextPage": False}
    assert found.seen.rows() == {}


# Under policies


def test_rows_that_a_condition_hides_are_not_told(engine: Engine, enterprise: str) -> None:
    wanted = engine.ask(
        "query($id: PartyId!) { party(id: $id) { creditRatings(first: 50) { nodes { scheme grade } } } }",
        {"id": enterprise},
    )["data"]["party"]["creditRatings"]["nodes"]
    scheme = wanted[0]["scheme"]
    rating = granted("ratingNo", "grade", "assessedOn", "scheme", rows=((Clause("scheme", Operator.EQUALS, scheme),),))
    query = "query($id: PartyId!) { party(id: $id) { creditRatings(first: 50) { nodes { grade } } } }"
    found = recounted(rows(engine, query, access(MainlandEnterprise=_open(), CreditRating=rating), id=enterprise))
    number = sum(number for (_, _, name), number in found.items() if name == "CreditRating")
    assert number == sum(each["scheme"] == scheme for each in wanted) < len(wanted)


@pytest.mark.parametrize("agencies", [["safe-gd"], ["safe-gd", "tax-gd"]])
def test_of_the_one_agency_whose_rows_are_there_the_plan_knows_the_name(
    engine: Engine, enterprise: str, agencies: list[str]
) -> None:
    query = "query($id: PartyId!) { party(id: $id) { creditRatings(first: 50) { nodes { grade } } } }"
    theirs = {
        each: number for each, number in recounted(rows(engine, query, id=enterprise)).items() if each[0] in agencies
    }
    there = ByProvider({**dict.fromkeys(agencies, ALL_ROWS), "customs-gz": NO_ROWS}, NO_ROWS)
    decided = ByProvider(dict.fromkeys(agencies, allowed("g")), WITHHELD)
    rating = TypeAccess(there, dict.fromkeys(("grade", "assessedOn", "scheme", "ratingNo"), decided))
    known = access(MainlandEnterprise=_open(), CreditRating=rating)
    wanted = {**theirs, ("samr-gd", enterprise, "MainlandEnterprise"): 1}
    assert recounted(rows(engine, query, known, id=enterprise)) == wanted
    plan, _ = engine.plan(query, {"id": enterprise}, known)
    assert plan.resident is not None
    assert ("CreditRating safe-gd" in plan.resident.statement.sql) == (len(agencies) == 1)


def test_an_object_of_which_every_value_is_masked_or_withheld_is_told_and_a_withheld_object_is_not(
    engine: Engine, enterprise: str
) -> None:
    query = "query($id: PartyId!) { party(id: $id) { licences(first: 1) { scope } creditRatings { nodes { grade } } } }"
    party = granted("id", "name", "licences", creditRatings=WITHHELD)
    licence = granted("licenceNo", "validFrom", "validTo", scope=MASKED)
    found = recounted(rows(engine, query, access(MainlandEnterprise=party, Licence=licence), id=enterprise))
    assert found == {("samr-gd", enterprise, "MainlandEnterprise"): 1, ("samr-gd", enterprise, "Licence"): 1}


def _open() -> TypeAccess:
    return granted("id", "name", "creditRatings")


# Entities, batches, endings


def test_what_is_counted_of_entities_is_told_of_each(engine: Engine, oracle: Oracle, enterprise: str) -> None:
    query = """query($r: [_Any!]!) { _entities(representations: $r) { ... on MainlandEnterprise {
      creditRatings { totalCount } declarations(first: 2) { edges { cursor } } } } }"""
    given_ = [{"__typename": "MainlandEnterprise", "id": each} for each in (enterprise, "MO-NOBODY", enterprise)]
    found = recounted(rows(engine, query, r=given_))
    counted = {each: 2 * number for each, number in _ratings(oracle, party_id=enterprise).items()}
    told = {each: number for (each, _, name), number in found.items() if name.endswith(".creditRatings")}
    assert told == counted
    assert {party for _, party, _ in found} == {enterprise}
    assert sum(number for (_, _, name), number in found.items() if name == "Declaration") % 2 == 0
    assert ("samr-gd", enterprise, "MainlandEnterprise") in found


def test_entities_are_told_each_time_that_they_are_given_and_absent_ones_never(engine: Engine, enterprise: str) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on MainlandEnterprise { name } } }"
    given_ = [{"__typename": "MainlandEnterprise", "id": each} for each in (enterprise, "MO-NOBODY", enterprise)]
    assert rows(engine, query, r=given_) == {"samr-gd": {enterprise: {"MainlandEnterprise": 2}}}


def test_what_is_counted_or_pointed_at_is_told_also_where_objects_are_merged(engine: Engine, enterprise: str) -> None:
    query = of_party("creditRatings(first: 2) { totalCount edges { cursor } }")
    alone = recounted(rows(engine, query, id=enterprise))
    plan, values = engine.plan(query, {"id": enterprise})
    assert plan.resident is not None
    merged = CompiledFetch(replace(plan.resident.fetch, merged=True), engine.binding, coalesces=False)
    asker = Asker(PRINCIPAL, values, plan.access_class)
    text = engine.run(Statements(engine.dispatcher, engine.cursors, engine.keys).one(merged, asker))
    assert orjson.loads(text)["party"]["@row"] == ["samr-gd", enterprise]
    assert recounted(asker.seen.rows()) == alone - Counter([("samr-gd", enterprise, "MainlandEnterprise")])


def test_requests_that_share_a_statement_are_told_of_their_own_rows(world: Any) -> None:
    engine = Engine(world, connections=1)
    query = (
        "query($id: PartyId!) { party(id: $id) { id provider declarations(first: 3) { nodes { mode } } "
        "creditRatings { totalCount edges { cursor } } } }"
    )
    parties = [each["id"] for each in engine.ask("{ parties(first: 20) { nodes { id } } }")["data"]["parties"]["nodes"]]
    alone = [result(engine, query, id=each) for each in parties]

    async def at_once() -> list[Result]:
        return await asyncio.gather(*(_result(engine, query, {"id": each}) for each in parties))

    together = engine.run(at_once())
    assert engine.dispatcher.counts.batched > 10
    assert [each.seen.rows() for each in together] == [each.seen.rows() for each in alone]
    assert [each.body for each in together] == [each.body for each in alone]
    engine.close()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("{ parties(first: 1) { nodes { id } } }", "ok"),
        ("{ parties(first: 1) { nodes { id } } declarations { totalCount } }", "partial"),
        ("{ parties(first: 1) { nodes { id } } parties2: parties(first: 1, last: 1) { totalCount } }", "partial"),
    ],
)
def test_an_answer_says_whether_something_is_not_there(engine: Engine, query: str, status: str) -> None:
    party = granted("id", "name", "establishedOn")
    known = access(MainlandEnterprise=party, HongKongCompany=party, MacauCompany=party)
    assert result(engine, query, known).status == status


def test_an_answer_without_data_holds_no_rows_whatever_was_read_for_it(engine: Engine) -> None:
    class Broken:
        def __getattr__(self, name: str) -> None:
            raise GraphQLError("nobody knows")

    before = engine.road.executor._control
    engine.road.executor._control = lambda *_: Broken()
    try:
        failed = result(engine, "{ parties(first: 1) { nodes { id } } me { client } }")
    finally:
        engine.road.executor._control = before
    assert orjson.loads(failed.body)["data"] is None
    assert failed.status == "failed"
    assert failed.seen.rows() == {}


# Verdicts, and rows that hold what they should not


@pytest.fixture
def own(database: str, keys: Keys) -> Iterator[Engine]:
    """An engine over a database that holds what the test puts into it."""
    engine = Engine(SampleWorld(database, keys, database))
    yield engine
    engine.close()


def put(engine: Engine, statement: str, *values: Any) -> None:
    async def execute() -> None:
        connection = await engine.database.connect()
        await connection.execute(statement, *values)
        await connection.close()

    engine.run(execute())


def put_party(engine: Engine, party: str, provider: str, name: str = "x") -> None:
    put(
        engine,
        "insert into party (party_id, kind, name, status, established_on, region_code, jurisdiction, trade_roles, "
        "provider, updated_at) values ($1, 'MACAU', $3, 'ACTIVE', now(), '820000', 'MO', '{}', $2, now())",
        party,
        provider,
        name,
    )


def test_a_verdict_is_told_of_the_rows_that_it_is_about(own: Engine, keys: Keys) -> None:
    citizen, name = "11010519491231002X", "张三"
    put(
        own,
        "insert into citizen_check values ($1, $2, 'police-gd', now())",
        keys.hash("citizen-id", citizen),
        keys.hash("citizen-name", name),
    )
    for account, provider in (("622202100001", "bank-a"), ("622202100002", "bank-b")):
        hashed = keys.hash("bank-account", account)
        put(own, "insert into account_check values ($1, $2, $3, now())", PARTY, hashed, provider)
    person = "query($i: ResidentId!, $n: PersonName!) { v: verifyPerson(idNumber: $i, name: $n) }"
    account_ = "query($p: PartyId!, $a: BankAccount!) { v: verifyAccount(party: $p, accountNumber: $a) }"
    told = {"police-gd": {"": {"Query.verifyPerson": 1}}}
    unmet = {name: {"*": {"": {f"Query.{name}": 0}}} for name in ("verifyPerson", "verifyAccount")}
    both = {name: {PARTY: {"Query.verifyAccount": 1}} for name in ("bank-a", "bank-b")}
    for query, variables, verdict, wanted in (
        (person, {"i": citizen, "n": name}, "MATCH", told),
        (person, {"i": citizen, "n": "李四"}, "MISMATCH", told),
        (person, {"i": "110105194912310038", "n": name}, "NOT_FOUND", unmet["verifyPerson"]),
        (account_, {"p": PARTY, "a": "622202100002"}, "MATCH", {"bank-b": both["bank-b"]}),
        (account_, {"p": PARTY, "a": "622202100009"}, "MISMATCH", both),
        (account_, {"p": "MO-NOBODY", "a": "622202100002"}, "NOT_FOUND", unmet["verifyAccount"]),
    ):
        found = result(own, query, **variables)
        assert orjson.loads(found.body) == {"data": {"v": verdict}}
        assert found.seen.rows() == wanted


HOSTILE = [
    "\x02",
    "\x02\x03",
    '\x02MacauCompany good\x02{"id":"forged"}',
    '"}],"x":"',
    "\\",
    "a b",
    " ",
    "",
    '\t0:"[]"',
]


def test_nothing_that_stands_in_a_row_forges_a_fact_or_touches_the_answer(own: Engine) -> None:
    pairs = {f"{party}{number}": HOSTILE[number] for number in range(len(HOSTILE)) for party in HOSTILE}
    for party, provider in pairs.items():
        put_party(own, party, provider, name=party)
    found = result(own, "{ parties(first: 100) { nodes { id provider name } } }")
    nodes = orjson.loads(found.body)["data"]["parties"]["nodes"]
    wanted = [{"id": party, "provider": provider, "name": party} for party, provider in pairs.items()]
    assert sorted(nodes, key=str) == sorted(wanted, key=str)
    assert recounted(found.seen.rows()) == Counter((each, party, "MacauCompany") for party, each in pairs.items())


def test_the_marks_of_one_statement_are_none_of_another(own: Engine) -> None:
    query = "{ parties(first: 1) { nodes { id provider } } }"
    plan, _ = own.plan(query)
    assert plan.resident is not None
    marks = plan.resident.statement.marks
    assert marks != Marks.fresh()
    gathered, _ = own.plan("query($id: PartyId!) { party(id: $id) { id } }", {"id": "MO-1"})
    assert gathered.resident is not None
    assert gathered.resident.batch.marks == gathered.resident.statement.marks != marks
    own.road.plans = type(own.road.plans)(10**6)
    forged = f'x{marks.fact}{{"forged":true}}{marks.party}'
    put_party(own, forged, forged)
    found = result(own, query)
    assert orjson.loads(found.body)["data"]["parties"]["nodes"] == [{"id": forged, "provider": forged}]
    assert found.seen.rows() == {forged: {forged: {"MacauCompany": 1}}}
