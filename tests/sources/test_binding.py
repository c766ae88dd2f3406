"""A binding leads somewhere (assemble) and says the same as its contract (check)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa
from graphql import build_schema
from sqlalchemy.dialects.postgresql import ARRAY

from baygate.contract.schema import graphql_schema
from baygate.sources.binding import (
    AbstractBinding,
    Binding,
    BindingError,
    Column,
    Comparison,
    Expression,
    FieldBinding,
    Filter,
    One,
    Ordering,
    Paged,
    Several,
    Verdict,
    assemble,
    bound,
    camel,
    same,
)
from baygate.sources.bindings import resident_binding
from baygate.sources.bindings.agreement import check

metadata = sa.MetaData()


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional)


firm = sa.Table(
    "firm",
    metadata,
    key("party_id"),
    text("firm_no"),
    text("name"),
    text("note", optional=True),
    sa.Column("tags", ARRAY(sa.Text), nullable=False),
    text("provider"),
    sa.Index("firm_no_idx", "firm_no"),
)
deal = sa.Table(
    "deal",
    metadata,
    key("party_id"),
    key("deal_no"),
    text("made_on"),
    text("closed_on", optional=True),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Column("fee", sa.Integer, nullable=True),
    sa.Index("deal_one_idx", "party_id", "made_on", "deal_no"),
    sa.Index("deal_all_idx", "made_on", "party_id", "deal_no"),
)
paper = sa.Table("paper", metadata, key("party_id"), key("paper_no"), text("kind"))
letter = sa.Table("letter", metadata, key("party_id"), key("paper_no"), text("body"))
secret = sa.Table("secret", metadata, key("id_hash"), text("name_hash"))

PAGE = "first: Int, after: String, last: Int, before: String"
CONTRACT = f"""
type Query {{
  firm(firmNo: String!): Firm
  deals(where: DealFilter, orderBy: DealOrder! = MADE_ON_DESC, {PAGE}): DealConnection
  verify(idNumber: String!, name: String!): Answer
}}
type Firm {{
  firmNo: String!
  name: String
  note: String
  tags: [String!]
  deals(where: DealFilter, orderBy: DealOrder! = MADE_ON_DESC, {PAGE}): DealConnection
  papers(first: Int! = 20): [Paper!]
}}
type Deal {{ dealNo: String! madeOn: String closedOn: String price: Int total: Int firm: Firm }}
interface Paper {{ paperNo: String! kind: String }}
type Letter implements Paper {{ paperNo: String! kind: String body: String }}
type DealConnection {{ edges: [DealEdge!]! nodes: [Deal!]! pageInfo: Boolean! totalCount: Int! }}
type DealEdge {{ cursor: String! node: Deal! }}
input DealFilter {{ no: String numbers: [String!] from: String prefix: String closed: Boolean }}
enum DealOrder {{ MADE_ON_DESC NUMBER_ASC }}
enum Answer {{ MATCH MISMATCH NOT_FOUND }}
"""

FILTERS = {
    "no": Filter("dealNo"),
    "numbers": Filter("dealNo", Comparison.ANY_OF),
    "from": Filter("madeOn", Comparison.AT_LEAST),
    "prefix": Filter("dealNo", Comparison.STARTS_WITH),
    "closed": Filter("closedOn", Comparison.PRESENT),
}
ORDERS = {
    "MADE_ON_DESC": Ordering(("madeOn", "partyId", "dealNo"), descending=True),
    "NUMBER_ASC": Ordering(("partyId", "dealNo")),
}
DEALS = Paged("Deal", orders=ORDERS, filters=FILTERS)
FIRM: Mapping[str, FieldBinding] = {
    "deals": replace(DEALS, on=same("party_id")),
    "papers": Several("Paper", on=same("party_id"), order=Ordering(("paperNo",))),
}
DEAL: Mapping[str, FieldBinding] = {
    "total": Expression(("price", "fee"), lambda a, b: a + b, lambda a, b: a + b),
    "firm": One("Firm", on=same("party_id")),
}
VERIFY = Verdict(
    secret, known_by={"idNumber": "id_hash"}, matches={"name": "name_hash"}, hashed={"idNumber": "citizen-id"}
)
ROOTS: Mapping[str, FieldBinding] = {
    "firm": One("Firm", by={"firmNo": "firmNo"}),
    "deals": DEALS,
    "verify": VERIFY,
}


def world(
    firm_fields: Mapping[str, FieldBinding] | None = None,
    deal_fields: Mapping[str, FieldBinding] | None = None,
    roots: Mapping[str, FieldBinding] | None = None,
    members: Mapping[str, str] | None = None,
) -> Binding:
    """The made-up world, with some of its bindings replaced."""
    return assemble(
        objects=(
            bound("Firm", firm, **{**FIRM, **(firm_fields or {})}),
            bound("Deal", deal, **{**DEAL, **(deal_fields or {})}),
            bound("Letter", paper, detail=letter, discriminator=("kind", "LETTER")),
        ),
        abstracts=(AbstractBinding("Paper", paper, "kind", members or {"LETTER": "Letter"}),),
        roots={**ROOTS, **(roots or {})},
    )


def papers(order: Ordering) -> Mapping[str, FieldBinding]:
    return {"papers": Several("Paper", on=same("party_id"), order=order)}


def deals(**orders: Ordering) -> Mapping[str, FieldBinding]:
    return {"deals": replace(DEALS, orders={**ORDERS, **orders})}


def filtered(name: str, condition: Filter) -> Mapping[str, FieldBinding]:
    return {"deals": replace(DEALS, filters={**FILTERS, name: condition})}


def test_a_column_binds_under_its_name_in_camel_case():
    assert camel("first_2_last") == "first2Last"
    assert world().objects["Firm"].column("firmNo") is firm.c.firm_no


def test_a_detail_beside_the_table_binds_with_it():
    assert world().objects["Letter"].column("body") is letter.c.body
    assert world().objects["Letter"].column("paperNo") is paper.c.paper_no


def test_only_a_published_table_has_a_provider():
    assert world().objects["Firm"].provider is firm.c.provider
    assert world().objects["Deal"].provider is None


def test_an_abstract_type_stands_for_its_members():
    assert [each.name for each in world().concrete("Paper")] == ["Letter"]
    assert [each.name for each in world().concrete("Firm")] == ["Firm"]
    assert world().table("Paper") is paper


def test_a_relation_is_no_column():
    with pytest.raises(BindingError, match=r"Firm\.deals is not bound to a column"):
        world().objects["Firm"].column("deals")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (One("Nowhere"), r"Firm\.x leads to Nowhere, which is not bound"),
        (One("Deal", on={"party_id": "nothing"}), r"Firm\.x joins on deal\.nothing, which does not exist"),
        (One("Deal", by={"no": "nothing"}), r"Deal\.nothing is not bound to a column"),
        (Several("Deal", on={}, order=Ordering(("nothing",))), r"Deal\.nothing is not bound to a column"),
        (Paged("Deal", orders={"X": Ordering(("nothing",))}), r"Deal\.nothing is not bound to a column"),
        (Paged("Deal", orders={}, filters={"x": Filter("firm")}), r"Deal\.firm is not bound to a column"),
    ],
)
def test_a_relation_that_leads_nowhere_is_refused(field: FieldBinding, message: str):
    with pytest.raises(BindingError, match=message):
        world(firm_fields={"x": field})


def test_the_made_up_world_agrees_with_its_contract():
    check(world(), build_schema(CONTRACT))


@pytest.mark.parametrize(
    ("contract", "changed", "message"),
    [
        ("  note: String\n", "  note: String colour: String\n", r"Firm\.colour is not bound"),
        ("  papers(first: Int! = 20): [Paper!]", "", r"Firm\.papers is bound, but not in the contract"),
        ("  note: String\n", "  note: String!\n", r"Firm\.note is non-null, but its column is not"),
        ("total: Int ", "total: Int! ", r"Deal\.total is non-null, but its column is not"),
        ("  note: String\n", "  note: [String]\n", r"Firm\.note is a list on one side only"),
        ("tags: [String!]", "tags: String", r"Firm\.tags is a list on one side only"),
        ("  name: String\n", "  name: Deal\n", r"Firm\.name is an object, but bound to a value"),
        ("  name: String\n", "  name(x: Int): String\n", r"Firm\.name has arguments"),
        ("firm: Firm", "firm: String", r"Deal\.firm does not give Firm"),
        ("firm: Firm", "firm: [Firm!]", r"Deal\.firm is a list on one side only"),
        ("firm: Firm", "firm: Firm!", r"Deal\.firm enters another object, but is non-null"),
        ("firm: Firm", "firm(x: Int): Firm", r"Deal\.firm\(x:\) is not bound"),
        ("[Paper!]", "Paper", r"Firm\.papers is a list on one side only"),
        ("[Paper!]", "[Paper!]!", r"Firm\.papers enters another object, but is non-null"),
        ("[Paper!]", "[Deal!]", r"Firm\.papers does not give Paper"),
        ("first: Int! = 20", "first: Int", r"Firm\.papers has no default for first"),
        (
            "(first: Int! = 20)",
            "(first: Int! = 20, where: DealFilter)",
            r"Firm\.papers\(where:\) is not bound",
        ),
        ("[Paper!]\n}", "[Paper!]\n  deals2: DealConnection\n}", r"Firm\.deals2 is not bound"),
        ("): DealConnection\n  v", "): DealConnection!\n  v", r"Query\.deals enters another object"),
        ("): DealConnection\n  v", "): Deal\n  v", r"Query\.deals is not a connection of Deal"),
        (" totalCount: Int!", "", r"DealConnection\.totalCount is bound, but not in the contract"),
        (
            ", before: String): DealConnection\n  v",
            "): DealConnection\n  v",
            r"Query\.deals\(before:\) is bound",
        ),
        ("NUMBER_ASC", "NUMBER_ASC PRICE_ASC", r"DealOrder\.PRICE_ASC is not bound"),
        (" NUMBER_ASC", "", r"DealOrder\.NUMBER_ASC is bound, but not in the contract"),
        ("= MADE_ON_DESC", "= NUMBER_ASC", r"deals does not order by the first ordering"),
        (" = MADE_ON_DESC", "", r"deals does not order by the first ordering"),
        ("no: String ", "no: String colour: String ", r"DealFilter\.colour is not bound"),
        ("no: String ", "", r"DealFilter\.no is bound, but not in the contract"),
        ("no: String ", 'no: String! = "" ', r"DealFilter\.no is a condition, but non-null"),
        ("no: String ", "no: Int ", r"DealFilter\.no is not String"),
        ("no: String ", "no: [String!] ", r"DealFilter\.no is a list on one side only"),
        ("numbers: [String!]", "numbers: String", r"DealFilter\.numbers is a list on one side only"),
        ("prefix: String", "prefix: ID", r"DealFilter\.prefix is not String"),
        ("closed: Boolean", "closed: String", r"DealFilter\.closed is not Boolean"),
        ("firm(firmNo: String!)", "firm(firmNo: String!, x: Int)", r"Query\.firm\(x:\) is not bound"),
        ("firm(firmNo: String!)", "firm", r"Query\.firm\(firmNo:\) is bound, but not in the contract"),
        ("firm(firmNo: String!)", "firm(firmNo: String)", r"Query\.firm\(firmNo:\) is not required"),
        ("firm(firmNo: String!)", "firm(firmNo: Int!)", r"Query\.firm\(firmNo:\) is not String"),
        ("  firm(firmNo: String!): Firm", "", r"Query\.firm is bound, but not in the contract"),
        ("type Query {", "type Query { me: String", r"Query\.me is not bound"),
        ("): Answer", "): Answer!", r"Query\.verify is not a nullable enum"),
        ("MATCH MISMATCH", "MATCH UNKNOWN", r"Query\.verify is not a nullable enum"),
        ("name: String!): Answer", "name: String): Answer", r"Query\.verify\(name:\) is not required"),
        (
            ", name: String!): Answer",
            "): Answer",
            r"Query\.verify\(name:\) is bound, but not in the contract",
        ),
        (
            "interface Paper {",
            "type Bill implements Paper { paperNo: String! kind: String }\ninterface Paper {",
            r"Paper has other members in the binding",
        ),
        ("Paper", "Sheet", r"Paper is bound, but neither an interface nor a union"),
    ],
)
def test_a_contract_that_says_otherwise_is_refused(contract: str, changed: str, message: str):
    assert contract in CONTRACT
    with pytest.raises(BindingError, match=message):
        check(world(), build_schema(CONTRACT.replace(contract, changed)))


@pytest.mark.parametrize(
    ("build_world", "message"),
    [
        (
            lambda: world(firm_fields=papers(Ordering(("kind",)))),
            r"Firm\.papers does not end in the key of paper",
        ),
        (
            lambda: world(firm_fields=papers(Ordering(("kind", "paperNo")))),
            r"Firm\.papers has no index on paper",
        ),
        (
            lambda: world(firm_fields=papers(Ordering(("body", "paperNo")))),
            r"Firm\.papers orders by letter\.body, which is not in paper",
        ),
        (
            lambda: world(roots=deals(NUMBER_ASC=Ordering(("closedOn", "partyId", "dealNo")))),
            r"DealOrder\.NUMBER_ASC, as Query\.deals takes it, orders by deal\.closed_on, which can be null",
        ),
        (
            lambda: world(roots=deals(NUMBER_ASC=Ordering(("madeOn", "dealNo")))),
            r"DealOrder\.NUMBER_ASC, as Query\.deals takes it, does not end in the key of deal",
        ),
        (
            lambda: world(roots=deals(NUMBER_ASC=Ordering(("price", "partyId", "dealNo")))),
            r"DealOrder\.NUMBER_ASC, as Query\.deals takes it, has no index on deal",
        ),
        (
            lambda: world(roots={"firm": One("Firm", by={"firmNo": "name"})}),
            r"Query\.firm looks up by columns without",
        ),
        (
            lambda: world(deal_fields={"firm": One("Firm", on={"deal_no": "firm_no"})}),
            r"Deal\.firm does not join on the whole primary key",
        ),
        (
            lambda: world(deal_fields={"firm": One("Firm", on={"nothing": "party_id"})}),
            r"Deal\.firm joins on nothing, which it has not",
        ),
        (
            lambda: world(deal_fields={"firm": One("Firm", on={"deal_no": "party_id"})}),
            r"Deal\.firm does not join on party_id",
        ),
        (lambda: world(firm_fields={"extra": One("Deal")}), r"Firm\.extra is bound, but not in the contract"),
        (lambda: world(roots={"extra": One("Deal")}), r"Query\.extra is bound, but not in the contract"),
        (
            lambda: world(roots=filtered("closed", Filter("partyId", Comparison.PRESENT))),
            r"DealFilter\.closed reads Deal\.partyId, which is not in the contract",
        ),
        (
            lambda: world(roots=filtered("no", Filter("dealNo", Comparison.INCLUDES))),
            r"DealFilter\.no cannot compare with Deal\.dealNo",
        ),
        (
            lambda: world(roots={"verify": replace(VERIFY, matches={"name": "nothing"})}),
            r"Query\.verify\(name:\) is compared with no column of secret",
        ),
        (
            lambda: world(roots={"verify": replace(VERIFY, hashed={"age": "citizen-age"})}),
            r"Query\.verify hashes an argument that it does not take",
        ),
        (
            lambda: world(
                roots={"verify": replace(VERIFY, known_by={"name": "name_hash"}, matches={"idNumber": "id_hash"})}
            ),
            r"Query\.verify looks up by columns without an index",
        ),
        (lambda: world(members={"MEMO": "Letter"}), r"Letter is not \('kind', 'MEMO'\)"),
        (
            lambda: world(roots={"firm": Column(firm.c.name)}),
            r"Query\.firm is an object, but bound to a value",
        ),
    ],
)
def test_a_binding_that_says_otherwise_is_refused(build_world: Callable[[], Binding], message: str):
    with pytest.raises(BindingError, match=message):
        check(build_world(), build_schema(CONTRACT))


def test_the_binding_of_the_resident_source_agrees_with_the_contract():
    check(resident_binding(), graphql_schema())


def test_the_binding_of_the_resident_source_is_assembled_once():
    assert resident_binding() is resident_binding()


def test_a_party_is_known_by_one_spelling_of_its_key():
    for each in resident_binding().concrete("Party"):
        assert each.column("id").name == "party_id"


def test_a_computed_value_is_the_same_in_sql_and_in_python():
    value = resident_binding().objects["Declaration"].fields["dutiableValue"]
    assert isinstance(value, Expression)
    numbers = [sa.literal(each) for each in (1, 2, 3)]
    assert str(value.sql(*numbers).compile(compile_kwargs={"literal_binds": True})) == "1 + 2 + 3"
