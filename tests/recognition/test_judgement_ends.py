"""Until when a certificate is recognised: the end of what ends first."""

import datetime
from dataclasses import replace

from tests.recognition.hostile import (
    altered,
    dated,
)
from tests.recognition.world import (
    AT,
    DAY,
    HOUR,
    LISTED,
    SECOND,
    VALID,
    World,
    crl,
    fingerprint,
    key_of,
    recognised,
)

from baygate.recognition.revocation import Known
from baygate.sample.authority import Validity


def ends_soon(world: World, **parts: object) -> datetime.datetime:
    return recognised(replace(world, **parts).judged()).good_until  # type: ignore[arg-type]


SOON = AT + HOUR
LATER = AT + 2 * DAY


def test_it_is_good_until_the_certificate_ends(world: World) -> None:
    leaf = world.chain.issue(validity=Validity(VALID.begins, SOON))
    assert recognised(world.judged(leaf)).good_until == SOON


def test_it_is_good_until_the_issuing_authority_ends(world: World) -> None:
    chain = world.chain
    dates = dated((VALID.begins, SOON))
    issuing = altered(chain.issuing.identity.der, dates, key_of(chain.root.identity))
    entry = chain.entry(issuing=fingerprint(issuing))
    known = Known().with_crls([crl(chain.root), replace(crl(chain.issuing), authority=fingerprint(issuing))])
    assert ends_soon(world, entries=(entry,), authorities=(chain.root.identity.der, issuing), known=known) == SOON


def test_it_is_good_until_the_root_ends(world: World) -> None:
    chain = world.chain
    dates = dated((VALID.begins, SOON))
    root = altered(chain.root.identity.der, dates, key_of(chain.root.identity))
    known = Known().with_crls([replace(crl(chain.root), authority=fingerprint(root)), crl(chain.issuing)])
    moved = replace(world, authorities=(root, chain.issuing.identity.der)).entry(root=fingerprint(root))
    assert ends_soon(moved, known=known) == SOON


def test_it_is_good_until_the_entry_ends(world: World) -> None:
    assert ends_soon(world.entry(valid_until=SOON)) == SOON


def test_it_is_good_until_the_list_is_due(world: World) -> None:
    assert ends_soon(world, listed={"nextUpdate": SOON}) == SOON
    assert ends_soon(world.entry(valid_until=LATER), listed={"nextUpdate": SOON}) == SOON


def test_it_is_good_until_the_lists_signers_end(world: World) -> None:
    assert ends_soon(world, listed={"good_until": SOON}) == SOON


def test_it_is_good_until_a_crl_is_due(world: World) -> None:
    root, issuing = world.chain.root, world.chain.issuing
    assert ends_soon(world.knowing(crl(root), crl(issuing, LISTED, SOON))) == SOON
    assert ends_soon(world.knowing(crl(root, LISTED, SOON), crl(issuing))) == SOON


def test_it_is_good_until_a_crl_is_too_old_for_the_entry(world: World) -> None:
    root, issuing = world.chain.root, world.chain.issuing
    assert ends_soon(world.knowing(crl(root, LISTED, LATER), crl(issuing, SOON - 2 * DAY, LATER))) == SOON


def test_it_is_good_until_the_answer_is_due_or_too_old(asking: World) -> None:
    assert ends_soon(asking.said(next_update=SOON)) == SOON
    assert ends_soon(asking.said(this_update=SOON - 2 * DAY, next_update=LATER)) == SOON


def test_it_is_good_until_then_and_not_after(world: World) -> None:
    """Judged when it ends it is still recognised, a second later no more: for each part that ends."""
    root, issuing = world.chain.root, world.chain.issuing
    leaf = world.chain.issue(validity=Validity(VALID.begins, SOON))
    ending = [
        (world, leaf),
        (world.knowing(crl(root), crl(issuing, LISTED, SOON)), None),
        (world.knowing(crl(root, LISTED, SOON), crl(issuing)), None),
        (world.knowing(crl(root, LISTED, LATER), crl(issuing, SOON - 2 * DAY, LATER)), None),
    ]
    for each, certificate in ending:
        assert recognised(replace(each, at=SOON).judged(certificate)).good_until == SOON
        assert replace(each, at=SOON + SECOND).judged(certificate).recognition is None
