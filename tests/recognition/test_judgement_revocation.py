"""Judgement by what is known of revocations: CRLs, deltas and responders, what each shows, and until when."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from tests.recognition.world import (
    AT,
    BAD,
    DAY,
    GOOD,
    HOUR,
    LISTED,
    NEXT,
    RESPONDER,
    REVOKED,
    SECOND,
    UNKNOWN,
    VALID,
    Chain,
    World,
    answer,
    crl,
    listing,
    named,
    recognised,
    refused,
    response,
)

from baygate.access.documents.trust_list import Proof
from baygate.recognition.certificate import from_der
from baygate.recognition.entry import Condition
from baygate.recognition.revocation import BadRevocationData, Crl, Response, read_crl
from baygate.sample.authority import Authority, Issued, Terms, Validity

# Revocation by CRLs


def test_a_revoked_certificate_is_refused(world: World) -> None:
    chain, revoked = world.chain, world.chain.issue_files()
    recognised(world.judged(from_der(revoked.der)))
    chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    told = "it was revoked at 2026-11-10 12:00:00 UTC (key compromise)"
    refused(world.knowing(*chain.crls()).judged(from_der(revoked.der)), Condition.REVOCATION, told)


def test_an_issuing_authority_that_its_root_has_revoked_is_refused(world: World, tmp_path: Path) -> None:
    own = Chain.made(tmp_path)
    own.root.revoke(own.issuing.identity, "CACompromise", REVOKED)
    refused(World.of(own).judged(), Condition.REVOCATION, "a CA of its path was revoked")


def test_without_the_crl_of_each_authority_it_is_refused(world: World) -> None:
    root, issuing = world.chain.crls()
    refused(world.knowing().judged(), Condition.REVOCATION, "there is no CRL of CN=root")
    refused(world.knowing(issuing).judged(), Condition.REVOCATION, "there is no CRL of CN=root")
    refused(world.knowing(root).judged(), Condition.REVOCATION, "there is no CRL of its issuer yet")
    recognised(world.knowing(root, issuing).judged())


def test_a_crl_that_is_due_or_too_old_for_the_entry_shows_nothing(world: World) -> None:
    root, issuing = world.chain.root, world.chain.issuing
    due, old = (AT - DAY, AT - SECOND), (AT - 3 * DAY, AT + DAY)
    for stale in (crl(issuing, *due), crl(issuing, *old)):
        refused(world.knowing(crl(root), stale).judged(), Condition.REVOCATION, "the newest CRL of its issuer is of")
    refused(world.knowing(crl(root, *due), crl(issuing)).judged(), Condition.REVOCATION, "no CRL of CN=root")
    recognised(world.knowing(crl(root, *old), crl(issuing)).judged())


def test_a_crl_of_tomorrow_shows_nothing_today(world: World) -> None:
    root, issuing = world.chain.root, world.chain.issuing
    tomorrow = AT + SECOND, AT + 2 * DAY
    refused(world.knowing(crl(root), crl(issuing, *tomorrow)).judged(), Condition.REVOCATION)
    refused(world.knowing(crl(root, *tomorrow), crl(issuing)).judged(), Condition.REVOCATION)


def test_a_crl_of_another_authority_of_the_same_name_shows_nothing(world: World, tmp_path: Path) -> None:
    extensions = {"subjectKeyIdentifier": world.chain.issuing.identity.key_identifier.hex()}
    terms = Terms(validity=VALID, extensions=extensions)
    impostor = crl(Authority.root(tmp_path, "impostor", named("issuing"), terms=terms))
    refused(world.knowing(crl(world.chain.root), impostor).judged(), Condition.REVOCATION)
    with pytest.raises(BadRevocationData, match="has not signed"):
        read_crl(impostor.der, world.chain.issuing.identity.der)


def test_a_crl_of_other_certificates_shows_nothing(world: World) -> None:
    issuing = world.chain.issuing.identity
    authorities_only = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
    partial = listing(issuing, 1, {}, None, authorities_only)
    refused(world.knowing(crl(world.chain.root), partial).judged(), Condition.REVOCATION)
    users_only = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    recognised(world.knowing(crl(world.chain.root), listing(issuing, 1, {}, None, users_only)).judged())


def test_a_delta_crl_revokes_from_the_moment_that_it_is_known(world: World) -> None:
    """Whether the complete one says that there are deltas (RFC 5280, section 5.2.6), or the trust list alone does."""
    chain, issuing = world.chain, world.chain.issuing.identity
    name = x509.UniformResourceIdentifier("http://crl.example/delta.crl")
    freshest = x509.FreshestCRL([x509.DistributionPoint([name], None, None, None)])
    revoked = {chain.certificate.parsed.serial_number: x509.ReasonFlags.key_compromise}
    for base in (listing(issuing, 5), listing(issuing, 5, {}, None, freshest)):
        said_nothing = world.knowing(crl(chain.root), base, delta_of(issuing, {}))
        recognised(said_nothing.judged())
        told = world.knowing(crl(chain.root), base, delta_of(issuing, revoked))
        refused(told.judged(), Condition.REVOCATION, "it was revoked at 2026-11-10")
        recognised(told.judged(chain.issue()))


def delta_of(issuing: Issued, entries: dict[int, x509.ReasonFlags]) -> Crl:
    return listing(issuing, 6, entries, 5)


def test_a_delta_crl_keeps_a_complete_one_fresh(world: World) -> None:
    issuing = world.chain.issuing.identity
    old = listing(issuing, 5, this_update=AT - 3 * DAY)
    refused(world.knowing(crl(world.chain.root), old).judged(), Condition.REVOCATION)
    recognised(world.knowing(crl(world.chain.root), old, listing(issuing, 6, {}, 5)).judged())


def test_a_delta_crl_alone_shows_nothing(world: World) -> None:
    delta = listing(world.chain.issuing.identity, 6, {}, 5)
    refused(world.knowing(crl(world.chain.root), delta).judged(), Condition.REVOCATION)


def test_what_lacks_nothing_but_evidence_is_unproven_and_what_is_revoked_is_not(world: World) -> None:
    revoked = listing(
        world.chain.issuing.identity, 1, {world.chain.certificate.parsed.serial_number: x509.ReasonFlags.unspecified}
    )
    assert world.knowing().judged().unproven
    assert not world.judged().unproven
    assert not world.knowing(crl(world.chain.root), revoked).judged().unproven
    assert not world.entry(valid_until=AT).knowing().judged().unproven


# Revocation by responders


def test_a_responders_word_is_enough_where_the_entry_asks_for_it(asking: World) -> None:
    recognition = recognised(asking.said().judged())
    assert [each.this_update for each in recognition.responses] == [LISTED]
    assert recognition.evidence["responses"] == [each.digest for each in recognition.responses]


def test_it_is_not_where_the_entry_asks_for_a_crl(world: World) -> None:
    listed_root = world.knowing(crl(world.chain.root))
    refused(listed_root.said().judged(), Condition.REVOCATION, "there is no CRL of its issuer")
    assert recognised(world.said().judged()).responses == ()


def test_a_certificate_that_a_responder_calls_revoked_or_does_not_know_is_refused(asking: World) -> None:
    refused(asking.said(BAD).judged(), Condition.REVOCATION, "it was revoked at 2026-11-10 12:00:00 UTC")
    refused(asking.said(UNKNOWN).judged(), Condition.REVOCATION)


def test_the_newest_answer_goes_before_the_one_before(asking: World) -> None:
    earlier = {"this_update": LISTED - HOUR}
    refused(asking.said(GOOD, **earlier).said(BAD).judged(), Condition.REVOCATION, "revoked")
    recognised(asking.said(BAD, **earlier).said(GOOD).judged())
    refused(asking.said(GOOD, **earlier).said(UNKNOWN).judged(), Condition.REVOCATION)


@pytest.mark.parametrize(
    "moments",
    [
        {"this_update": AT - 3 * DAY},
        {"next_update": AT - SECOND},
        {"this_update": AT + SECOND},
        {"this_update": AT - HOUR, "next_update": None},
    ],
    ids=["older than the entry allows", "over", "of the future", "old, and not saying until when it holds"],
)
def test_an_answer_that_is_not_of_now_shows_nothing(moments: dict[str, object], asking: World) -> None:
    judged = refused(asking.said(GOOD, **moments).judged(), Condition.REVOCATION, "the newest answer of a responder")
    assert judged.unanswered


def test_an_answer_about_another_certificate_shows_nothing(asking: World) -> None:
    chain, other = asking.chain, asking.chain.issue()
    judged = asking.said(certificate=other).judged()
    refused(judged, Condition.REVOCATION, "there is no answer of a responder yet")
    filed_wrongly = replace(response(chain.issuing.identity, other), certificate=chain.certificate.fingerprint)
    refused(asking.answered(filed_wrongly).judged(), Condition.REVOCATION)


def test_an_answer_that_nobody_with_a_say_has_signed_shows_nothing(asking: World, tmp_path: Path) -> None:
    """It is refused when it is read, and would be here, too."""
    chain = asking.chain
    stranger = Authority.root(tmp_path, "stranger", named("issuing"), terms=Terms(validity=VALID))
    responders = (
        stranger.identity,
        stranger.ocsp_responder("responder", named("responder"), Terms(validity=VALID)),
        chain.issue_files(),
        chain.root.ocsp_responder("not-of-the-issuing-one", named("responder"), Terms(validity=VALID)),
    )
    for responder in responders:
        der = answer(chain.issuing.identity, chain.certificate, responder=responder)
        forged = Response(der, chain.certificate.fingerprint, True, LISTED, NEXT)
        refused(asking.answered(forged).judged(), Condition.REVOCATION)


def test_whom_the_issuer_gave_a_certificate_for_answering_may_answer(asking: World) -> None:
    issuing = asking.chain.issuing
    responder = issuing.ocsp_responder("may-answer", named("may answer"), Terms(validity=VALID))
    recognised(asking.said(responder=responder).judged())
    over = issuing.ocsp_responder("over", named("over"), Terms(validity=Validity(VALID.begins, AT - SECOND)))
    refused(asking.said(responder=over).judged(), Condition.REVOCATION)


def test_a_responder_that_is_not_exempt_from_revocation_must_not_be_revoked(world: World) -> None:
    """Its certificate is checked like the holder's: here, by the CRL."""
    chain, either = world.chain, world.by(Proof.EITHER)
    terms = Terms(validity=VALID, extensions={"noCheck": None})
    responder = chain.issuing.ocsp_responder("checked", named("checked"), terms)
    certificate = chain.issue()
    good = response(chain.issuing.identity, certificate, BAD, responder=responder)
    refused(either.knowing(*chain.crls()).answered(good).judged(certificate), Condition.REVOCATION, "revoked")
    chain.issuing.revoke(responder, "keyCompromise", REVOKED)
    recognised(either.knowing(*chain.crls()).answered(good).judged(certificate))


def test_a_certificate_that_names_no_responder_is_refused_where_only_one_can_tell(asking: World) -> None:
    silent = asking.chain.issue(ocsp=None)
    judged = asking.said(certificate=silent).judged(silent)
    refused(judged, Condition.REVOCATION)
    assert (judged.responders, judged.unanswered) == ((), False)


def test_either_proof_is_enough_and_either_refuses(world: World) -> None:
    chain, either = world.chain, world.by(Proof.EITHER)
    revoked = chain.issue_files()
    certificate = from_der(revoked.der)
    good, bad, unknown = (response(chain.issuing.identity, certificate, each) for each in (GOOD, BAD, UNKNOWN))
    before = either.knowing(*chain.crls())
    chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    after, without = either.knowing(*chain.crls()), either.knowing(crl(chain.root))
    recognised(before.judged(certificate))
    recognised(without.answered(good).judged(certificate))
    recognised(before.answered(good).judged(certificate))
    recognised(before.answered(unknown).judged(certificate))
    refused(without.judged(certificate), Condition.REVOCATION, "; there is no answer of a responder yet")
    refused(without.answered(unknown).judged(certificate), Condition.REVOCATION)
    refused(before.answered(bad).judged(certificate), Condition.REVOCATION, "revoked")
    refused(after.answered(good).judged(certificate), Condition.REVOCATION, "revoked")
    refused(after.judged(certificate), Condition.REVOCATION, "revoked")


def test_a_crl_revokes_what_a_responder_calls_good(asking: World) -> None:
    issuing, certificate = asking.chain.issuing.identity, asking.chain.certificate
    listed_there = listing(issuing, 9, {certificate.parsed.serial_number: x509.ReasonFlags.key_compromise})
    knowing = asking.knowing(crl(asking.chain.root), listed_there, responses=(response(issuing, certificate),))
    refused(knowing.judged(), Condition.REVOCATION, "it was revoked at")


@pytest.mark.parametrize("by", [Proof.OCSP, Proof.EITHER])
def test_a_certificate_waits_for_an_answer_only_if_somebody_is_asked(by: Proof, world: World) -> None:
    listed_root = world.by(by).knowing(crl(world.chain.root))
    judged = refused(listed_root.judged(), Condition.REVOCATION)
    assert (judged.unanswered, judged.unproven, judged.responders) == (True, True, (RESPONDER,))
    assert judged.issuing == world.chain.issuing.identity.der
    names_none = listed_root.judged(world.chain.issue(ocsp=None))
    names_another = listed_root.judged(world.chain.issue(ocsp="http://elsewhere.example/"))
    list_has_none = replace(listed_root, listed={"responders": ()}).judged()
    for each in (names_none, names_another, list_has_none):
        refused(each, Condition.REVOCATION)
        assert (each.unanswered, each.unproven, each.responders) == (False, True, ())


def test_it_does_not_wait_for_an_answer_if_that_would_not_help(world: World) -> None:
    asked = world.by(Proof.OCSP)
    assert not asked.knowing().judged().unanswered
    assert not asked.knowing(crl(world.chain.root)).said(UNKNOWN).judged().unanswered
    assert not asked.knowing(crl(world.chain.root)).said(BAD).judged().unanswered
    assert not world.knowing(crl(world.chain.root)).judged().unanswered
    assert not asked.entry(valid_until=AT).judged().unanswered


def test_who_is_recognised_is_asked_about_again(asking: World, world: World) -> None:
    judged = asking.said().judged()
    assert (judged.responders, judged.issuing) == ((RESPONDER,), world.chain.issuing.identity.der)
    assert world.judged().responders == ()
