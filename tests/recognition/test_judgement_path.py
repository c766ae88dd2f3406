"""Judgement of paths: the one that the entry pins, through certificates that are valid then, and no other."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import core
from tests.recognition.hostile import (
    ISSUER,
    SERIAL,
    SUBJECT,
    altered,
    dated,
    part,
    with_extensions,
)
from tests.recognition.world import (
    ANY_POLICY,
    ARC,
    AT,
    CA,
    DAY,
    LEAF,
    POLICY,
    REVOKED,
    SECOND,
    VALID,
    Chain,
    World,
    crl,
    fingerprint,
    holder,
    key_of,
    named,
    recognised,
    refused,
)

from baygate.access.documents.trust_list import PolicyArc
from baygate.recognition.certificate import from_der
from baygate.recognition.entry import Condition
from baygate.recognition.revocation import Known
from baygate.sample.authority import Authority, Terms, Validity


def test_an_expired_certificate_is_refused(world: World) -> None:
    expired = world.chain.issue(validity=Validity(VALID.begins, AT - SECOND))
    refused(world.judged(expired), Condition.PATH, "expired")


def test_a_certificate_that_is_not_valid_yet_is_refused(world: World) -> None:
    early = world.chain.issue(validity=Validity(AT + SECOND, VALID.ends))
    refused(world.judged(early), Condition.PATH, "not valid until")


@pytest.mark.parametrize(
    ("validity", "told"),
    [(Validity(VALID.begins, AT - SECOND), "expired"), (Validity(AT + SECOND, VALID.ends), "not valid until")],
    ids=["expired", "early"],
)
def test_an_issuing_authority_outside_of_its_dates_is_refused(validity: Validity, told: str, world: World) -> None:
    chain = world.chain
    dates = dated(validity)
    issuing = altered(chain.issuing.identity.der, dates, key_of(chain.root.identity))
    entry = chain.entry(issuing=fingerprint(issuing))
    moved = replace(world, entries=(entry,), authorities=(chain.root.identity.der, issuing))
    refused(moved.judged(), Condition.PATH, told)


@pytest.mark.parametrize("validity", [Validity(VALID.begins, AT - SECOND), Validity(AT + SECOND, VALID.ends)])
def test_a_root_outside_of_its_dates_is_refused(validity: Validity, world: World) -> None:
    chain = world.chain
    dates = dated(validity)
    root = altered(chain.root.identity.der, dates, key_of(chain.root.identity))
    moved = replace(world, authorities=(root, chain.issuing.identity.der)).entry(root=fingerprint(root))
    refused(moved.judged(), Condition.PATH, "the root that the entry pins is not valid")


def test_another_root_of_the_list_is_not_the_root(world: World, tmp_path: Path) -> None:
    other = Authority.root(tmp_path, "other", named("other root"), terms=Terms(validity=VALID)).identity.der
    more = replace(world, authorities=(*world.authorities, other)).entry(root=fingerprint(other))
    refused(more.judged(), Condition.PATH)


def test_a_renewed_authoritys_entry_holds_whichever_certificate_of_it_stands_first(world: World) -> None:
    """The key signs alike for both; the path is the pinned one's, and the older one is over."""
    chain = world.chain
    over = dated((VALID.begins, AT - DAY))
    before, root = chain.issuing.identity.der, chain.root.identity
    expired = altered(before, {SERIAL: core.Integer(7).dump(), **over}, key_of(root))
    entry = chain.entry(id="renewed")
    outdated = chain.entry(id="outdated", issuing=fingerprint(expired))
    more = replace(world, authorities=(root.der, expired, before), entries=(outdated, entry))
    judgement = more.judged()
    assert judgement.entry == "HK/renewed"
    assert recognised(judgement).chain[1] == before
    twin = altered(before, {SERIAL: core.Integer(8).dump()}, key_of(root))
    pinned = replace(more, authorities=(root.der, twin, before), entries=(entry,))
    assert recognised(pinned.judged()).chain[1] == before
    refused(replace(more, entries=(outdated,)).judged(), Condition.PATH, "expired")


AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"


def itself(world: World, ends: datetime.datetime) -> tuple[World, bytes]:
    """A world that pins a certificate that the issuing authority gave to itself, and that certificate.

    The authority's own from the root would do as well for a path, and the list has to name it, too.
    """
    chain = world.chain
    another, root = chain.issuing.identity.der, chain.root.identity.der
    parts = {SERIAL: core.Integer(9).dump(), ISSUER: part(another, SUBJECT), **dated((VALID.begins, ends))}
    unidentified = with_extensions(another, without=AUTHORITY_KEY_IDENTIFIER)
    pinned = altered(unidentified, parts, key_of(chain.issuing.identity))
    entry = chain.entry(issuing=fingerprint(pinned))
    moved = replace(world, entries=(entry,), authorities=(root, another, pinned))
    return moved.knowing(*chain.crls(), replace(crl(chain.issuing), authority=fingerprint(pinned))), pinned


def test_of_several_paths_the_one_through_the_pinned_certificate_is_found(world: World) -> None:
    moved, pinned = itself(world, VALID.ends)
    root, another, _ = moved.authorities
    assert recognised(moved.judged()).chain[1:] == (pinned, another, root)


def test_a_path_around_the_pinned_certificate_is_refused(world: World) -> None:
    moved, _ = itself(world, AT - DAY)
    refused(moved.judged(), Condition.PATH, "does not go through the issuing CA that the entry pins")


def longer(chain: Chain, directory: Path) -> tuple[World, Authority]:
    """A world whose issuing authority stands two steps below the root, and the authority between."""
    terms = Terms(validity=VALID, policies=(ANY_POLICY,), extensions={"basicConstraints": "critical,CA:TRUE,pathlen:1"})
    root = Authority.root(directory, "root", named("root of three"), terms=Terms(validity=VALID))
    between = root.issue_ca("between", named("between"), terms=terms)
    issuing = between.issue_ca("issuing", named("issuing below"), terms=CA)
    made = Chain(root, issuing, issuing.issue("leaf", holder(), terms=LEAF))
    authorities = tuple(each.identity.der for each in (root, between, issuing))
    known = Known().with_crls(crl(each) for each in (root, between, issuing))
    return World(made, (made.entry(),), authorities, known), between


def test_a_path_may_go_through_an_authority_between_that_the_list_names(chain: Chain, tmp_path: Path) -> None:
    world, between = longer(chain, tmp_path)
    recognition = recognised(world.judged())
    assert recognition.chain[1:] == tuple(reversed(world.authorities))
    assert len(recognition.crls) == 3
    root, issuing = world.chain.authorities
    refused(replace(world, authorities=(root, issuing)).judged(), Condition.PATH)
    without = world.knowing(*world.chain.crls())
    refused(without.judged(), Condition.REVOCATION, "there is no CRL of CN=between")
    world.chain.root.revoke(between.identity, "CACompromise", REVOKED)
    revoked = world.knowing(*world.chain.crls(), crl(between))
    refused(revoked.judged(), Condition.REVOCATION, "a CA of its path was revoked")


def test_under_a_strict_entry_the_whole_path_asserts_the_policy(world: World) -> None:
    chain = world.chain
    strict = PolicyArc(arc=ARC, strict=True)
    recognised(world.entry(policy=strict).judged())
    for name, policies in (("silent", ()), ("of-another-policy", ("1.2.3",)), ("of-the-arc", (ARC,))):
        issuing = chain.root.issue_ca(name, named(name), terms=replace(CA, policies=policies))
        leaf = from_der(issuing.issue("leaf", holder(), terms=LEAF).der)
        entry = chain.entry(issuing=fingerprint(issuing.identity.der))
        lax = replace(world, entries=(entry,), authorities=(chain.root.identity.der, issuing.identity.der))
        lax = lax.knowing(crl(chain.root), crl(issuing))
        recognised(lax.judged(leaf))
        refused(lax.entry(policy=strict).judged(leaf), Condition.PATH, "polic")
    exact = chain.root.issue_ca("of-the-policy", named("of the policy"), terms=replace(CA, policies=(POLICY,)))
    leaf = from_der(exact.issue("leaf", holder(), terms=LEAF).der)
    entry = chain.entry(issuing=fingerprint(exact.identity.der), policy=strict)
    known = replace(world, entries=(entry,), authorities=(chain.root.identity.der, exact.identity.der))
    recognised(known.knowing(crl(chain.root), crl(exact)).judged(leaf))
