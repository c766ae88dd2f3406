"""Entries that go by a responder's word (OCSP, RFC 6960): it is asked behind the scenes, and believed with care."""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp
from tests.chain import ARC, DAY, HOUR, Chain, named, now
from tests.gateway.test_recognition import ME, asking, fingerprint, number, stored
from tests.gateway.test_revocation import FELT, PROMPT, SECOND, Holding, dead
from tests.oauth.server.desk import eventually, opened, refused
from tests.partner import Partner
from tests.partnership import Recognising
from tests.publisher import Answer, dies, gives, never_ends, redirects

from baygate.sample.authority import Authority, Issued, Terms, Validity

OCSP, EITHER = ({"by": by, "freshness": 86_400} for by in ("OCSP", "EITHER"))
ASKING = "The certificate's authority is being asked whether it was revoked; try again in a second"


@dataclass
class Responder:
    """What answers about the certificates of a CA."""

    chain: Chain
    signer: Issued
    revoked: set[int] = field(default_factory=set)
    age: datetime.timedelta = datetime.timedelta(0)
    lasts: datetime.timedelta = DAY

    def __call__(self, asked: bytes) -> bytes:
        """Return a response to a request."""
        return self.about(ocsp.load_der_ocsp_request(asked))

    def about(self, asked: Any, serial: int | None = None) -> bytes:
        """Return a response; it may be about another certificate than the one asked about."""
        revoked = asked.serial_number in self.revoked
        status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
        key: Any = load_pem_private_key(self.signer.key.read_bytes(), None)
        begins = now() - self.age
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash, asked.issuer_key_hash, serial or asked.serial_number, asked.hash_algorithm, status,
            begins, now() + self.lasts, begins if revoked else None, None,
        )  # fmt: skip
        named = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.signer.x509)
        return named.certificates([self.signer.x509]).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def open(self) -> "Responder":
        """Let the server answer so."""
        self.chain.publisher.answers[self.chain.responder_path] = gives(self)
        return self


def responding(recognising: Recognising, name: str, revocation: Any = OCSP, **how: Any) -> Responder:
    """Set up a CA with a responder, which Hong Kong's list names from now on."""
    partnership = recognising.partnership
    chain = partnership.chain(name)
    terms = Terms(Validity(now() - DAY, now() + DAY))
    signer = chain.issuing.ocsp_responder("responder", named("", common_name="Responder"), terms)
    partnership.recognise("HK", chain.entry(name, revocation=revocation), by=(chain,))
    return Responder(chain, signer, **how).open()


@pytest.fixture(scope="module")
def responder(recognising: Recognising) -> Responder:
    """A responder that is there, and whose entry every worker knows."""
    return known(recognising, responding(recognising, "ocsp"))


def known(recognising: Recognising, responder: Responder) -> Responder:
    """Return a responder once every worker knows its CA."""
    partner = responder.chain.partner(number())
    assert eventually(lambda: recognised(recognising, partner))
    return responder


def asked(recognising: Recognising, partner: Partner) -> Any:
    """Ask some worker for a token, which answers at once."""
    with recognising.partnership.connection() as client:
        began = time.monotonic()
        answer = partner.ask_token(client, recognising.hub.base)
        assert time.monotonic() - began < PROMPT
        return answer


def recognised(recognising: Recognising, partner: Partner) -> bool:
    """Return whether all workers, as far as can be told, recognise a partner."""
    return all(asked(recognising, partner).status_code == 200 for _ in range(6))


def test_whoever_comes_first_is_told_to_come_again_and_is_known_then(
    recognising: Recognising, responder: Responder
) -> None:
    partner = responder.chain.partner(number())
    answer = asked(recognising, partner)
    assert refused(answer, 503, "temporarily_unavailable") == ASKING
    assert answer.headers["retry-after"] == "1"
    assert eventually(lambda: recognised(recognising, partner))
    assert stored(
        recognising.hub.dsn,
        "SELECT kind FROM revocation_evidence, recognition WHERE digest = ANY(revocations) AND fingerprint = $1 "
        "AND kind = 'ocsp'",
        fingerprint(partner),
    )


def test_a_worker_that_has_not_seen_the_certificate_refuses_no_token_of_its(
    recognising: Recognising, responder: Responder
) -> None:
    partner = responder.chain.partner(number())
    desk = opened(recognising.hub, partner)
    token = desk.token()
    statuses = {asking(recognising, partner, token, ME).status_code for _ in range(6)}
    assert statuses <= {200, 503}
    assert eventually(lambda: {asking(recognising, partner, token, ME).status_code for _ in range(6)} == {200})


def test_what_a_responder_revokes_ends_with_its_tokens(recognising: Recognising, responder: Responder) -> None:
    holding = Holding(recognising, responder.chain.partner(number()))
    assert eventually(lambda: holding.used() == {200})
    responder.revoked.add(holding.partner.issued.x509.serial_number)
    dead(holding, time.monotonic())
    assert "(revocation)" in refused(asked(recognising, holding.partner), 401, "invalid_client")


def test_it_does_not_come_back_by_an_older_answer(recognising: Recognising, responder: Responder) -> None:
    partner = responder.chain.partner(number())
    desk = opened(recognising.hub, partner)
    responder.revoked.add(partner.issued.x509.serial_number)
    assert eventually(lambda: desk.ask().status_code == 401)
    try:
        responder.revoked.clear()
        responder.age = 10 * SECOND
        responder.chain.publisher.wait(responder.chain.responder_path, 2)
        time.sleep(0.6)
        statuses = {asked(recognising, partner).status_code for _ in range(6)}
        assert statuses <= {401, 503}, "a worker that sees it for the first time has to ask"
        assert eventually(lambda: {asked(recognising, partner).status_code for _ in range(6)} == {401})
    finally:
        responder.age = datetime.timedelta(0)


def test_a_responder_that_the_list_does_not_name_is_not_asked(recognising: Recognising, responder: Responder) -> None:
    """Nothing that a client sends is an address that the hub goes to."""
    chain = responder.chain
    terms = Terms(Validity(now() - DAY, now() + DAY), (ARC,), ocsp=chain.publisher.url("/else"))
    issued = chain.issuing.issue("elsewhere", named(number()), terms=terms)
    for _ in range(2):
        told = refused(asked(recognising, Partner("hk-80000000", certificate=issued)), 401, "invalid_client")
        assert "(revocation)" in told
        time.sleep(FELT / 4)
    assert not chain.publisher.asked["/else"]


def _stranger(responder: Responder) -> Responder:
    """Return who answers by another CA's leave."""
    root = Authority.root(responder.chain.issuing.directory / "other", "root", (("CN", "Mallory"),))
    signer = root.ocsp_responder("responder", named(""), Terms(Validity(now() - DAY, now() + DAY)))
    return Responder(responder.chain, signer)


def _unauthorised(responder: Responder) -> Responder:
    """Return who has a certificate of the CA, but none for signing responses."""
    return Responder(responder.chain, responder.chain.issue(number()))


def _about_another(responder: Responder) -> Callable[[bytes], bytes]:
    return lambda body: responder.about(ocsp.load_der_ocsp_request(body), 4711)


def _try_later(_: bytes) -> bytes:
    status = ocsp.OCSPResponseStatus.TRY_LATER
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


ATTACKS: dict[str, Callable[[Responder], Answer]] = {
    "nothing": lambda _: dies,
    "an error": lambda _: gives(b"no", 500),
    "garbage": lambda _: gives(b"\x30\x82\x10\x00" * 64),
    "try later": lambda _: gives(_try_later),
    "a stranger's answer": lambda responder: gives(_stranger(responder)),
    "an answer by who may not": lambda responder: gives(_unauthorised(responder)),
    "an answer about another": lambda responder: gives(_about_another(responder)),
    "an answer that is over": lambda responder: gives(
        Responder(responder.chain, responder.signer, age=DAY, lasts=-HOUR)
    ),
    "an answer of tomorrow": lambda responder: gives(
        Responder(responder.chain, responder.signer, age=-DAY, lasts=2 * DAY)
    ),
    "a redirection": lambda responder: redirects(responder.chain.publisher.url("/elsewhere")),
    "an answer without an end": lambda _: never_ends,
    "silence": lambda responder: responder.chain.publisher.hangs,
    "a byte now and then": lambda responder: responder.chain.publisher.trickles,
}


@pytest.fixture(scope="module")
def besieged(recognising: Recognising) -> Responder:
    """A responder that is attacked."""
    return known(recognising, responding(recognising, "ocsp-besieged"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_is_answered_instead_proves_anything_or_delays_a_request(
    recognising: Recognising, responder: Responder, besieged: Responder, attack: str
) -> None:
    chain = besieged.chain
    chain.publisher.answers["/elsewhere"] = gives(besieged)
    chain.publisher.answers[chain.responder_path] = ATTACKS[attack](besieged)
    partner = chain.partner(number())
    assert asked(recognising, partner).status_code == 503
    chain.publisher.wait(chain.responder_path, 1)
    time.sleep(0.6)
    assert asked(recognising, partner).status_code in {401, 503}
    # and meanwhile others are answered by theirs
    other = responder.chain.partner(number())
    assert eventually(lambda: recognised(recognising, other))
    assert not chain.publisher.asked["/elsewhere"]
    besieged.open()
    assert eventually(lambda: recognised(recognising, partner))


def test_while_a_responder_is_down_its_last_answer_counts_until_it_is_over(recognising: Recognising) -> None:
    responder = responding(recognising, "ocsp-outage", lasts=12 * SECOND)
    partner = responder.chain.partner(number())
    desk = opened(recognising.hub, partner)
    responder.chain.publisher.answers[responder.chain.responder_path] = dies
    over = time.monotonic() + 13.1
    answer = desk.ask()
    assert answer.json()["expires_in"] <= 12
    token = answer.json()["access_token"]
    assert desk.graphql(token).status_code == 200
    while time.monotonic() < over:
        time.sleep(0.1)
    assert desk.graphql(token).status_code == 401
    assert asked(recognising, partner).status_code in {401, 503}


def test_an_answer_is_as_fresh_as_the_entry_demands(recognising: Recognising) -> None:
    fresh = {"by": "OCSP", "freshness": 60}
    responder = responding(recognising, "ocsp-aged", fresh, age=30 * SECOND)
    desk = opened(recognising.hub, responder.chain.partner(number()))
    assert 15 <= desk.ask().json()["expires_in"] <= 30
    responder.age = 70 * SECOND
    other = responder.chain.partner(number())
    assert asked(recognising, other).status_code == 503
    responder.chain.publisher.wait(responder.chain.responder_path, 2)
    assert asked(recognising, other).status_code in {401, 503}


def test_where_either_counts_a_crl_does_without_a_responder(recognising: Recognising) -> None:
    responder = responding(recognising, "either", EITHER)
    responder.chain.publisher.answers[responder.chain.responder_path] = dies
    partner = responder.chain.partner(number())
    assert eventually(lambda: recognised(recognising, partner))
