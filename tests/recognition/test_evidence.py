"""Which evidence counts for a certificate under an entry, until when, and what it says."""

import datetime
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from tests.recognition.world import (
    AT,
    DAY,
    HOUR,
    LISTED,
    NEXT,
    RESPONDER,
    SECOND,
    Chain,
    World,
    fingerprint,
    key_of,
    listing,
)

from baygate.access.documents.trust_list import Entry, Proof, RevocationRule
from baygate.recognition.evidence import Held, held, responders
from baygate.recognition.path import Evidence as Given
from baygate.recognition.revocation import Crl, Known, Response, read_crl

FRESHNESS = 2 * DAY
"""How old evidence on the certificate itself may be under the entry."""
HOLD, COMPROMISE = x509.ReasonFlags.certificate_hold, x509.ReasonFlags.key_compromise
REMOVED = x509.ReasonFlags.remove_from_crl


class Evidence:
    """Evidence on the certificate of a chain; the CRLs and responses are no real ones: nothing here reads them."""

    def __init__(self, world: World, by: Proof = Proof.CRL) -> None:
        self.chain = world.chain
        rule = RevocationRule(by=by, freshness=int(FRESHNESS.total_seconds()))
        self.entry: Entry = self.chain.entry(revocation=rule)
        root = world.taken.document.by_fingerprint[self.entry.root]
        self.above = [root]
        self.known = Known().with_crls([self.crl(root=True)])

    def crl(self, root: bool = False, **said: object) -> Crl:
        authority = self.entry.root if root else self.entry.issuing
        made = Crl(b"", authority, b"", 1, None, LISTED, NEXT)
        made = replace(made, **said)  # type: ignore[arg-type]
        return replace(made, der=repr(made).encode())

    def response(self, **said: object) -> Response:
        made = Response(b"", self.chain.certificate.fingerprint, True, LISTED, NEXT)
        made = replace(made, **said)  # type: ignore[arg-type]
        return replace(made, der=repr(made).encode())

    def held(self, *found: Crl | Response, at: datetime.datetime = AT) -> Held:
        known = self.known
        for each in found:
            known = known.with_crls([each]) if isinstance(each, Crl) else known.with_response(each)
        return held(self.entry, self.above, self.chain.certificate, known, at)


@pytest.fixture
def crls(world: World) -> Evidence:
    return Evidence(world)


@pytest.fixture
def answers(world: World) -> Evidence:
    return Evidence(world, Proof.OCSP)


@pytest.fixture
def either(world: World) -> Evidence:
    return Evidence(world, Proof.EITHER)


# Which counts


def test_crls_of_the_issuing_ca_and_of_those_above_it_are_given(crls: Evidence) -> None:
    own, root = crls.crl(), crls.crl(root=True)
    found = crls.held(own, root, crls.response(), replace(own, authority="stranger"))
    assert (found.issuing, found.others, found.responses, found.missing) == ((own,), (root,), (), "")
    assert found.given == Given((root.der,)), "the path validator is spared a list that is looked up"
    partial = replace(own, scope=b"users only")
    assert crls.held(partial, root).given == Given((partial.der, root.der))


@pytest.mark.parametrize(("age", "counts"), [(FRESHNESS, True), (FRESHNESS + SECOND, False)])
def test_a_crl_counts_until_it_is_older_than_the_entry_allows(
    age: datetime.timedelta, counts: bool, crls: Evidence
) -> None:
    found = crls.held(crls.crl(this_update=AT - age))
    assert bool(found.issuing) is counts
    old = (
        "the newest CRL of its issuer is of 2026-11-18 11:59:59 UTC, and the entry takes none older than 172800 seconds"
    )
    assert found.missing == ("" if counts else old)


@pytest.mark.parametrize(("next_update", "counts"), [(AT, True), (AT - SECOND, False)])
def test_a_crl_counts_until_the_next_is_due(next_update: datetime.datetime, counts: bool, crls: Evidence) -> None:
    assert bool(crls.held(crls.crl(next_update=next_update)).issuing) is counts


def test_the_authorities_above_may_publish_more_rarely_than_the_entry_asks(crls: Evidence) -> None:
    rare = crls.crl(root=True, number=2, this_update=LISTED + SECOND, next_update=AT + 100 * DAY)
    later = AT + 90 * DAY
    found = crls.held(rare, crls.crl(this_update=later, next_update=later + DAY), at=later)
    assert found.others == (rare,)
    assert found.missing == ""


@pytest.mark.parametrize("by", Proof)
def test_a_crl_of_the_root_that_is_over_is_missing(by: Proof, world: World) -> None:
    evidence = Evidence(world, by)
    over = evidence.crl(root=True, number=2, this_update=LISTED + SECOND, next_update=AT - SECOND)
    found = evidence.held(over, evidence.crl(), evidence.response())
    assert found.others == ()
    assert found.missing == "there is no CRL of CN=root,O=Example,C=HK that is still good"


def test_each_scope_counts_or_not_by_itself(crls: Evidence) -> None:
    fresh, old = crls.crl(scope=b"users"), crls.crl(scope=b"CAs", this_update=AT - 3 * DAY)
    over = crls.crl(scope=b"others", next_update=AT - SECOND)
    assert crls.held(fresh, old, over).issuing == (fresh,)


def test_a_delta_crl_makes_the_complete_one_fresh(crls: Evidence) -> None:
    base = crls.crl(this_update=AT - 5 * DAY)
    delta = crls.crl(number=2, base=1)
    assert crls.held(base).issuing == ()
    assert crls.held(base, delta).issuing == (base, delta)


def test_a_delta_crl_that_is_over_does_not_leave_the_complete_one_good(crls: Evidence) -> None:
    """There is news since, and whoever keeps it back must not gain by it."""
    base = crls.crl(next_update=AT + 30 * DAY)
    delta = crls.crl(number=2, base=1, next_update=AT - SECOND)
    assert crls.held(base, delta).issuing == ()


def test_responses_count_where_the_entry_takes_them(crls: Evidence, answers: Evidence, either: Evidence) -> None:
    assert crls.held(crls.response()).responses == ()
    for each in (answers, either):
        response = each.response()
        found = each.held(response)
        assert found.responses == (response,)
        assert found.given.ocsps == (response.der,)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"this_update": AT - FRESHNESS}, True),
        ({"this_update": AT - FRESHNESS - SECOND}, False),
        ({"next_update": AT}, True),
        ({"next_update": AT - SECOND}, False),
        ({"this_update": AT}, True),
        ({"this_update": AT + SECOND}, False),
        ({"this_update": AT - 0.5 * HOUR, "next_update": None}, True),
        ({"this_update": AT - 0.5 * HOUR - SECOND, "next_update": None}, False),
        ({"certificate": "another"}, False),
    ],
    ids=repr,
)
def test_a_response_counts_within_its_dates_and_as_fresh_as_the_entry_asks(
    said: dict[str, object], counts: bool, answers: Evidence
) -> None:
    found = answers.held(answers.response(**said))
    assert bool(found.responses) is counts
    assert bool(found.missing) is not counts


def test_what_is_missing_is_said_for_each_proof(crls: Evidence, answers: Evidence, either: Evidence) -> None:
    no_list, no_answer = "there is no CRL of its issuer yet", "there is no answer of a responder yet"
    told = [each.held().missing for each in (crls, answers, either)]
    assert told == [no_list, no_answer, f"{no_list}; {no_answer}"]
    old = answers.held(answers.response(this_update=AT - 3 * DAY))
    assert old.missing.startswith("the newest answer of a responder is of 2026-11-17 12:00:00 UTC, and")


def test_unanswered_is_where_an_answer_is_all_that_is_missing(
    crls: Evidence, answers: Evidence, either: Evidence
) -> None:
    assert [each.held().unanswered for each in (crls, answers, either)] == [False, True, True]
    assert not answers.held(answers.response()).unanswered
    assert answers.held(answers.response(this_update=AT - 3 * DAY)).unanswered
    for each in (answers, either):
        each.known = Known()
        assert not each.held().unanswered


# Until when


def test_crls_end_when_the_first_of_them_is_due(crls: Evidence) -> None:
    assert crls.held(crls.crl(next_update=AT + HOUR)).ends == AT + HOUR
    assert crls.held(crls.crl(next_update=AT + 9 * DAY)).ends == NEXT  # the root's
    shorter = crls.crl(scope=b"users", next_update=AT + 2 * HOUR)
    assert crls.held(crls.crl(next_update=AT + 3 * HOUR), shorter).ends == AT + 2 * HOUR
    root = crls.crl(root=True, number=2, this_update=LISTED + SECOND, next_update=AT + 4 * HOUR)
    assert crls.held(crls.crl(), root).ends == AT + 4 * HOUR


def test_crls_end_when_they_become_too_old_for_the_entry(crls: Evidence) -> None:
    assert crls.held(crls.crl(this_update=AT - FRESHNESS + HOUR)).ends == AT + HOUR


def test_a_delta_crl_ends_with_the_complete_one_or_before_it(crls: Evidence) -> None:
    base, delta = crls.crl(next_update=AT + HOUR), crls.crl(number=2, base=1, next_update=AT + 2 * HOUR)
    assert crls.held(base, delta).ends == AT + HOUR
    base, delta = crls.crl(), crls.crl(number=2, base=1, next_update=AT + HOUR)
    assert crls.held(base, delta).ends == AT + HOUR


def test_a_crl_that_the_entry_does_not_ask_for_ends_nothing(answers: Evidence) -> None:
    assert answers.held(answers.response(), answers.crl(next_update=AT + HOUR)).ends == NEXT


def test_a_response_ends_when_it_says_or_the_entry_or_the_roots_list(answers: Evidence) -> None:
    assert answers.held(answers.response(next_update=AT + 2 * HOUR)).ends == AT + 2 * HOUR
    assert answers.held(answers.response(this_update=AT, next_update=None)).ends == AT + HOUR / 2
    assert answers.held(answers.response(this_update=AT - FRESHNESS + HOUR)).ends == AT + HOUR
    assert answers.held(answers.response(next_update=AT + 9 * DAY)).ends == NEXT  # the root's CRL


def test_of_either_proof_the_one_that_ends_first_counts(either: Evidence) -> None:
    """Which of them the path validator went by is not known."""
    listed, said = either.crl(next_update=AT + HOUR), either.response(next_update=AT + 2 * HOUR)
    assert either.held(listed).ends == AT + HOUR
    assert either.held(listed, said).ends == AT + HOUR
    assert either.held(either.crl(), said).ends == AT + 2 * HOUR


# What it says


def test_it_says_by_what_a_certificate_is_believed_to_be_good(crls: Evidence, either: Evidence) -> None:
    base, delta = crls.crl(number=4), crls.crl(number=5, base=4)
    due = "2026-11-20 11:00:00 UTC, next due 2026-11-21 12:00:00 UTC"
    assert str(crls.held(base, delta)) == f"not revoked, by the CRL 4 of {due}, and the delta CRL 5 of {due}"
    assert str(either.held(either.response())) == "not revoked, by an OCSP response of 2026-11-20 11:00:00 UTC"


def revoked(chain: Chain, *listings: Crl) -> str:
    """What is told of the path of a chain, by CRLs that are real ones."""
    issuing = fingerprint(chain.issuing.identity.der)
    own = tuple(each for each in listings if each.authority == issuing)
    others = tuple(each for each in listings if each.authority != issuing)
    path = chain.leaf.der, chain.issuing.identity.der, chain.root.identity.der
    return Held(chain.entry(), own, others, (), "", False).revoked(path)


def test_what_a_crl_lists_is_revoked_and_what_a_delta_crl_lists_is(chain: Chain) -> None:
    issuing, serial = chain.issuing.identity, chain.certificate.parsed.serial_number
    assert revoked(chain) == ""
    assert revoked(chain, listing(issuing, 1, {serial + 1: COMPROMISE})) == ""
    told = revoked(chain, listing(issuing, 1, {serial: COMPROMISE}))
    assert told == "it was revoked at 2026-11-10 12:00:00 UTC (key compromise)"
    told = revoked(chain, listing(issuing, 1), listing(issuing, 2, {serial: COMPROMISE}, 1))
    assert told == "it was revoked at 2026-11-10 12:00:00 UTC (key compromise)"


def test_an_authority_is_revoked_by_the_list_of_the_one_above(chain: Chain) -> None:
    serial = chain.issuing.identity.x509.serial_number
    told = revoked(chain, listing(chain.root.identity, 1, {serial: COMPROMISE}))
    assert told.startswith("a CA of its path was revoked")
    assert revoked(chain, listing(chain.issuing.identity, 1, {serial: COMPROMISE})) == ""


def test_what_a_delta_crl_takes_off_the_list_is_good_again(chain: Chain) -> None:
    issuing, serial = chain.issuing.identity, chain.certificate.parsed.serial_number
    held_back = listing(issuing, 1, {serial: HOLD})
    assert revoked(chain, held_back)
    assert revoked(chain, held_back, listing(issuing, 2, {serial: REMOVED}, 1)) == ""


def test_a_delta_crl_of_one_scope_says_nothing_of_another(chain: Chain) -> None:
    issuing, serial = chain.issuing.identity, chain.certificate.parsed.serial_number
    users = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    held_back = listing(issuing, 1, {serial: HOLD})
    assert revoked(chain, held_back, listing(issuing, 2, {serial: REMOVED}, 1, users))


def test_what_is_listed_is_revoked_from_whenever_on(chain: Chain) -> None:
    """Nobody would look again when that time has come."""
    entry = x509.RevokedCertificateBuilder(chain.certificate.parsed.serial_number, AT + DAY).build()
    builder = x509.CertificateRevocationListBuilder(chain.issuing.identity.x509.subject, AT, NEXT, [], [entry])
    der = builder.sign(key_of(chain.issuing.identity), hashes.SHA256()).public_bytes(Encoding.DER)
    assert "for a reason that is not told" in revoked(chain, read_crl(der, chain.issuing.identity.der))


# Whom to ask


@pytest.mark.parametrize(
    ("by", "named", "listed", "asked"),
    [
        (Proof.OCSP, RESPONDER, (RESPONDER,), (RESPONDER,)),
        (Proof.EITHER, RESPONDER, ("http://other.example/", RESPONDER), (RESPONDER,)),
        (Proof.CRL, RESPONDER, (RESPONDER,), ()),
        (Proof.OCSP, RESPONDER, (), ()),
        (Proof.OCSP, RESPONDER, (f"{RESPONDER}x", RESPONDER[:-1]), ()),
        (Proof.OCSP, None, (RESPONDER,), ()),
    ],
)
def test_a_responder_is_asked_that_the_certificate_names_and_the_list_too(
    by: Proof, named: str | None, listed: tuple[str, ...], asked: tuple[str, ...], world: World
) -> None:
    evidence, certificate = Evidence(world, by), world.chain.issue(ocsp=named)
    authority = evidence.above[0].model_copy(update={"responders": listed})
    assert responders(evidence.entry, authority, certificate) == asked
