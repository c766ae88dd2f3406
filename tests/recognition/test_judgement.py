"""Judgement: a certificate is recognised if every condition holds, and refused by name of the one that does not."""

import datetime
import hashlib
import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.recognition.hostile import (
    element,
    elements,
    flipped,
)
from tests.recognition.world import (
    ANY_POLICY,
    ARC,
    AT,
    CA,
    DAY,
    LEAF,
    NEXT,
    PARTY,
    SECOND,
    TYPE_NAME,
    VALID,
    World,
    crl,
    fingerprint,
    holder,
    key_of,
    listed,
    named,
    recognised,
    refused,
)

from baygate.access.certificate import BadCertificate
from baygate.access.documents.trust_list import PolicyArc, TypeName
from baygate.recognition.certificate import from_der
from baygate.recognition.entry import Condition
from baygate.recognition.judgement import judge
from baygate.sample.authority import Authority, Terms

# Recognised


def test_a_certificate_is_recognised_if_every_condition_holds(world: World) -> None:
    judgement = world.judged()
    assert [each.condition for each in judgement.findings] == list(Condition)[1:]
    assert all(each.holds for each in judgement.findings)
    recognition = recognised(judgement)
    assert recognition.certificate == world.chain.certificate
    assert (recognition.party, recognition.jurisdiction, recognition.assurance) == (PARTY, "HK", 3)
    assert (recognition.entry, judgement.entry) == (world.entries[0], "HK/organisational")
    assert (recognition.list_sequence, recognition.list_digest) == (1, world.taken.digest)
    assert recognition.at == AT


def test_it_tells_what_it_was_believed_by(world: World) -> None:
    recognition, chain = recognised(world.judged()), world.chain
    crls = (*world.known.crls[world.entries[0].issuing], *world.known.crls[world.entries[0].root])
    assert recognition.chain == (chain.leaf.der, chain.issuing.identity.der, chain.root.identity.der)
    assert recognition.crls == crls
    assert recognition.evidence == {
        "chain": [hashlib.sha256(each).hexdigest() for each in recognition.chain],
        "crls": [each.digest for each in crls],
        "responses": [],
    }


def test_the_principal_carries_the_brief_of_it(world: World) -> None:
    recognition = recognised(world.judged())
    brief = recognition.brief
    assert (brief.party, brief.jurisdiction, brief.assurance) == (PARTY, "HK", 3)
    assert (brief.entry, brief.list_sequence) == ("organisational", 1)
    assert (brief.certificate, brief.good_until) == (world.chain.certificate.fingerprint, recognition.good_until)


def test_evidence_of_authorities_that_have_nothing_to_do_with_it_is_none_of_its(world: World) -> None:
    chain = world.chain
    other = chain.root.issue_ca("unrelated", named("unrelated"), terms=CA)
    over = crl(other, AT - 3 * DAY, AT - 2 * DAY)
    judged = replace(world, authorities=(*world.authorities, other.identity.der)).knowing(*chain.crls(), over).judged()
    assert recognised(judged).good_until == NEXT
    assert over not in recognised(judged).crls


# Conditions on the certificate


@pytest.mark.parametrize(
    "extensions",
    [{"basicConstraints": "CA:TRUE"}, {"keyUsage": "nonRepudiation"}, {"extendedKeyUsage": "serverAuth"}],
    ids=str,
)
def test_what_may_not_prove_a_client_is_refused(extensions: dict[str, str | None], world: World) -> None:
    refused(world.judged(world.chain.issue(extensions=extensions)), Condition.USAGE)


def test_an_authority_itself_is_refused(world: World) -> None:
    judged = world.judged(from_der(world.chain.issuing.identity.der))
    assert judged.refusal is not None
    assert judged.refusal.condition is Condition.USAGE


@pytest.mark.parametrize("window", [{"valid_from": AT + SECOND}, {"valid_until": AT}], ids=str)
def test_an_entry_out_of_its_time_recognises_nothing(window: dict[str, datetime.datetime], world: World) -> None:
    refused(world.entry(**window).judged(), Condition.WINDOW, "valid from")


def test_another_type_is_refused(world: World) -> None:
    refused(world.judged(world.chain.issue(holder("Example e-Cert (Personal)"))), Condition.TYPE_NAME, TYPE_NAME)


def test_another_policy_is_refused(world: World) -> None:
    for policies in ((f"{ARC}0.2026.1.1",), (), (ANY_POLICY,)):
        refused(world.judged(world.chain.issue(policies=policies)), Condition.POLICY, ARC)


def test_who_is_no_one_party_is_refused(world: World) -> None:
    refused(world.judged(world.chain.issue(holder(TYPE_NAME, "BRN1", "BRN2"))), Condition.PARTY, "just one")


# Who issued it


def test_a_stranger_is_refused(world: World, tmp_path: Path) -> None:
    stranger = Authority.root(tmp_path, "stranger", named("stranger"), terms=Terms(validity=VALID))
    leaf = from_der(stranger.issue("leaf", holder(), terms=LEAF).der)
    refused(world.judged(leaf), Condition.ISSUER, "which no trust list in force names")


@pytest.mark.parametrize("as_theirs", [False, True], ids=["of the same name", "and the same key identifier"])
def test_an_authority_that_looks_like_the_issuing_one_is_refused(as_theirs: bool, world: World, tmp_path: Path) -> None:
    """It has a root that looks like the listed one, too, and would give its own evidence."""
    issuing = world.chain.issuing.identity
    root = Authority.root(tmp_path, "root", named("root"), terms=Terms(validity=VALID))
    extensions = {"subjectKeyIdentifier": issuing.key_identifier.hex()} if as_theirs else {}
    impostor = root.issue_ca("issuing", named("issuing"), terms=replace(CA, extensions=extensions))
    leaf = from_der(impostor.issue("leaf", holder(), terms=LEAF).der)
    refused(world.judged(leaf), Condition.ISSUER, "whose key has not signed it")


def test_another_authority_of_the_same_list_is_not_the_issuing_one(world: World) -> None:
    """The entry pins which of the root's authorities issues this type."""
    other = world.chain.root.issue_ca("pinned-by-none", named("pinned by none"), terms=CA)
    leaf = from_der(other.issue("leaf", holder(), terms=LEAF).der)
    more = replace(world, authorities=(*world.authorities, other.identity.der))
    more = more.knowing(*world.chain.crls(), crl(other))
    refused(more.judged(leaf), Condition.ISSUER, "which no trust list in force names")
    recognised(replace(more, entries=(world.chain.entry(issuing=fingerprint(other.identity.der)),)).judged(leaf))


def test_another_authority_of_the_same_name_under_the_same_root_is_not_the_issuing_one(world: World) -> None:
    other = world.chain.root.issue_ca("of-the-same-name", named("issuing"), terms=CA)
    leaf = from_der(other.issue("leaf", holder(), terms=LEAF).der)
    more = replace(world, authorities=(*world.authorities, other.identity.der))
    refused(more.judged(leaf), Condition.ISSUER, "whose key has not signed it")


def test_a_certificate_of_the_root_itself_is_refused(world: World) -> None:
    leaf = from_der(world.chain.root.issue("leaf-of-the-root", holder(), terms=LEAF).der)
    refused(world.judged(leaf), Condition.ISSUER)


def test_what_is_issued_below_the_issuing_authority_is_refused(world: World) -> None:
    chain = world.chain
    below = chain.issuing.issue_ca("below", named("below"), terms=CA)
    leaf = from_der(below.issue("leaf", holder(), terms=LEAF).der)
    more = replace(world, authorities=(*world.authorities, below.identity.der)).knowing(*chain.crls(), crl(below))
    refused(more.judged(leaf), Condition.ISSUER)
    pinned = replace(more, entries=(chain.entry(issuing=fingerprint(below.identity.der)),))
    refused(pinned.judged(leaf), Condition.PATH, "path length")


# Lists and entries


@pytest.mark.parametrize(
    "dates", [{"issuedAt": AT + SECOND}, {"nextUpdate": AT}, {"good_until": AT}], ids=["early", "over", "unsigned"]
)
def test_a_list_outside_of_its_dates_recognises_nothing(dates: dict[str, datetime.datetime], world: World) -> None:
    judged = replace(world, listed=dates).judged()
    refused(judged, Condition.ISSUER, "which no trust list in force names")


def test_without_lists_nothing_is_recognised(world: World) -> None:
    refused(judge(world.chain.certificate, [], world.known, AT), Condition.ISSUER)


def test_of_several_entries_the_one_that_recognises_counts(world: World) -> None:
    chain = world.chain
    personal = chain.entry(id="personal", type_name=TypeName(attribute="O", value="personal"))
    server = chain.entry(id="server", policy=PolicyArc(arc="1.2.3"), assurance=4)
    for entries in ((personal, server, chain.entry()), (chain.entry(), server, personal)):
        assert recognised(replace(world, entries=entries).judged()).entry.id == "organisational"


def test_a_certificate_of_two_types_that_the_same_authority_issues_is_refused(world: World) -> None:
    """Each of the types says something else of the holder: how he was identified, and what he may do."""
    chain = world.chain
    both = from_der(chain.issue_files((*holder(), ("O", "personal"), ("OU", "unit"))).der)
    personal = chain.entry(id="personal", type_name=TypeName(attribute="O", value="personal"))
    recognised(world.judged(both))
    refused(replace(world, entries=(chain.entry(), personal)).judged(both), Condition.TYPE_NAME)
    unit = TypeName(attribute="OU", value="personal")
    elsewhere = chain.entry(id="elsewhere", type_name=unit, policy=PolicyArc(arc="1.2.3"))
    recognised(replace(world, entries=(chain.entry(), elsewhere)).judged(both))
    another = personal.model_copy(update={"issuing": fingerprint(chain.root.identity.der)})
    recognised(replace(world, entries=(chain.entry(), another)).judged(both))


def test_of_several_that_refuse_the_one_is_told_that_comes_closest(world: World) -> None:
    chain = world.chain
    far = chain.entry(id="far", type_name=TypeName(attribute="O", value="x"), policy=PolicyArc(arc="1.2.3"))
    near = chain.entry(id="near", policy=PolicyArc(arc="1.2.3"))
    nearest = chain.entry(id="nearest")
    unproven = replace(world, entries=(far, near, nearest)).knowing()
    assert refused(unproven.judged(), Condition.REVOCATION).entry == "HK/nearest"
    assert refused(replace(world, entries=(far, near)).judged(), Condition.POLICY).entry == "HK/near"


def test_entries_of_several_lists_are_looked_at(world: World) -> None:
    chain = world.chain
    elsewhere = listed((chain.entry(policy=PolicyArc(arc="1.2.3")),), chain.authorities, jurisdiction="MO")
    for lists in ([elsewhere, world.taken], [world.taken, elsewhere]):
        judged = judge(chain.certificate, lists, world.known, AT)
        assert (recognised(judged).jurisdiction, judged.entry) == ("HK", "HK/organisational")


def test_the_list_says_whose_number_the_party_has(world: World) -> None:
    elsewhere = listed(world.entries, world.authorities, jurisdiction="CN-GD")
    refused(judge(world.chain.certificate, [elsewhere], world.known, AT), Condition.PARTY)


# Whatever a holder has put into what his authority signed


def test_any_change_that_the_authority_has_signed_is_recognised_or_refused(world: World) -> None:
    """Authorities sign what their customers call themselves."""
    chain, key = world.chain, key_of(world.chain.issuing.identity)
    signed, algorithm, _ = elements(chain.leaf.der)
    begun = time.process_time()
    for each in list(flipped(signed))[::2]:
        signature = element(3, b"\x00", key.sign(each, ec.ECDSA(hashes.SHA256())))
        try:
            certificate = from_der(element(0x30, each, algorithm, signature))
        except BadCertificate:
            continue
        judged = world.judged(certificate)
        assert (judged.recognition is None) is (judged.refusal is not None)
    assert time.process_time() - begun < 15
