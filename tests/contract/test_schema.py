"""What the contract promises to everyone who builds on it."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    get_named_type,
    is_input_type,
    is_non_null_type,
    parse,
    validate_schema,
)

from baygate.contract.clearance_codes import ClearanceStatus
from baygate.contract.codes import Jurisdiction
from baygate.contract.declaring import answered_here
from baygate.contract.schema import build_schema, graphql_schema, sdl
from baygate.sources.binding import Column
from baygate.sources.bindings import resident_binding

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2}")
STRUCTURAL = re.compile(r"Query|PageInfo|_Service|.*Connection|.*Edge")
OF_THE_HUB = {
    "Caller",
    "Agency",
    "FieldAccess",
    "ProviderAccess",
    "PolicyVersion",
    "AccessHelp",
    "CatalogueEntry",
    "SharingTerms",
    "NotShared",
    "CallerRecognition",
    "TrustList",
    "TrustListEntry",
    "RecordedAccess",
    "AccessedSubject",
    "AccessedRows",
}
"""Types of what the hub says of itself; no record is of them."""

SCHEMA = graphql_schema()
DOCUMENT = parse(sdl())


def types() -> Iterator[ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode]:
    for each in DOCUMENT.definitions:
        if isinstance(each, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            yield each


def fields() -> Iterator[tuple[str, FieldDefinitionNode]]:
    for each in types():
        if not STRUCTURAL.fullmatch(each.name.value) and each.name.value not in OF_THE_HUB:
            for field in each.fields or ():
                yield f"{each.name.value}.{field.name.value}", field


def scopes(field: FieldDefinitionNode) -> set[str]:
    found = set()
    for directive in named(field, "requiresScopes"):
        (argument,) = directive.arguments or ()
        outer = argument.value
        assert isinstance(outer, ListValueNode)
        assert len(outer.values) == 1, "any one of several sets would open the field"
        (inner,) = outer.values
        assert isinstance(inner, ListValueNode)
        found |= {scope.value for scope in inner.values if isinstance(scope, StringValueNode)}
    return found


def named(node: FieldDefinitionNode | ObjectTypeDefinitionNode, name: str) -> list[ConstDirectiveNode]:
    return [each for each in node.directives or () if each.name.value == name]


def keys(node: ObjectTypeDefinitionNode) -> list[str]:
    found = [argument.value for each in named(node, "key") for argument in each.arguments or ()]
    return [each.value for each in found if isinstance(each, StringValueNode)]


def described(node: object) -> bool:
    text = getattr(getattr(node, "description", None), "value", "")
    return bool(CHINESE.search(text) and ENGLISH.search(text))


def test_it_is_a_valid_schema_and_built_once():
    assert validate_schema(SCHEMA) == []
    assert build_schema() is build_schema()
    assert sdl() is sdl()


def test_everything_is_described_in_english_and_chinese():
    missing = [each.name.value for each in types() if each.name.value[0] != "_" and not described(each)]
    for each in types():
        for field in each.fields or ():
            if field.name.value[0] != "_" and each.name.value[0] != "_":
                missing += [] if described(field) else [f"{each.name.value}.{field.name.value}"]
                missing += [
                    f"{field.name.value}({arg.name.value}:)" for arg in field.arguments or () if not described(arg)
                ]
    for each in DOCUMENT.definitions:
        if isinstance(each, InputObjectTypeDefinitionNode):
            missing += [f"{each.name.value}.{field.name.value}" for field in each.fields or () if not described(field)]
        if isinstance(each, InputObjectTypeDefinitionNode | EnumTypeDefinitionNode) and not described(each):
            missing.append(each.name.value)
    assert missing == []


def test_every_field_of_a_record_states_its_scopes():
    assert [coordinate for coordinate, field in fields() if not scopes(field)] == []


def test_only_checks_and_evidence_among_the_entry_points_need_a_scope_of_their_own():
    query = next(each for each in types() if each.name.value == "Query")
    guarded = {field.name.value: scopes(field) for field in query.fields or () if scopes(field)}
    assert guarded == {
        "verifyPerson": {"identity:verify"},
        "verifyAccount": {"identity:verify"},
        "accesses": {"audit:read"},
    }


def test_what_the_hub_says_of_itself_leads_to_no_record():
    query = SCHEMA.query_type
    assert query is not None
    here = {name: each for name, each in query.fields.items() if answered_here(each)}
    assert set(here) == {"me", "access", "catalogue", "trustLists", "accesses"}
    found, waiting = set(), [get_named_type(each.type) for each in here.values()]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, GraphQLObjectType) and kind.name not in found:
            found.add(kind.name)
            waiting += [get_named_type(each.type) for each in kind.fields.values()]
    assert found == OF_THE_HUB
    assert not any(scopes(field) for each in types() if each.name.value in OF_THE_HUB for field in each.fields or ())


def test_personal_fields_are_marked_and_need_a_scope_of_their_own():
    marked = {coordinate for coordinate, field in fields() if named(field, "personal")}
    assert marked == {
        "PersonInCharge.name",
        "PersonInCharge.idMasked",
        "PersonInCharge.telephone",
        "RecognisedCertificate.subject",
        "Declaration.buyerIdType",
        "Declaration.buyerIdMasked",
        "Declaration.buyerName",
        "Declaration.buyerTelephone",
        "Declaration.consigneeAddress",
        "TradeOrder.buyerName",
        "Payment.payerName",
        "Waybill.consigneeName",
        "Waybill.consigneeTelephone",
    }
    for coordinate, field in fields():
        view = "identity" if coordinate.startswith(("PersonInCharge", "RecognisedCertificate")) else "clearance"
        expected = {f"{view}:read", f"{view}:personal"}
        assert (scopes(field) == expected) == (coordinate in marked), coordinate


def test_what_investigators_write_needs_their_scope():
    found = {coordinate: scopes(field) for coordinate, field in fields() if "Note" in coordinate}
    assert found == {
        "CreditRating.investigationNote": {"credit:read", "credit:investigation"},
        "Inspection.officerNote": {"clearance:read", "clearance:investigation"},
    }


def test_only_keys_are_non_null():
    binding = resident_binding()
    for each in types():
        bound = binding.objects.get(each.name.value)
        if bound is None or not isinstance(each, ObjectTypeDefinitionNode):
            continue
        key_fields = {name for key in keys(each) for name in key.split()}
        for field in each.fields or ():
            name = field.name.value
            if isinstance(field.type, NonNullTypeNode):
                value = bound.fields[name]
                assert isinstance(value, Column)
                assert name in key_fields or value.column.primary_key, f"{each.name.value}.{name}"


def test_entities_can_be_referred_to_by_every_key():
    found = {each.name.value: keys(each) for each in types() if isinstance(each, ObjectTypeDefinitionNode)}
    assert {name: each for name, each in found.items() if each} == {
        "MainlandEnterprise": ["id", "uscc"],
        "HongKongCompany": ["id", "ubi", "crNumber"],
        "MacauCompany": ["id", "registry registrationNo"],
        "CreditRating": ["ratingNo"],
        "ProductFiling": ["filingNo"],
        "ProductLicence": ["licenceNo"],
        "Certification": ["documentNo"],
        "TestReport": ["documentNo"],
        "GoodsListEntry": ["hsCode listKind edition"],
        "Declaration": ["declarationNo"],
    }
    assert 'interface Party @key(fields: "id")' in sdl()
    assert 'interface ConformityDocument @key(fields: "documentNo")' in sdl()


def test_it_is_a_subgraph_of_a_federation():
    query = SCHEMA.query_type
    assert query is not None
    assert str(query.fields["_entities"].type) == "[_Entity]!"
    assert str(query.fields["_service"].type) == "_Service!"
    assert '@composeDirective(name: "@personal")' in sdl()
    assert 'url: "https://specs.apollo.dev/federation/v2' in sdl()


@pytest.mark.parametrize(
    "name",
    [
        "Party",
        "CreditRating",
        "ProductFiling",
        "FilingItem",
        "ConformityDocument",
        "GoodsListEntry",
        "Declaration",
    ],
)
def test_a_connection_is_named_for_its_node(name: str):
    connection, edge = SCHEMA.get_type(f"{name}Connection"), SCHEMA.get_type(f"{name}Edge")
    assert isinstance(connection, GraphQLObjectType)
    assert isinstance(edge, GraphQLObjectType)
    assert {key: str(field.type) for key, field in connection.fields.items()} == {
        "edges": f"[{name}Edge!]!",
        "nodes": f"[{name}!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int",
    }
    assert {key: str(field.type) for key, field in edge.fields.items()} == {
        "cursor": "String!",
        "node": f"{name}!",
    }


def test_a_page_is_asked_for_in_the_same_way_everywhere():
    for owner in SCHEMA.type_map.values():
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            for field in owner.fields.values():
                if get_named_type(field.type).name.endswith("Connection"):
                    assert not is_non_null_type(field.type)
                    assert list(field.args) == ["where", "orderBy", "first", "after", "last", "before"]
                    shown = [str(field.args[name].type) for name in ("first", "after", "last", "before")]
                    assert shown == ["Int", "String", "Int", "String"]


def test_the_values_of_an_enum_are_their_names():
    for each in SCHEMA.type_map.values():
        if isinstance(each, GraphQLEnumType) and "__" not in each.name:
            for name, member in each.values.items():
                assert member.value == name
                assert each.parse_value(name) == name
                assert each.serialize(name) == name


def test_the_two_kinds_of_list_are_distinct():
    credit, goods = SCHEMA.get_type("ListKind"), SCHEMA.get_type("GoodsListKind")
    assert isinstance(credit, GraphQLEnumType)
    assert isinstance(goods, GraphQLEnumType)
    assert set(credit.values) == {"COMMENDED", "WATCHED", "SANCTIONED"}
    assert set(goods.values) == {"POSITIVE", "NEGATIVE"}


def test_identifiers_of_persons_are_taken_and_never_given():
    given = {
        get_named_type(field.type).name
        for owner in SCHEMA.type_map.values()
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        for field in owner.fields.values()
    }
    for name in ("ResidentId", "PersonName", "BankAccount"):
        kind = SCHEMA.get_type(name)
        assert kind is not None
        assert is_input_type(kind)
        assert name not in given


def test_money_and_weight_do_not_round():
    assert "Float" not in SCHEMA.type_map


@pytest.mark.parametrize(
    ("code", "name"), [(1, "STAGED"), (501, "HELD_TO_CLEARANCE"), (899, "CLOSED"), (-7, "PROCESSING_ERROR")]
)
def test_a_return_status_has_a_name(code: int, name: str):
    assert ClearanceStatus.of(code) == name


def test_every_clearance_status_is_the_name_of_a_return_status():
    def known(code: int) -> str | None:
        try:
            return ClearanceStatus.of(code)
        except ValueError:
            return None

    assert {known(code) for code in range(-1, 1000)} - {None} == set(ClearanceStatus)


def test_a_return_status_that_is_not_in_use_is_refused():
    with pytest.raises(ValueError, match="returnStatus 42 is not in use"):
        ClearanceStatus.of(42)


def test_a_jurisdiction_is_known_by_the_name_that_documents_give_it():
    assert [Jurisdiction.of(each) for each in ("CN-GD", "HK", "MO", "SG", "")] == [
        Jurisdiction.CN_GD, Jurisdiction.HK, Jurisdiction.MO, None, None,
    ]  # fmt: skip
