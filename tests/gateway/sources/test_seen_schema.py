"""What a caller sees of remote sources' schemas under granted introspection: what he is given, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.gateway.sources.conftest import OWNS
from tests.gateway.sources.hub import ASKING, Federation, Hub, denial, grant, where
from tests.gateway.sources.world import KEYS, added, company_of, entry

from baygate.access.principal import Principal
from baygate.gateway.introspection import Introspection

TYPES = "{ __schema { types { name fields { name } possibleTypes { name } } } }"


@pytest.fixture(scope="module")
def _shown(world: Any, federation: Federation) -> Iterator[Hub]:
    hub = Hub(world, federation, OWNS, Introspection.GRANTED)
    yield hub
    hub.close()


@pytest.fixture
def shown(_shown: Hub) -> Hub:
    _shown.govern()
    return _shown


def types(hub: Hub, principal: Principal = ASKING) -> dict[str, Any]:
    found = hub.ask(TYPES, principal).data["__schema"]["types"]
    return {each["name"]: each for each in found}


def fields(hub: Hub, name: str, principal: Principal = ASKING) -> set[str]:
    known = types(hub, principal).get(name)
    return {each["name"] for each in known["fields"]} if known else set()


def test_where_nothing_is_granted_no_remote_field_type_or_entry_point_is_shown(shown: Hub) -> None:
    seen = types(shown)
    assert not seen.keys() & {
        "Fund",
        "Director",
        "Office",
        "Notice",
        "PublicNotice",
        "Holder",
        "Person",
        "HongKongCompany",
    }
    assert not fields(shown, "Query") & {"funds", "fund", "search", "companies", "motd", "count"}


def test_an_agency_that_owns_nothing_shows_nothing(world: Any, federation: Federation) -> None:
    """Of a type that no agency of the root document owns nothing is decided, and so nothing is open."""
    hub = Hub(world, federation, {"hk-cr": {"HongKongCompany": ["*"]}}, Introspection.GRANTED)
    try:
        hub.govern(hk_cr=[KEYS])
        assert not fields(hub, "Query") & {"funds", "fund", "search", "motd", "count"}
        assert not types(hub).keys() & {"Fund", "Director", "Office", "Notice", "PublicNotice", "Holder"}
        assert fields(hub, "HongKongCompany") == {"crNumber", "id", "name"}
        assert hub.ask("{ motd }").codes == ["GRAPHQL_VALIDATION_FAILED"]
    finally:
        hub.close()


def test_what_is_granted_is_shown_as_far_as_it_leads_somewhere(shown: Hub) -> None:
    shown.govern(hk_cr=[KEYS], reg_hk=[added("legalForm", "directors", "office"), grant("Director", "name")])
    assert fields(shown, "HongKongCompany") == {"crNumber", "id", "name", "legalForm", "directors"}
    assert fields(shown, "Director") == {"name"}
    assert "Office" not in types(shown)


def test_a_condition_or_a_transform_does_not_hide_a_field_and_a_denial_does(shown: Hub) -> None:
    some = grant("Fund", "name", "region", where=where("region", "eq", "44"), transform={"region": {"kind": "mask"}})
    shown.govern(reg_hk=[entry("funds"), some, grant("Fund", "manager"), denial("Fund", "manager")])
    assert fields(shown, "Fund") == {"name", "region"}
    assert fields(shown, "Query") >= {"funds"}


def test_types_of_which_nothing_is_there_are_no_members(shown: Hub) -> None:
    shown.govern(
        hk_cr=[KEYS], reg_hk=[added("notices", "holders"), grant("PublicNotice", "no"), grant("Trust", "deed")]
    )
    seen = types(shown)
    assert [each["name"] for each in seen["Notice"]["possibleTypes"]] == ["PublicNotice"]
    assert [each["name"] for each in seen["Holder"]["possibleTypes"]] == ["Trust"]
    assert fields(shown, "Notice") == {"no"}
    assert not seen.keys() & {"SealedNotice", "Person"}


def test_scopes_and_roles_show_more(shown: Hub) -> None:
    shown.govern(hk_cr=[KEYS], reg_hk=[added("opened", "audited", "signedOff")])
    assert fields(shown, "HongKongCompany") >= {"signedOff"}
    assert not fields(shown, "HongKongCompany") & {"opened", "audited"}
    scoped = replace(ASKING, scopes=ASKING.scopes | {"vault:open"}, roles=frozenset({"AUDITOR"}))
    assert fields(shown, "HongKongCompany", scoped) >= {"opened", "audited"}


@pytest.mark.parametrize(
    ("query", "hidden"),
    [
        (company_of("C0000023", "secretNot"), "secretNote"),
        (company_of("C0000023", "secretNote"), "secretNote"),
        (company_of("C0000023", "ledgerNo"), "ledger"),
        ("{ fundz { name } }", "funds"),
        ("{ ... on Fnd { name } }", "Fund"),
        ('{ __type(name: "Fund") { name } }', '"name":"Fund"'),
    ],
)
def test_no_message_and_no_suggestion_names_what_is_hidden(shown: Hub, query: str, hidden: str) -> None:
    shown.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")])
    answer = shown.ask(query)
    told = answer.body.decode().replace(query, "")
    assert f"Did you mean '{hidden}'" not in told
    assert "Did you mean" not in told or hidden not in told.partition("Did you mean")[2]
    assert answer.codes in (["GRAPHQL_VALIDATION_FAILED"], [])
    if not answer.codes:
        assert hidden not in told


def test_what_is_seen_is_given_and_what_is_given_is_seen(shown: Hub, numbers: list[str]) -> None:
    rules = [added("legalForm", "taxNo"), grant("Director", "name"), denial("HongKongCompany", "turnover")]
    shown.govern(hk_cr=[KEYS], reg_hk=rules, vault_hk=[added("policies")])
    for name in sorted(fields(shown, "HongKongCompany")):
        answer = shown.ask(company_of(numbers[0], name))
        assert answer.errors == [], name
        assert answer.data["hongKongCompanyByCrNumber"][name] is not None, name
