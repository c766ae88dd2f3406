"""The recogniser: it remembers a judgement for as long as nothing that it rests on has changed, and no longer."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.recognition.world import AT, DAY, NEXT, RESPONDER, REVOKED, SECOND, World, crl, holder, listed

from baygate.recognition import recogniser as module
from baygate.recognition.certificate import Certificate, from_der
from baygate.recognition.judgement import Judgement
from baygate.recognition.recogniser import Recogniser
from baygate.recognition.revocation import Known


@pytest.fixture
def recogniser(world: World) -> Recogniser:
    made = Recogniser()
    made.take_lists([world.taken])
    made.take_known(world.known)
    return made


@pytest.fixture
def good(world: World) -> Certificate:
    return world.chain.certificate


@pytest.fixture
def bad(world: World) -> Certificate:
    return world.chain.issue(holder("another type"))


def test_a_judgement_is_remembered_by_the_certificates_fingerprint(recogniser: Recogniser, good: Certificate) -> None:
    judged = recogniser.judge(good, AT)
    assert judged.recognition is not None
    assert recogniser.remembered(good.fingerprint, AT) is judged
    assert recogniser.remembered("0" * 64, AT) is None


def test_before_it_is_judged_nothing_is_remembered(recogniser: Recogniser, good: Certificate) -> None:
    assert recogniser.remembered(good.fingerprint, AT) is None


def test_a_recognition_is_remembered_until_it_ends(recogniser: Recogniser, good: Certificate) -> None:
    judged = recogniser.judge(good, AT)
    assert recogniser.remembered(good.fingerprint, NEXT - SECOND) is judged
    assert recogniser.remembered(good.fingerprint, NEXT) is None
    assert recogniser.judge(good, NEXT + SECOND).recognition is None


def test_a_refusal_is_remembered_for_seconds(recogniser: Recogniser, bad: Certificate) -> None:
    judged = recogniser.judge(bad, AT)
    assert judged.recognition is None
    assert recogniser.remembered(bad.fingerprint, AT + 4 * SECOND) is judged
    assert recogniser.remembered(bad.fingerprint, AT + 5 * SECOND) is None


def test_a_refusal_of_what_was_revoked_is_remembered_until_there_is_other_evidence(
    recogniser: Recogniser, world: World
) -> None:
    revoked = world.chain.issue_files()
    world.chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    certificate = from_der(revoked.der)
    recogniser.take_known(Known().with_crls(world.chain.crls()))
    judged = recogniser.judge(certificate, AT)
    assert judged.revoked
    assert recogniser.remembered(certificate.fingerprint, AT + 1_000 * DAY) is judged
    recogniser.take_known(Known().with_crls([world.chain.crls()[0]]))
    unproven = recogniser.judge(certificate, AT)
    assert (unproven.revoked, unproven.unproven) == (False, True)
    assert recogniser.remembered(certificate.fingerprint, AT + 5 * SECOND) is None


def test_a_new_judgement_takes_the_place_of_the_one_before(recogniser: Recogniser, bad: Certificate) -> None:
    recogniser.judge(bad, AT)
    again = recogniser.judge(bad, AT + DAY)
    assert recogniser.remembered(bad.fingerprint, AT + DAY) is again


def test_a_refusal_takes_the_place_of_a_recognition_that_has_ended(recogniser: Recogniser, good: Certificate) -> None:
    """Else whoever comes with a certificate whose evidence is over would be judged anew each time."""
    assert recogniser.judge(good, AT).recognition is not None
    later = NEXT + SECOND
    refused = recogniser.judge(good, later)
    assert refused.recognition is None
    assert recogniser.remembered(good.fingerprint, later) is refused


def test_it_judges_by_what_it_was_given_last(recogniser: Recogniser, good: Certificate, world: World) -> None:
    assert recogniser.lists == (world.taken,)
    assert recogniser.known is world.known
    recogniser.take_lists([])
    assert recogniser.judge(good, AT).recognition is None
    recogniser.take_lists([world.taken])
    recogniser.take_known(Known())
    assert recogniser.judge(good, AT).recognition is None


def test_without_lists_it_recognises_nobody(good: Certificate) -> None:
    assert Recogniser().judge(good, AT).recognition is None


def other_lists(recogniser: Recogniser, world: World) -> None:
    recogniser.take_lists([listed(world.entries, world.authorities, digest="sha256:" + "1" * 64)])


def no_lists(recogniser: Recogniser, _: World) -> None:
    recogniser.take_lists([])


def one_list_more(recogniser: Recogniser, world: World) -> None:
    more = listed((), (), digest="sha256:" + "1" * 64, jurisdiction="MO")
    recogniser.take_lists([world.taken, more])


def signers_that_end_sooner(recogniser: Recogniser, world: World) -> None:
    recogniser.take_lists([listed(world.entries, world.authorities, good_until=AT + DAY)])


def other_evidence(recogniser: Recogniser, world: World) -> None:
    recogniser.take_known(world.known.with_crls([crl(world.chain.issuing, AT)]))


CHANGES: list[Callable[[Recogniser, World], None]] = [
    other_lists, no_lists, one_list_more, signers_that_end_sooner, other_evidence,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_it_rests_on_has_changed_and_it_is_forgotten(
    change: Callable[[Recogniser, World], None],
    recogniser: Recogniser,
    good: Certificate,
    bad: Certificate,
    world: World,
) -> None:
    for each in (good, bad):
        recogniser.judge(each, AT)
    change(recogniser, world)
    assert recogniser.remembered(good.fingerprint, AT) is recogniser.remembered(bad.fingerprint, AT) is None


def test_the_same_lists_and_evidence_again_change_nothing(
    recogniser: Recogniser, good: Certificate, world: World
) -> None:
    judged = recogniser.judge(good, AT)
    recogniser.take_lists([world.taken])
    recogniser.take_known(world.known.with_crls([]))
    assert recogniser.remembered(good.fingerprint, AT) is judged


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_while_it_is_judged_is_not_remembered_by(
    change: Callable[[Recogniser, World], None],
    recogniser: Recogniser,
    good: Certificate,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is judged in a thread: the lists, or what is known, may be replaced before it is through."""
    judge = module.judge

    def interrupted(*args: object) -> Judgement:
        judged = judge(*args)  # type: ignore[arg-type]
        change(recogniser, world)
        return judged

    monkeypatch.setattr(module, "judge", interrupted)
    assert recogniser.judge(good, AT).recognition is not None
    assert recogniser.remembered(good.fingerprint, AT) is None
    monkeypatch.undo()
    again = recogniser.judge(good, AT)
    kept = again if again.entry is not None else None
    assert recogniser.remembered(good.fingerprint, AT) is kept


def test_what_no_listed_ca_has_issued_is_not_kept(recogniser: Recogniser, good: Certificate) -> None:
    recogniser.take_lists([])
    assert recogniser.judge(good, AT).entry is None
    assert recogniser.remembered(good.fingerprint, AT) is None


def test_it_keeps_a_bounded_number_of_refusals_which_push_out_no_recognition(
    recogniser: Recogniser, good: Certificate, bad: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEPT_REFUSED", 2)
    recogniser.judge(good, AT)
    others = [replace(bad, der=bytes([number])) for number in range(3)]
    monkeypatch.setattr(module, "judge", lambda *_: Judgement((), entry="HK/one"))
    for each in others:
        recogniser.judge(each, AT)
    assert [recogniser.remembered(each.fingerprint, AT) is not None for each in others] == [False, False, True]
    assert recogniser.remembered(good.fingerprint, AT)


def test_it_takes_the_lists_as_they_are_now(recogniser: Recogniser, world: World) -> None:
    lists = [world.taken]
    recogniser.take_lists(lists)
    lists.clear()
    assert len(recogniser.lists) == 1
    assert RESPONDER in recogniser.lists[0].document.authorities[0].responders
