"""Revocation while hubs run: how soon it is felt, and what authorities' servers can do to a hub, and cannot."""

import datetime
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.access.signing import after, moment
from tests.chain import DAY, Chain, now
from tests.gateway.test_recognition import ME, asking, number
from tests.oauth.server.desk import Desk, eventually, opened, refused
from tests.partner import Partner
from tests.partnership import INTERVAL, Recognising
from tests.publisher import Answer, dies, gives, never_ends, redirects
from tests.serving import Hub

from baygate.sample.authority import Authority

SECOND = datetime.timedelta(seconds=1)
SLACK = 5.0
"""Seconds beyond what is promised that a busy machine may take."""
FELT = INTERVAL + 1 + SLACK
"""Seconds within which a revocation that is published is felt everywhere: the interval and a second, it says."""
PROMPT = 5.0
"""Seconds within which requests are answered, whatever becomes of an authority's server."""


def recognised(recognising: Recognising, name: str, **entry: Any) -> Chain:
    """Set up an issuing CA that Hong Kong's list names from now on."""
    chain = recognising.partnership.chain(name)
    recognising.partnership.recognise("HK", chain.entry(name, **entry), by=(chain,))
    return chain


@pytest.fixture(scope="module")
def plain(recognising: Recognising) -> Chain:
    """A CA whose certificates are judged by its CRL alone."""
    return recognised(recognising, "plain")


@pytest.fixture(scope="module")
def second(recognising: Recognising, plain: Chain) -> Iterator[Hub]:
    """Another hub of the same address, on the same database, that keeps revocation data of its own."""
    with recognising.partnership.hub("second", oauth__origin=recognising.hub.base) as hub:
        yield hub


class Holding:
    """A partner with a token, which it uses at several workers and hubs."""

    def __init__(self, recognising: Recognising, partner: Partner, *others: Hub) -> None:
        self._recognising = recognising
        self._bases = [recognising.hub.base] * 8 + [each.base for each in others]
        self.partner = partner
        self.desk = opened(recognising.hub, partner)
        self.token = self.desk.token()

    def used(self) -> set[int]:
        """Return with which statuses the token is answered: by every worker, as good as surely."""
        ask = (asking(self._recognising, self.partner, self.token, ME, base) for base in self._bases)
        return {each.status_code for each in ask}


def dead(holding: Holding, since: float, within_seconds: float = FELT) -> None:
    """Check that a token, which was good, is refused everywhere within some seconds since a moment."""
    while time.monotonic() < since + within_seconds:
        if holding.used() == {401}:
            return
        time.sleep(0.05)
    raise AssertionError(f"it is answered with {holding.used()}")


def gets_nothing(desk: Desk, why: str) -> None:
    """Check that a certificate gets no token; all that were asked before may have been of one worker."""
    until = time.monotonic() + FELT
    while (answer := desk.ask()).status_code == 200:
        assert time.monotonic() < until
    told = refused(answer, 401, "invalid_client")
    assert answer.elapsed.total_seconds() < PROMPT
    assert f"({why})" in told, told


# How soon


def test_a_revoked_certificate_ends_with_its_tokens_on_every_worker_and_every_hub(
    recognising: Recognising, second: Hub, plain: Chain
) -> None:
    holding = Holding(recognising, plain.partner(number()), second)
    # the second hub has never seen the certificate: it knows it from the record
    assert eventually(lambda: holding.used() == {200})
    plain.revoke(holding.partner)
    plain.publish()
    dead(holding, time.monotonic())
    gets_nothing(holding.desk, "revocation")


def test_of_the_other_certificates_of_its_issuer_nothing_changes(recognising: Recognising, plain: Chain) -> None:
    holding, other = (Holding(recognising, plain.partner(number())) for _ in range(2))
    plain.revoke(other.partner)
    plain.publish()
    dead(other, time.monotonic())
    assert holding.used() == {200}


def test_a_delta_crl_is_enough(recognising: Recognising) -> None:
    partnership = recognising.partnership
    made = partnership.chain("delta")
    chain = Chain(made.name, made.root, made.issuing, made.publisher, deltas=True)
    partnership.recognise("HK", chain.entry("delta"), by=(chain,))
    holding = Holding(recognising, chain.partner(number()))
    assert eventually(lambda: holding.used() == {200})
    chain.revoke(holding.partner)
    partnership.publisher.answers[chain.delta_path] = gives(chain.crl(datetime.timedelta(0), delta=True))
    dead(holding, time.monotonic())
    gets_nothing(holding.desk, "revocation")


def test_an_entry_that_ends_is_felt_within_a_second(recognising: Recognising) -> None:
    chain = recognised(recognising, "ending-now")
    holding = Holding(recognising, chain.partner(number()))
    assert eventually(lambda: holding.used() == {200})
    recognising.partnership.end("HK", "ending-now")
    dead(holding, time.monotonic(), 1 + SLACK)
    gets_nothing(holding.desk, "validity of the entry")


def test_a_list_that_ends_does_so_by_itself(recognising: Recognising) -> None:
    """The authority's name is Chinese, and stands in what the holder of the token is told."""
    partnership = recognising.partnership
    chain = partnership.chain("mo", common_name="澳門測試簽發機構")
    partnership.recognise("MO", chain.entry("mo"), by=(chain,), nextUpdate=moment(now() + DAY))
    holding = Holding(recognising, chain.partner("BRNSO004803", "mo-so004803"))
    assert eventually(lambda: holding.used() == {200})
    ends = now() + 3 * SECOND
    said = after(partnership.lists["MO"], issuedAt=moment(now()), nextUpdate=moment(ends))
    partnership.publish("MO", said)
    assert eventually(lambda: now() >= ends)
    dead(holding, time.monotonic(), SLACK)
    gets_nothing(holding.desk, "issuing CA")
    told = asking(recognising, holding.partner, holding.token, ME).headers["www-authenticate"]
    assert "is not recognised any more (issuing CA: " in told
    assert told.isascii()


# What authorities' servers can do, and cannot


def shows(recognising: Recognising, chain: Chain, partner: Partner, *, good: bool) -> None:
    """Check what a hub says of a certificate, at once, on each of several connections."""
    for _ in range(4):
        with recognising.partnership.connection() as client:
            desk = Desk(recognising.hub.base, client, partner)
            began = time.monotonic()
            answer = desk.ask()
            assert time.monotonic() - began < PROMPT
        if good:
            assert answer.status_code == 200, answer.text
        else:
            assert "(revocation)" in refused(answer, 401, "invalid_client")


@pytest.fixture(scope="module")
def besieged(recognising: Recognising) -> tuple[Chain, Partner, Partner, bytes]:
    """A CA, of which a certificate is good, another was revoked, and the hub knows it; and the CRL before that."""
    chain = recognised(recognising, "besieged")
    good, bad = chain.partner(number()), chain.partner(number())
    older = chain.crl(10 * SECOND)
    opened(recognising.hub, good)
    chain.revoke(bad)
    chain.publish()
    desk = Desk(recognising.hub.base, recognising.hub.client, bad)
    assert eventually(lambda: "revoked" in desk.ask().text)
    return chain, good, bad, older


def _other_authoritys(chain: Chain) -> bytes:
    """Return a CRL without entries by another authority of the same name."""
    root = Authority.root(chain.issuing.directory / "other", "root", (("CN", "Mallory"),))
    return root.issue_ca("issuing", (("C", "HK"), ("CN", f"Test CA {chain.name}"))).crl(now(), now() + DAY)


ATTACKS: dict[str, Callable[[Chain, bytes], Answer]] = {
    "nothing": lambda *_: dies,
    "an error": lambda *_: gives(b"no", 500),
    "an empty answer": lambda *_: gives(b""),
    "garbage": lambda *_: gives(b"\x30\x82\x10\x00" * 64),
    "half a CRL": lambda chain, _: gives(chain.crl()[:200]),
    "a CRL and more": lambda chain, older: gives(older + older),
    "a changed CRL": lambda chain, older: gives(older[:-3] + bytes(3)),
    "another authority's CRL": lambda chain, _: gives(_other_authoritys(chain)),
    "an older CRL": lambda _, older: gives(older),
    "a CRL of tomorrow": lambda chain, _: gives(chain.crl(-DAY, 2 * DAY)),
    "a redirection to an older one": lambda chain, _: redirects(chain.publisher.url("/elsewhere")),
    "compressed zeros": lambda *_: gives(zlib.compress(bytes(64_000_000)), **{"content-encoding": "deflate"}),
    "an answer without an end": lambda *_: never_ends,
    "silence": lambda chain, _: chain.publisher.hangs,
    "a byte now and then": lambda chain, _: chain.publisher.trickles,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_server_answers_replaces_what_is_known_or_delays_a_request(
    recognising: Recognising, besieged: tuple[Chain, Partner, Partner, bytes], attack: str
) -> None:
    chain, good, bad, older = besieged
    publisher = chain.publisher
    publisher.answers["/elsewhere"] = gives(older)
    publisher.answers[chain.path] = ATTACKS[attack](chain, older)
    publisher.wait(chain.path)
    time.sleep(0.6)  # for a worker to look
    shows(recognising, chain, good, good=True)
    shows(recognising, chain, bad, good=False)
    assert not publisher.asked["/elsewhere"]
    chain.publish()


@pytest.mark.parametrize("attack", ["silence", "a byte now and then", "an answer without an end"])
def test_a_slow_server_does_not_hold_up_what_others_have_to_say(
    recognising: Recognising, plain: Chain, besieged: tuple[Chain, Partner, Partner, bytes], attack: str
) -> None:
    chain, _, _, older = besieged
    holding = Holding(recognising, plain.partner(number()))
    chain.publisher.answers[chain.path] = ATTACKS[attack](chain, older)
    chain.publisher.wait(chain.path)
    plain.revoke(holding.partner)
    plain.publish()
    dead(holding, time.monotonic())
    chain.publish()


def test_an_older_crl_does_not_come_back_by_a_restart(
    recognising: Recognising, besieged: tuple[Chain, Partner, Partner, bytes]
) -> None:
    """Neither the memory of a hub nor its files forget what was revoked."""
    chain, good, bad, older = besieged
    chain.publish(older)
    chain.publisher.wait(chain.path, 3)
    directory = recognising.partnership.directory
    shutil.copytree(directory / "first.revocation", directory / "restarted.revocation")
    chain.publisher.answers[chain.path] = dies
    with recognising.partnership.hub("restarted", oauth__origin=recognising.hub.base) as hub:
        assert eventually(lambda: _asked(hub, recognising, good) == 200)
        assert _asked(hub, recognising, bad) == 401
    chain.publish()


def _asked(hub: Hub, recognising: Recognising, partner: Partner) -> int:
    """Ask a hub for a token by the address that it shares with another; return the status."""
    base = recognising.hub.base
    for _ in range(2):
        proof = partner.proof("POST", f"{base}/oauth/token", nonce=partner.nonce(base))
        answer = hub.client.post(f"{hub.base}/oauth/token", data=partner.form(base), headers={"dpop": proof})
        if not partner._heard(base, answer):
            break
    return answer.status_code


def test_while_a_server_is_down_its_last_crl_counts_until_the_next_one_is_due(recognising: Recognising) -> None:
    chain = recognised(recognising, "outage")
    partner = chain.partner(number())
    chain.publish(chain.crl(lasts=12 * SECOND))
    due = now() + 12 * SECOND
    chain.publisher.wait(chain.path, 2)
    chain.publisher.answers[chain.path] = dies
    desk = opened(recognising.hub, partner)
    assert eventually(lambda: desk.ask().json().get("expires_in", 600) < 13)
    token = desk.token()
    assert desk.graphql(token).status_code == 200
    while now() <= due:
        time.sleep(0.1)
    assert desk.graphql(token).status_code == 401
    gets_nothing(desk, "revocation")
    chain.publish()
    assert eventually(lambda: desk.ask().status_code == 200)


def test_a_crl_that_is_older_than_the_entry_takes_is_none_though_it_is_not_due(recognising: Recognising) -> None:
    chain = recognising.partnership.chain("aged")
    chain.publish(chain.crl(age=50 * SECOND))
    over = now() + 11 * SECOND
    fresh = {"by": "CRL", "freshness": 60}
    recognising.partnership.recognise("HK", chain.entry("aged", revocation=fresh), by=(chain,))
    desk = opened(recognising.hub, chain.partner(number()))
    assert desk.ask().json()["expires_in"] <= 11
    while now() <= over:
        time.sleep(0.1)
    gets_nothing(desk, "revocation")
    assert "none older than 60 seconds" in desk.ask().text
