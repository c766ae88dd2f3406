"""What the registry says of a party that comes with a recognised certificate, and what the party may do with tokens."""

from typing import Any

import pytest
from tests.agency import ASSERTION, Agency
from tests.attacker import claims_of
from tests.oauth.server.desk import Desk, altered, eventually, opened, refused
from tests.oauth.server.test_recognising import asked, desk, number, of, partner, turned_away
from tests.partner import PURPOSE, Partner
from tests.partnership import REGISTERED, Recognising

from baygate.oauth import registry

__all__ = ["desk", "partner"]

# What the registry says of a party


def enrolled(recognising: Recognising, partner: Partner, **said: Any) -> None:
    """Register a party as a client, by a key that it need not use."""
    client = Agency(partner.client_id, jurisdiction="HK", scopes=("credit:read",))
    own = {"party": partner.client_id.upper(), "purposes": frozenset({partner.purpose})}
    altered(recognising.hub.dsn, registry.add, client.registration(**own | said))


def test_a_client_that_is_registered_for_the_party_narrows_what_it_may_ask_for(recognising: Recognising) -> None:
    partner = recognising.p256.partner(number())
    desk = opened(recognising.hub, partner)
    token = desk.token()
    purposes, roles = frozenset({"PARTY_VERIFICATION"}), frozenset({"MERCHANT"})
    enrolled(recognising, partner, purposes=purposes, roles=roles)
    assert eventually(lambda: desk.ask().status_code == 400)
    assert refused(asked(desk), 400, "invalid_authorization_details")
    assert desk.graphql(token).status_code == 401, "its purpose is not registered"
    partner.purpose = "PARTY_VERIFICATION"
    said = claims_of(desk.token())
    assert (said["scope"], said["roles"], said["agency"]) == ("credit:read", ["MERCHANT"], f"party-{partner.client_id}")
    refused(asked(desk, scope="identity:read"), 400, "invalid_scope")


def test_one_that_is_disabled_keeps_it_out_with_the_tokens_that_it_has(recognising: Recognising) -> None:
    partner = recognising.p256.partner(number())
    enrolled(recognising, partner)
    desk = opened(recognising.hub, partner)
    token = desk.token()
    assert desk.graphql(token).status_code == 200
    altered(recognising.hub.dsn, registry.enable, partner.client_id, enabled=False)
    assert eventually(lambda: desk.graphql(token).status_code == 401)
    assert eventually(lambda: desk.ask().status_code == 401)
    assert "is disabled, or registered for another party" in turned_away(desk)
    altered(recognising.hub.dsn, registry.enable, partner.client_id, enabled=True)
    assert eventually(lambda: desk.ask().status_code == 200)
    assert desk.graphql(token).status_code == 401, "what it had before is void"


@pytest.mark.parametrize("party", ["HK-70812345", None])
def test_one_that_is_registered_for_another_keeps_it_out(recognising: Recognising, party: str | None) -> None:
    partner = recognising.p256.partner(number())
    desk = opened(recognising.hub, partner)
    enrolled(recognising, partner, party=party)
    assert eventually(lambda: desk.ask().status_code == 401)
    assert "registered for another party" in turned_away(desk)


def test_an_entry_that_admits_nobody_lets_in_who_is_registered(recognising: Recognising) -> None:
    partner = recognising.p256.partner(number(), type_name=REGISTERED)
    desk = Desk(recognising.hub.base, recognising.hub.client, partner)
    told = turned_away(desk)
    assert f"the entry registered admits registered parties only; {partner.client_id} is none" in told
    enrolled(recognising, partner)
    assert claims_of(opened(recognising.hub, partner).token())["scope"] == "credit:read"


def test_the_party_may_come_with_the_key_that_it_has_registered_too(recognising: Recognising) -> None:
    """It is the same client then, but not a recognised one."""
    key = Agency(
        f"hk-{number().removeprefix('BRN')}",
        jurisdiction="HK",
        purposes=(PURPOSE,),
        purpose=PURPOSE,
    )
    altered(recognising.hub.dsn, registry.add, key.registration(party=key.client_id.upper()))
    by_key = opened(recognising.hub, key)
    assert "certificate" not in claims_of(by_key.token())
    issued = recognising.p256.issue(f"BRN{key.client_id.removeprefix('hk-')}")
    assert "certificate" in claims_of(opened(recognising.hub, Partner(key.client_id, certificate=issued)).token())


# Its tokens


def test_it_ends_its_own_tokens_and_nobody_elses(recognising: Recognising, desk: Desk) -> None:
    other = opened(recognising.hub, recognising.p256.partner(number()))
    token = desk.token()
    assert other.revoke(token).status_code == 200
    assert desk.graphql(token).status_code == 200
    assert desk.revoke(token).status_code == 200
    assert eventually(lambda: desk.graphql(token).status_code == 401)


def test_it_hears_of_its_own_tokens_and_of_nobody_elses(recognising: Recognising, desk: Desk, partner: Partner) -> None:
    other = opened(recognising.hub, recognising.p256.partner(number()))
    token = desk.token()
    said = desk.introspect(token).json()
    assert said["active"]
    assert (said["client_id"], said["agency"]) == (partner.client_id, f"party-{partner.client_id}")
    assert other.introspect(token).json() == {"active": False}
    assert desk.revoke(token).status_code == 200
    assert eventually(lambda: desk.introspect(token).json() == {"active": False})


@pytest.mark.parametrize("endpoint", ["revoke", "introspect"])
def test_whose_certificate_is_not_recognised_may_neither(recognising: Recognising, desk: Desk, endpoint: str) -> None:
    stranger = of(recognising, recognising.p256.issue(""))
    form = stranger.about(desk.token())
    assert form["client_assertion_type"] == ASSERTION
    refused(stranger.send(endpoint, form), 401, "invalid_client")
