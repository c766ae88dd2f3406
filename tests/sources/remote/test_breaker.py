"""The circuit breaker, moment by moment: its time is the test's."""

from baygate.sources.remote.breaker import Breaker, State, Terms

TERMS = Terms(in_a_row=3, share=0.5, least=10, window=10, cool_down=5)


def fail(breaker: Breaker, now: float, times: int = 1) -> list[bool]:
    opened = []
    for _ in range(times):
        ticket = breaker.admit(now)
        assert ticket is not None
        opened.append(breaker.failed(ticket, now))
    return opened


def succeed(breaker: Breaker, now: float) -> bool:
    ticket = breaker.admit(now)
    assert ticket is not None
    return breaker.succeeded(ticket, now)


def opened_at(now: float) -> Breaker:
    breaker = Breaker(TERMS)
    fail(breaker, now, 3)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row_and_says_when() -> None:
    breaker = Breaker(TERMS)
    assert fail(breaker, 0, 3) == [False, False, True]
    assert breaker.admit(0) is None
    assert breaker.status(0).state is State.OPEN


def test_a_success_between_failures_begins_the_row_anew() -> None:
    breaker = Breaker(TERMS)
    for _ in range(3):
        assert not any(fail(breaker, 0, 2))
        succeed(breaker, 0)
    assert breaker.status(0).state is State.CLOSED


def test_it_opens_when_too_large_a_share_of_enough_outcomes_failed() -> None:
    breaker = Breaker(TERMS)
    for _ in range(4):
        succeed(breaker, 0)
        fail(breaker, 1)
    # nine outcomes, five of them failures: too few to judge by
    assert fail(breaker, 2) == [False]
    succeed(breaker, 2)
    # ten, and exactly half: not more than its share
    assert breaker.status(2).state is State.CLOSED
    assert fail(breaker, 2) == [True]


def test_outcomes_that_have_left_the_window_do_not_count() -> None:
    breaker = Breaker(TERMS)
    for moment in range(3):
        fail(breaker, moment, 2)
        succeed(breaker, moment)
    assert (breaker.status(2).outcomes, breaker.status(2).failures) == (9, 6)
    assert (breaker.status(10).outcomes, breaker.status(10).failures) == (6, 4)
    # the tenth of those, which would have been too many
    assert fail(breaker, 12) == [False]
    assert (breaker.status(12).outcomes, breaker.status(12).failures) == (1, 1)


def test_open_it_lets_nothing_pass_until_it_has_cooled_down() -> None:
    breaker = opened_at(100)
    assert breaker.admit(104.9) is None
    assert round(breaker.status(104).remaining, 3) == 1
    assert breaker.admit(105) is not None
    assert breaker.status(105).remaining == 0


def test_half_open_it_lets_one_probe_pass_at_a_time() -> None:
    breaker = opened_at(0)
    assert breaker.admit(5) is not None
    assert breaker.status(5).state is State.HALF_OPEN
    assert breaker.admit(5) is None
    assert breaker.admit(50) is None


def test_a_probe_that_succeeds_closes_it_and_the_past_is_forgotten() -> None:
    breaker = opened_at(0)
    assert succeed(breaker, 5)
    assert breaker.status(5).state is State.CLOSED
    assert fail(breaker, 5, 2) == [False, False]


def test_a_probe_that_fails_opens_it_for_as_long_again() -> None:
    breaker = opened_at(0)
    assert fail(breaker, 5) == [True]
    assert breaker.admit(9.9) is None
    assert breaker.admit(10) is not None


def test_a_probe_without_an_outcome_makes_room_for_another() -> None:
    breaker = opened_at(0)
    ticket = breaker.admit(5)
    assert ticket is not None
    breaker.abandoned(ticket)
    assert breaker.status(5).state is State.HALF_OPEN
    assert breaker.admit(5) is not None
    assert breaker.admit(5) is None


def test_what_was_asked_before_it_opened_neither_closes_it_nor_keeps_it_open_longer() -> None:
    breaker = Breaker(TERMS)
    early = breaker.admit(0)
    assert early is not None
    fail(breaker, 0, 3)
    assert not breaker.succeeded(early, 1)
    assert not breaker.failed(early, 4)
    breaker.abandoned(early)
    assert breaker.status(4).state is State.OPEN
    assert breaker.admit(5) is not None


def test_what_was_asked_before_it_opened_does_not_make_room_beside_a_probe() -> None:
    breaker = Breaker(TERMS)
    early = breaker.admit(0)
    assert early is not None
    fail(breaker, 0, 3)
    assert breaker.admit(5) is not None
    breaker.abandoned(early)
    assert not breaker.succeeded(early, 5)
    assert breaker.admit(5) is None
