"""The control plane: who asks, what he would get, what is shared; in GraphQL, and the catalogue as files."""

import asyncio
import base64
import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest
from graphql import GraphQLSchema
from starlette.applications import Starlette
from tests.access.signing import (
    BEGIN,
    COORDINATORS,
    DAY,
    END,
    NOW,
    denial,
    facts,
    grant,
    issue,
    library,
    moment,
    policy,
    root_document,
    signed,
)
from tests.oracle.caller import ACCESS
from tests.oracle.engine import Engine
from tests.serving import Serve

from baygate.access.compile import who
from baygate.access.documents.envelope import read, sign
from baygate.access.documents.in_force import in_force, nothing
from baygate.access.documents.library import published
from baygate.access.documents.model import content
from baygate.access.documents.policy import Frequency, Outcome
from baygate.access.documents.policy import ShareClass as Class
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import TakenList, Trusted
from baygate.access.documents.trust_list import Proof, Scheme, TrustList
from baygate.access.explain import explain
from baygate.access.principal import Principal, Recognised
from baygate.access.scopes import Gates
from baygate.contract.control import AccessOutcome, RevocationProof, ShareClass, TrustListScheme, UpdateFrequency
from baygate.contract.schema import graphql_schema
from baygate.gateway.call import Call
from baygate.gateway.control import Control
from baygate.gateway.control_http import catalogue_routes
from baygate.gateway.cursor import Cursors
from baygate.gateway.documents import Documents, Trust
from baygate.gateway.introspection import Introspection
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness
from baygate.gateway.planning.plan import Supergraph
from baygate.gateway.receipt import NoReceipts
from baygate.gateway.refusal import Refusal
from baygate.gateway.result import Executor
from baygate.gateway.road import Road
from baygate.gateway.statements import Statements
from baygate.gateway.visible import VisibleSchemas
from baygate.oauth.caller import Caller
from baygate.oauth.challenge import Unproven
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.dispatcher import Dispatcher, Dispatching
from baygate.storage.keys import USES, Keys

SAMR = Principal(
    client="samr-risk",
    person=None,
    agency="samr-gd",
    party="HK-12345678",
    jurisdiction="HK",  # the root document knows better
    roles=frozenset({"SUPERVISOR"}),
    scopes=frozenset({"filings:read", "credit:read"}),
    purpose="RISK_ASSESSMENT",
    legal_basis="Customs Law, art. 6",
    case_no="2026-17",
    assurance=3,
)
GATES = Gates(graphql_schema())
KEYS = Keys({use: use.encode().ljust(64, b".") for use in USES})
DEFAULTS = Limits()
ACCESS_QUERY = """query ($type: String!, $field: String!, $purpose: String) {
  access(type: $type, field: $field, purpose: $purpose) {
    coordinate purpose given sentence
    answers { providers outcome reason policies { policyId version } rules transforms wouldHelp { scopes purposes } }
  }
}"""
ENTRIES = "{ catalogue { policyId version digest catalogueId title view owner { id name jurisdiction } shareClass "
ENTRIES += "updateFrequency terms { type fields purposes } notShared { type fields reason } validFrom validUntil } }"


ROOT_CA = issue("CN=Example Root CA 2,C=HK", ca=True)
ISSUING_CA = issue("CN=Example e-Cert CA 2 - 15,C=HK", ROOT_CA, ca=True)
LISTS = """{ trustLists { jurisdiction scheme title sequence issuedAt nextUpdate digest signers
  entries { id name validFrom validUntil valid rootSubject rootFingerprint issuingSubject issuingFingerprint typeName
    policyArc assurance revocation freshness admitsScopes admitsPurposes } } }"""


def list_entry(name: str, **changes: Any) -> dict[str, Any]:
    """An entry of a trust list: a type of certificates that may come in unregistered."""
    return {
        "id": name,
        "name": "Example e-Cert (Organisational)",
        "validFrom": moment(BEGIN),
        "root": sha256(ROOT_CA.der).hexdigest(),
        "issuing": sha256(ISSUING_CA.der).hexdigest(),
        "typeName": {"attribute": "OU", "value": "Example e-Cert (Organisational)"},
        "policy": {"arc": "2.16.344.8.2.2008.810.2"},
        "party": {"attribute": "O"},
        "assurance": 3,
        "revocation": {"by": "EITHER", "freshness": 86_400},
        "admits": {"scopes": ["identity:read"], "purposes": ["TRADE_FACILITATION"]},
        **changes,
    }


def trust_list(*entries: dict[str, Any], **changes: Any) -> TakenList:
    """Take a trust list of Hong Kong, signed by two; with one entry unless others are given."""
    document = {
        "spec": 1,
        "kind": "trust-list",
        "jurisdiction": "HK",
        "scheme": "PUBLISHED",
        "title": "Example list of recognised certificates",
        "sequence": 1,
        "prev": None,
        "issuedAt": moment(BEGIN),
        "nextUpdate": moment(END),
        "authorities": [{"certificate": base64.b64encode(each.der).decode()} for each in (ROOT_CA, ISSUING_CA)],
        "entries": list(entries) or [list_entry("e-cert")],
        **changes,
    }
    text = sign(json.dumps(document).encode(), COORDINATORS[:2])
    envelope = read(text)
    return TakenList(envelope.digest, text, END, content(envelope, TrustList))


def state(*policies: dict[str, Any]) -> InForce:
    trusted = Trusted(signed(root_document()), facts(), NOW)
    published(trusted, library(*policies), NOW)
    return in_force(trusted, NOW)


class Hub:
    """A road without a database, on which these policies are in force."""

    def __init__(
        self,
        known: InForce,
        shown: Introspection = Introspection.NONE,
        limits: Limits = DEFAULTS,
        control: Any = None,
        *,
        wired: bool = True,
        lists: tuple[TakenList, ...] = (),
    ) -> None:
        supergraph = Supergraph(graphql_schema(), resident_binding(), "test")

        def controlling(principal: Principal, schema: GraphQLSchema) -> Control:
            asking = who(principal, known)
            return Control(principal, known, asking, facts(), GATES.demanded, schema, lists, lambda: NOW)

        async def unreachable() -> Any:
            raise AssertionError("the control plane reads no database")

        dispatcher = Dispatcher(unreachable, Dispatching(connections=1))
        what = Statements(dispatcher, Cursors(KEYS["cursor"].secret), KEYS), supergraph, limits
        self.road = Road(
            supergraph=supergraph,
            executor=Executor(*what, control or controlling) if wired else Executor(*what),
            documents=Documents({}, Trust.ANY, 10**6),
            receipts=NoReceipts(),
            limits=limits,
            strictness=Strictness(),
            visible=VisibleSchemas(supergraph.schema, supergraph.binding, GATES, shown),
        )

    def ask(self, query: str, principal: Principal = SAMR, **variables: Any) -> Any:
        access = GATES.behind(principal.scopes, ACCESS)
        answer = asyncio.run(self.road.travel(Call(query, variables=variables), principal, access))
        return orjson.loads(answer.body)

    def access(self, field: str = "CreditRating.grade", principal: Principal = SAMR, **variables: Any) -> Any:
        type_name, _, name = field.partition(".")
        answer = self.ask(ACCESS_QUERY, principal, type=type_name, field=name, **variables)
        assert "errors" not in answer, answer
        return answer["data"]["access"]

    def of_customs(self, *given: Any, **variables: Any) -> Any:
        (found,) = [each for each in self.access(*given, **variables)["answers"] if "customs-gz" in each["providers"]]
        return found


@pytest.fixture(scope="module")
def hub() -> Hub:
    return Hub(state(policy(), policy("tax-gd", denials=[denial("d1", "score")])))


def refused(answer: Mapping[str, Any], field: str) -> Any:
    """Return the one error of an answer whose field is null."""
    assert answer["data"] == {field: None}
    (error,) = answer["errors"]
    assert error["path"] == [field]
    return error


# me


def test_it_says_for_whom_it_takes_the_caller(hub: Hub) -> None:
    query = """{ me { client person agency { id name jurisdiction region } party roles scopes purpose legalBasis caseNo
      assurance } }"""
    assert hub.ask(query) == {
        "data": {
            "me": {
                "client": "samr-risk",
                "person": None,
                "agency": {"id": "samr-gd", "name": "samr-gd", "jurisdiction": "CN_GD", "region": "44"},
                "party": "HK-12345678",
                "roles": ["SUPERVISOR"],
                "scopes": ["credit:read", "filings:read"],
                "purpose": "RISK_ASSESSMENT",
                "legalBasis": "Customs Law, art. 6",
                "caseNo": "2026-17",
                "assurance": 3,
            }
        }
    }


def test_of_an_agency_that_the_root_document_does_not_know_only_the_token_speaks(hub: Hub) -> None:
    stranger = replace(SAMR, agency="nobody-hk")
    answer = hub.ask("{ me { agency { id name jurisdiction region } } }", stranger)
    told = {"id": "nobody-hk", "name": None, "jurisdiction": "HK", "region": None}
    assert answer == {"data": {"me": {"agency": told}}}


def test_two_callers_of_one_plan_are_told_apart(hub: Hub) -> None:
    query = "{ me { client } }"
    other = hub.ask(query, replace(SAMR, client="other"))
    assert (hub.ask(query)["data"], other["data"]) == ({"me": {"client": "samr-risk"}}, {"me": {"client": "other"}})


def test_it_says_by_which_certificate_the_caller_was_recognised(hub: Hub) -> None:
    query = """{ me { party recognition
      { party jurisdiction entry listSequence assurance certificate goodUntil } } }"""
    known = Recognised("CN-914401155907310057", "CN-GD", 3, "gdca-organisation", 7, "ab" * 32, NOW)
    told = hub.ask(query, replace(SAMR, party=known.party, recognition=known))["data"]["me"]
    assert told["recognition"] == {
        "party": "CN-914401155907310057",
        "jurisdiction": "CN_GD",
        "entry": "gdca-organisation",
        "listSequence": 7,
        "assurance": 3,
        "certificate": "ab" * 32,
        "goodUntil": "2026-12-01T00:00:00+00:00",
    }
    assert hub.ask(query)["data"]["me"]["recognition"] is None


# access


def test_a_field_that_is_given_names_policy_version_and_rule(hub: Hub) -> None:
    answer = hub.of_customs()
    assert (answer["outcome"], answer["rules"]) == ("ALLOW", ["customs-gz/credit#g1"])
    assert answer["policies"] == [{"policyId": "customs-gz/credit", "version": 1}]
    assert (answer["transforms"], answer["wouldHelp"]) == ([], {"scopes": [], "purposes": []})
    told = hub.access()
    assert (told["coordinate"], told["purpose"], told["given"]) == ("CreditRating.grade", "RISK_ASSESSMENT", True)
    assert told["sentence"].startswith("For samr-gd asking for RISK_ASSESSMENT, CreditRating.grade is given")


def test_the_kind_of_a_transform_is_named() -> None:
    hub = Hub(state(policy(grants=[grant(transform={"evidenceNo": {"kind": "mask", "keepLast": 4}})])))
    answer = hub.of_customs("CreditRating.evidenceNo")
    assert (answer["outcome"], answer["transforms"]) == ("TRANSFORM", ["MASK"])


def test_the_scope_and_the_purpose_that_would_help_are_named(hub: Hub) -> None:
    poor = replace(SAMR, scopes=frozenset(), purpose="STATISTICS")
    answer = hub.of_customs("CreditRating.grade", poor)
    assert answer["outcome"] == "WITHHOLD"
    assert answer["wouldHelp"] == {"scopes": ["credit:read"], "purposes": ["RISK_ASSESSMENT"]}


def test_another_purpose_than_the_tokens_own_can_be_asked_about(hub: Hub) -> None:
    statistics = replace(SAMR, purpose="STATISTICS")
    assert not hub.access("CreditRating.grade", statistics)["given"]
    assert not hub.access("CreditRating.grade", statistics, purpose=None)["given"]
    told = hub.access("CreditRating.grade", statistics, purpose="RISK_ASSESSMENT")
    assert (told["given"], told["purpose"]) == (True, "RISK_ASSESSMENT")


def test_of_a_grant_to_others_no_more_is_told_than_that(hub: Hub) -> None:
    answer = hub.of_customs("CreditRating.grade", replace(SAMR, agency="mo-dsedt"))
    assert answer["reason"] == "customs-gz/credit version 1 grants it to others only"
    assert (answer["rules"], answer["wouldHelp"]) == ([], {"scopes": [], "purposes": []})


def test_what_is_told_of_one_field_is_what_all_policies_together_decide() -> None:
    condition = [{"attr": "record.current", "op": "eq", "value": True}]
    other = grant("g3", type="Declaration", fields=["status"], to={"jurisdictions": ["CN-GD"]})
    rules = [grant(fields=["grade", "evidenceNo"], where=condition), grant("g2", fields=["score"], minCell=5), other]
    denials = [denial("d1", "basis"), denial("d2", "*", type="PersonInCharge")]
    known = state(policy(grants=rules, denials=denials), policy("tax-gd", denials=[denial("d1", "*")]))
    hub, asking = Hub(known), who(SAMR, known)
    for type_name in ("CreditRating", "Declaration", "PersonInCharge", "Waybill"):
        for name in facts().types[type_name].fields:
            told = explain(known, asking, facts(), GATES.demanded, (type_name, name))
            assert hub.access(f"{type_name}.{name}")["sentence"] == told.sentence()


def test_an_entry_point_that_gives_a_verdict_is_decided_without_rows() -> None:
    owned = root_document()
    owned["agencies"][0]["owns"]["Query"] = ["verifyPerson"]
    trusted = Trusted(signed(owned), facts(), NOW)
    rule = grant(type="Query", fields=["verifyPerson"])
    published(trusted, library(policy(grants=[rule])), NOW)
    told = Hub(in_force(trusted, NOW)).access(
        "Query.verifyPerson", replace(SAMR, scopes=SAMR.scopes | {"identity:verify"})
    )
    assert [(each["providers"], each["outcome"]) for each in told["answers"]] == [([], "ALLOW")]
    assert "rows of Query" not in told["sentence"]


@pytest.mark.parametrize(
    "field", ["CreditRating.colour", "Colour.grade", "Query.parties", "Query.me", "Caller.client", "PageInfo.endCursor"]
)
def test_a_field_that_no_policy_can_decide_about_is_bad_input(hub: Hub, field: str) -> None:
    type_name, _, name = field.partition(".")
    error = refused(hub.ask(ACCESS_QUERY, type=type_name, field=name), "access")
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith(f"{field} is no field that policies decide about")


def test_of_an_interface_the_concrete_types_are_named(hub: Hub) -> None:
    error = refused(hub.ask(ACCESS_QUERY, type="ConformityDocument", field="documentNo"), "access")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].endswith("ask for Certification, TestReport.")


@pytest.mark.parametrize("name", ["", "a" * 65, "110105 1949", "<script>", "grade\n"])
def test_what_is_no_name_is_refused_and_not_repeated(hub: Hub, name: str) -> None:
    error = refused(hub.ask(ACCESS_QUERY, type="CreditRating", field=name), "access")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == "type and field are names of the contract, such as CreditRating and grade."


def test_a_purpose_outside_the_registry_is_bad_input(hub: Hub) -> None:
    error = refused(hub.ask(ACCESS_QUERY, type="CreditRating", field="grade", purpose="WHIM"), "access")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "RISK_ASSESSMENT" in error["message"]
    assert "WHIM" not in error["message"]


def test_a_bad_question_leaves_the_others_their_answers(hub: Hub) -> None:
    answer = hub.ask('{ me { client } access(type: "X", field: "y") { given } }')
    assert answer["data"] == {"me": {"client": "samr-risk"}, "access": None}


def test_what_the_callers_schema_hides_is_no_field_to_him_unless_the_catalogue_tells_of_it() -> None:
    known = state(policy(denials=[denial("d1", "score")]))
    hub = Hub(known, Introspection.GRANTED)
    poor = replace(SAMR, scopes=frozenset())
    error = refused(hub.ask(ACCESS_QUERY, poor, type="CreditRating", field="investigationNote"), "access")
    same = refused(hub.ask(ACCESS_QUERY, poor, type="CreditRating", field="investigationTone"), "access")
    assert error["message"].replace("Note", "Tone") == same["message"]
    assert hub.of_customs("CreditRating.grade", poor)["wouldHelp"]["scopes"] == ["credit:read"]
    rich = replace(SAMR, scopes=frozenset({"credit:read", "credit:investigation"}))
    assert not hub.access("CreditRating.investigationNote", rich)["given"]


def test_why_nothing_at_all_is_in_force_is_not_the_callers_business() -> None:
    hub = Hub(nothing("The root document /etc/baygate/root.jws is not taken: everything is withheld."))
    (answer,) = hub.access()["answers"]
    assert answer["reason"] == "No policies are in force now"
    error = refused(hub.ask("{ catalogue { policyId } }"), "catalogue")
    assert error["extensions"]["code"] == "POLICIES_UNAVAILABLE"
    assert "/etc" not in error["message"]


def test_without_a_control_plane_of_its_own_a_road_says_that_nothing_is_in_force() -> None:
    hub = Hub(state(), wired=False)
    assert hub.ask("{ me { client agency { id } } }")["data"]["me"]["agency"] == {"id": "samr-gd"}
    assert refused(hub.ask(ENTRIES), "catalogue")["extensions"]["code"] == "POLICIES_UNAVAILABLE"


# catalogue


def test_the_catalogue_tells_what_is_shared(hub: Hub) -> None:
    customs, tax = hub.ask(ENTRIES)["data"]["catalogue"]
    assert customs["digest"].startswith("sha256:")
    assert {name: each for name, each in customs.items() if name != "digest"} == {
        "policyId": "customs-gz/credit",
        "version": 1,
        "catalogueId": "GD-GZC-0012",
        "title": None,
        "view": "credit",
        "owner": {"id": "customs-gz", "name": "customs-gz", "jurisdiction": "CN_GD"},
        "shareClass": "CONDITIONAL",
        "updateFrequency": "IRREGULAR",
        "terms": [
            {"type": "CreditRating", "fields": ["evidenceNo", "grade", "validTo"], "purposes": ["RISK_ASSESSMENT"]}
        ],
        "notShared": [],
        "validFrom": "2020-12-01T00:00:00+00:00",
        "validUntil": "2040-12-01T00:00:00+00:00",
    }
    assert tax["notShared"] == [{"type": "CreditRating", "fields": ["score"], "reason": "NO_SHARE"}]


def test_it_is_read_page_by_page_and_of_one_owner(hub: Hub) -> None:
    query = "query ($first: Int!, $after: String, $owner: AgencyId) "
    query += "{ catalogue(first: $first, after: $after, owner: $owner) { policyId } }"

    def read(**how: Any) -> list[str]:
        return [each["policyId"] for each in hub.ask(query, **{"first": 20, **how})["data"]["catalogue"]]

    assert read(first=1) == ["customs-gz/credit"]
    assert read(first=0) == []
    assert read(after="customs-gz/credit") == ["tax-gd/credit"]
    assert read(owner="tax-gd") == ["tax-gd/credit"]
    assert read(owner="hk-customs") == []


@pytest.mark.parametrize(("size", "code"), [(101, "LIMIT_EXCEEDED"), (-1, "BAD_USER_INPUT")])
@pytest.mark.parametrize("variable", [True, False])
def test_a_page_of_it_has_a_bound(hub: Hub, size: int, code: str, variable: bool) -> None:
    given = "$first" if variable else str(size)
    head = "query ($first: Int!) " if variable else ""
    with pytest.raises(Refusal) as refusal:
        hub.ask(f"{head}{{ catalogue(first: {given}) {{ policyId }} }}", first=size)
    assert refusal.value.code == code


def test_what_it_can_hold_at_most_counts_as_cost() -> None:
    text = "{ catalogue(first: 100) { policyId terms { type fields } } }"
    most = 1 + 100 * (1 + 1 + 20 * 2)
    assert "data" in Hub(state(policy()), limits=Limits(cost=most)).ask(text)
    with pytest.raises(Refusal, match=f"cost: {most}"):
        Hub(state(policy()), limits=Limits(cost=most - 1)).ask(text)


# trustLists


def test_a_trust_list_is_told_with_its_signers_and_the_conditions_of_its_entries() -> None:
    taken = trust_list()
    (told,) = Hub(state(), lists=(taken,)).ask(LISTS)["data"]["trustLists"]
    (entry,) = told.pop("entries")
    assert told == {
        "jurisdiction": "HK",
        "scheme": "PUBLISHED",
        "title": "Example list of recognised certificates",
        "sequence": 1,
        "issuedAt": "2020-12-01T00:00:00+00:00",
        "nextUpdate": "2040-12-01T00:00:00+00:00",
        "digest": taken.digest,
        "signers": ["CN=Coordinator 1", "CN=Coordinator 2"],
    }
    assert entry == {
        "id": "e-cert",
        "name": "Example e-Cert (Organisational)",
        "validFrom": "2020-12-01T00:00:00+00:00",
        "validUntil": None,
        "valid": True,
        "rootSubject": "CN=Example Root CA 2,C=HK",
        "rootFingerprint": sha256(ROOT_CA.der).hexdigest(),
        "issuingSubject": "CN=Example e-Cert CA 2 - 15,C=HK",
        "issuingFingerprint": sha256(ISSUING_CA.der).hexdigest(),
        "typeName": "Example e-Cert (Organisational)",
        "policyArc": "2.16.344.8.2.2008.810.2",
        "assurance": 3,
        "revocation": "EITHER",
        "freshness": 86_400,
        "admitsScopes": ["identity:read"],
        "admitsPurposes": ["TRADE_FACILITATION"],
    }


@pytest.mark.parametrize(
    ("begins", "ends", "valid"),
    [
        (NOW, None, True),
        (NOW + DAY, None, False),
        (BEGIN, NOW + DAY, True),
        (BEGIN, NOW, False),
        (BEGIN, NOW - DAY, False),
    ],
)
def test_what_is_over_or_yet_to_begin_stands_in_it_and_is_not_valid(
    begins: datetime.datetime, ends: datetime.datetime | None, valid: bool
) -> None:
    one = list_entry("e-cert", validFrom=moment(begins), validUntil=moment(ends) if ends else None)
    hub = Hub(state(), lists=(trust_list(one),))
    assert hub.ask("{ trustLists { entries { valid } } }")["data"] == {"trustLists": [{"entries": [{"valid": valid}]}]}


def test_an_entry_for_registered_clients_alone_opens_nothing_to_others() -> None:
    hub = Hub(state(), lists=(trust_list(list_entry("e-cert", admits=None)),))
    told = hub.ask("{ trustLists { entries { admitsScopes admitsPurposes } } }")["data"]["trustLists"]
    assert told == [{"entries": [{"admitsScopes": [], "admitsPurposes": []}]}]


def test_lists_stand_in_the_order_in_which_they_are_in_force_and_where_there_is_none_there_is_none() -> None:
    query = "{ trustLists { jurisdiction scheme } }"
    guangdong, macau = trust_list(jurisdiction="CN-GD"), trust_list(jurisdiction="MO", scheme="CONFIGURED")
    told = Hub(state(), lists=(guangdong, macau)).ask(query)["data"]["trustLists"]
    assert [(each["jurisdiction"], each["scheme"]) for each in told] == [("CN_GD", "PUBLISHED"), ("MO", "CONFIGURED")]
    assert Hub(state()).ask(query)["data"] == {"trustLists": []}


def test_trust_lists_are_told_to_whoever_has_a_token_and_no_scope() -> None:
    hub = Hub(state(), Introspection.GRANTED, lists=(trust_list(),))
    assert hub.ask("{ trustLists { sequence } }", replace(SAMR, scopes=frozenset()))["data"]["trustLists"]


def test_where_nothing_at_all_is_in_force_no_list_is_told_either() -> None:
    error = refused(Hub(nothing("..."), lists=(trust_list(),)).ask("{ trustLists { sequence } }"), "trustLists")
    assert error["extensions"]["code"] == "POLICIES_UNAVAILABLE"


# Beside everything else


def test_it_is_shown_to_every_token_and_needs_no_scope() -> None:
    visible = VisibleSchemas(graphql_schema(), resident_binding(), GATES, Introspection.GRANTED)
    schema = visible.of(GATES.behind(frozenset(), ACCESS))[1]
    assert schema.query_type is not None
    assert set(schema.query_type.fields) == {"me", "access", "catalogue", "trustLists"}
    hub = Hub(state(policy()), Introspection.GRANTED)
    poor = replace(SAMR, scopes=frozenset())
    assert hub.ask("{ me { client } catalogue { policyId } }", poor)["data"]["catalogue"]


def test_aliases_fragments_and_directives_are_obeyed(hub: Hub) -> None:
    query = """query ($no: Boolean!) {
      mine: me { ...who } me @skip(if: $no) { client } ... @include(if: $no) { again: me { purpose } }
    } fragment who on Caller { c: client __typename }"""
    mine = {"c": "samr-risk", "__typename": "Caller"}
    assert hub.ask(query, no=True)["data"] == {"mine": mine, "again": {"purpose": "RISK_ASSESSMENT"}}


def test_what_nobody_foresaw_is_not_told_to_the_caller() -> None:
    class Broken:
        def me(self) -> None:
            raise KeyError("secret")

    with pytest.raises(KeyError):
        Hub(state(), control=lambda *_: Broken()).ask("{ me { client } }")


def test_the_contract_has_the_same_words_as_the_documents() -> None:
    for ours, theirs in (
        (AccessOutcome, Outcome),
        (ShareClass, Class),
        (UpdateFrequency, Frequency),
        (TrustListScheme, Scheme),
        (RevocationProof, Proof),
    ):
        assert [each.value for each in ours] == [each.value for each in theirs]


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


def test_records_and_the_hubs_own_words_come_in_one_answer_in_the_order_asked(engine: Engine) -> None:
    text = engine.text("{ a: me { client } parties(first: 1) { nodes { id } } z: me { purpose } }", principal=SAMR)
    data = orjson.loads(text)["data"]
    assert list(data) == ["a", "parties", "z"]
    assert (data["a"], data["z"]) == ({"client": "samr-risk"}, {"purpose": "RISK_ASSESSMENT"})
    assert len(data["parties"]["nodes"]) == 1


# As files


async def known_caller(scope: Any) -> Caller:
    if not any(name == b"authorization" for name, _ in scope["headers"]):
        raise Unproven(401, None, "The request has no access token.", ((b"www-authenticate", b"DPoP"),))
    return Caller(SAMR, [(b"dpop-nonce", b"next")])


def get(path: str, known: InForce, **headers: str) -> httpx.Response:
    async def asking() -> httpx.Response:
        app = Starlette(routes=[*catalogue_routes(known_caller, lambda: known, "https://hub.example")])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://hub.example") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(asking())


@pytest.mark.parametrize(
    ("path", "media"), [("/catalogue.json", "application/json"), ("/catalogue.jsonld", "application/ld+json")]
)
def test_the_catalogue_is_exported_to_whoever_has_a_token(path: str, media: str) -> None:
    answer = get(path, state(policy()), authorization="DPoP token")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert "customs-gz/credit" in answer.text
    assert answer.headers["dpop-nonce"] == "next"
    nobody = get(path, state(policy()))
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "DPoP")
    assert "customs-gz" not in nobody.text


def test_an_unchanged_catalogue_is_not_sent_again() -> None:
    tag = get("/catalogue.json", state(policy()), authorization="x").headers["etag"]
    again = {"authorization": "x", "if-none-match": f'"other", {tag}'}
    same = get("/catalogue.json", state(policy()), **again)
    assert (same.status_code, same.content) == (304, b"")
    changed = get("/catalogue.json", state(policy(title="New")), **again)
    assert (changed.status_code, changed.json()["entries"][0]["title"]) == (200, "New")


def test_where_nothing_is_in_force_there_is_no_catalogue_rather_than_an_empty_one() -> None:
    answer = get("/catalogue.json", nothing("/etc/baygate/root.jws is not taken."), authorization="x")
    assert answer.status_code == 503
    assert "/etc" not in answer.text


def test_the_real_server_speaks_of_itself_and_exports_its_catalogue(serve: Serve) -> None:
    with serve("development") as server:
        told = server.ask('{ me { client } access(type: "CreditRating", field: "grade") { given } }').json()
        assert told == {"data": {"me": {"client": "developer"}, "access": {"given": True}}}
        (entry,) = server.ask("{ catalogue { policyId digest } }").json()["data"]["catalogue"]
        token = {"authorization": f"Bearer {server.auth.token(server.client, server.base)}"}
        found = server.client.get(f"{server.base}/catalogue.json", headers=token).json()
        assert [{name: each[name] for name in entry} for each in found["entries"]] == [entry]
        linked = server.client.get(f"{server.base}/catalogue.jsonld", headers=token).json()
        assert linked["@id"] == f"{server.base}/catalogue.jsonld"
        assert server.client.get(f"{server.base}/catalogue.json", auth=None).status_code == 401
