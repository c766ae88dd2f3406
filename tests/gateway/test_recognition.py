"""Recognised certificates on the whole road: each way in, what the holder is then, what is kept of it."""

import asyncio
import datetime
import hashlib
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest
from tests.access.signing import moment
from tests.agency import CUSTOMS, Agency
from tests.attacker import claims_of
from tests.chain import DAY, now
from tests.oauth.server.desk import opened
from tests.partner import PURPOSE, Partner
from tests.partnership import PERSONAL, Recognising
from tests.serving import GRAPHQL_RESPONSE

from baygate.sample.authority import Validity
from baygate.storage.database import Database

SECOND = datetime.timedelta(seconds=1)
HOUR = 3_600
ME = """{ me { client party roles purpose assurance agency { id jurisdiction } recognition {
  party jurisdiction entry listSequence assurance certificate goodUntil } } }"""
RATINGS = "{ creditRatings(first: 3) { nodes { ratingNo grade validTo score } } }"
_numbers = count(81_000_001)


def number() -> str:
    """Return a company's number that nobody else has here."""
    return f"BRN{next(_numbers)}"


def fingerprint(partner: Partner) -> str:
    return hashlib.sha256(partner.issued.der).hexdigest()


def asking(
    recognising: Recognising, partner: Agency, token: str, query: str, base: str | None = None
) -> httpx.Response:
    """Ask a hub something with a token, by a connection of its own."""
    headers = partner.headers("POST", recognising.hub.url, token) | {"accept": GRAPHQL_RESPONSE}
    with recognising.partnership.connection() as client:
        return client.post(f"{base or recognising.hub.base}/graphql", json={"query": query}, headers=headers)


# By an assertion with x5c


def coming(recognising: Recognising, kind: str) -> tuple[Partner, str, str]:
    """Return a partner with a key of some kind, its jurisdiction, and the entry that it meets."""
    if kind == "SM2":
        partner = recognising.sm2.partner("USCC914401155907310057", "cn-914401155907310057")
        return partner, "CN_GD", "gdca"
    chain, entry = (recognising.rsa, "e-cert") if kind == "RSA" else (recognising.p256, "id-cert")
    return chain.partner(number()), "HK", entry


@pytest.mark.parametrize("kind", ["RSA", "P-256", "SM2"])
def test_the_holder_of_a_certificate_gets_a_token_and_is_told_by_what(recognising: Recognising, kind: str) -> None:
    partner, jurisdiction, entry = coming(recognising, kind)
    token = opened(recognising.hub, partner).token()
    assert claims_of(token)["certificate"] == fingerprint(partner)
    answer = asking(recognising, partner, token, ME)
    assert answer.status_code == 200, answer.text
    me = answer.json()["data"]["me"]
    good_until = datetime.datetime.fromisoformat(me["recognition"].pop("goodUntil"))
    assert now() < good_until <= now() + DAY
    party = partner.client_id.upper()
    assert me == {
        "client": partner.client_id,
        "party": party,
        "roles": ["PLATFORM"],
        "purpose": PURPOSE,
        "assurance": 3,
        "agency": {"id": f"party-{partner.client_id}", "jurisdiction": jurisdiction},
        "recognition": {
            "party": party,
            "jurisdiction": jurisdiction,
            "entry": entry,
            "listSequence": me["recognition"]["listSequence"],
            "assurance": 3,
            "certificate": fingerprint(partner),
        },
    }
    assert me["recognition"]["listSequence"] >= 1


def seen(recognising: Recognising, partner: Partner) -> set[str]:
    """Return which fields of a rating are there for a partner."""
    answer = asking(recognising, partner, opened(recognising.hub, partner).token(), RATINGS).json()
    (*_, first) = answer["data"]["creditRatings"]["nodes"]
    withheld = {each["extensions"]["coordinate"].removeprefix("CreditRating.") for each in answer.get("errors", ())}
    assert first["ratingNo"]
    return {name for name in first if name not in withheld}


def test_policies_decide_by_its_jurisdiction_its_assurance_and_its_roles(recognising: Recognising) -> None:
    sure, personal = recognising.p256.partner(number()), recognising.p256.partner(number(), type_name=PERSONAL)
    mainland, *_ = coming(recognising, "SM2")
    assert seen(recognising, sure) == {"ratingNo", "grade", "validTo"}
    assert seen(recognising, personal) == {"ratingNo", "validTo"}, "the entry says little of who holds it"
    assert seen(recognising, mainland) == {"ratingNo", "grade", "validTo", "score"}


def test_the_token_is_worth_nothing_without_the_key_that_it_is_bound_to(recognising: Recognising) -> None:
    partner = recognising.p256.partner(number())
    token = opened(recognising.hub, partner).token()
    thief = Agency(partner.client_id)
    thief._nonces = partner._nonces
    answer = asking(recognising, thief, token, ME)
    assert answer.status_code == 401
    assert "bound to another key" in answer.text


# How long a token lives


@pytest.fixture(scope="module")
def ending(recognising: Recognising) -> dict[str, tuple[Partner, datetime.datetime]]:
    """Partners by what of theirs ends first, and when it does: all within ten minutes."""
    partnership, p256 = recognising.partnership, recognising.p256
    begins = now()
    due, stale = partnership.chain("due"), partnership.chain("stale")
    due.publish(due.crl(lasts=450 * SECOND))
    stale.publish(stale.crl(age=(HOUR - 400) * SECOND))
    crl_end, stale_end = begins + 450 * SECOND, begins + 400 * SECOND
    leaf_end, entry_end, list_end = (begins + seconds * SECOND for seconds in (350, 500, 550))
    types = {name: {"attribute": "O", "value": f"Test {name}"} for name in ("Ending", "Macau")}
    partnership.recognise(
        "HK",
        due.entry("due"),
        stale.entry("stale", revocation={"by": "CRL", "freshness": HOUR}),
        p256.entry("ending", typeName=types["Ending"], validUntil=moment(entry_end)),
        by=(due, stale),
    )
    partnership.recognise("MO", p256.entry("macau", typeName=types["Macau"]), by=(p256,), nextUpdate=moment(list_end))
    return {
        "the certificate": (p256.partner(number(), validity=Validity(begins - DAY, leaf_end)), leaf_end),
        "the CRL's next update": (due.partner(number()), crl_end),
        "the CRL's freshness": (stale.partner(number()), stale_end),
        "the entry": (p256.partner(number(), type_name="Test Ending"), entry_end),
        "the list": (p256.partner("BRNSO004801", "mo-so004801", type_name="Test Macau"), list_end),
    }


@pytest.mark.parametrize(
    "what", ["the certificate", "the CRL's next update", "the CRL's freshness", "the entry", "the list"]
)
def test_a_token_does_not_outlive_what_it_rests_on(
    recognising: Recognising, ending: dict[str, tuple[Partner, datetime.datetime]], what: str
) -> None:
    partner, ends = ending[what]
    answer = opened(recognising.hub, partner).ask()
    said = claims_of(answer.json()["access_token"])
    # openssl dates CRLs by the second in which it makes them
    assert 0 <= said["exp"] - ends.timestamp() <= 1
    assert answer.json()["expires_in"] == said["exp"] - said["iat"]


def test_a_token_lives_ten_minutes_at_most(recognising: Recognising) -> None:
    said = claims_of(opened(recognising.hub, recognising.p256.partner(number())).token())
    assert said["exp"] - said["iat"] == 600


# What is kept of it


def stored(dsn: str, statement: str, *values: Any) -> list[asyncpg.Record]:
    async def fetch() -> list[asyncpg.Record]:
        connection = await Database(dsn).connect()
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_what_it_was_believed_by_is_on_record_before_the_token_is_there(recognising: Recognising) -> None:
    chain = recognising.p256
    partner = chain.partner(number())
    opened(recognising.hub, partner).token()
    dsn, known = recognising.hub.dsn, fingerprint(partner)
    (certificate,) = stored(dsn, "SELECT der FROM certificate WHERE fingerprint = $1", known)
    assert certificate["der"] == partner.issued.der
    (kept,) = stored(dsn, "SELECT * FROM recognition WHERE fingerprint = $1", known)
    assert (kept["party_id"], kept["jurisdiction"], kept["entry"]) == (partner.client_id.upper(), "HK", "id-cert")
    assert kept["assurance"] == 3
    evidence = stored(dsn, "SELECT * FROM revocation_evidence WHERE digest = ANY($1)", kept["revocations"])
    assert {each["kind"] for each in evidence} == {"crl"}
    assert len(evidence) == 2, "of the issuing CA, and of the root"
    assert all(hashlib.sha256(each["body"]).hexdigest() == each["digest"] for each in evidence)


def test_coming_again_adds_nothing_to_it(recognising: Recognising) -> None:
    partner = recognising.p256.partner(number())
    desk = opened(recognising.hub, partner)
    for _ in range(3):
        desk.token()
    count_of = "SELECT count(*) FROM recognition WHERE fingerprint = $1"
    assert stored(recognising.hub.dsn, count_of, fingerprint(partner))[0]["count"] == 1


def test_agencies_see_of_a_party_by_which_certificates_it_was_known(recognising: Recognising) -> None:
    partner = recognising.rsa.partner("BRN70812345")
    opened(recognising.hub, partner).token()
    token = CUSTOMS.token(recognising.hub.client, recognising.hub.base)
    query = """{ party(id: "HK-70812345") { recognisedCertificates {
      fingerprint subject issuer jurisdiction entry typeName assurance provider } } }"""
    answer = asking(recognising, CUSTOMS, token, query)
    found = answer.json()["data"]["party"]["recognisedCertificates"]
    assert next(each for each in found if each["fingerprint"] == fingerprint(partner)) == {
        "fingerprint": fingerprint(partner),
        "subject": "CN=A Company,OU=BRN70812345,O=Test e-Cert (Organisational),C=HK",
        "issuer": "CN=Test CA e-cert,C=HK",
        "jurisdiction": "HK",
        "entry": "e-cert",
        "typeName": "Test e-Cert (Organisational)",
        "assurance": 3,
        "provider": "commerce-gd",
    }
