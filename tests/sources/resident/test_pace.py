"""Whether a request does better to wait for its fetch's next statement is told by the statements before it."""

import pytest

from baygate.sources.resident.pace import GATHERING, Pace


def paced(seconds: float, answers: int = 1) -> Pace:
    pace = Pace()
    pace.end(pace.begin(0), seconds, answers)
    return pace


def test_nobody_waits_while_nothing_is_under_way() -> None:
    assert not paced(0.001).gathers(1)


@pytest.mark.parametrize(("seconds", "answers", "gathers"), [(0.001, 1, True), (0.01, 1, False), (0.01, 16, True)])
def test_what_takes_long_for_one_answer_is_not_gathered(seconds: float, answers: int, *, gathers: bool) -> None:
    pace = paced(seconds, answers)
    pace.begin(1)
    assert pace.gathers(1 + GATHERING / 2) is gathers


def test_of_a_fetch_that_was_never_answered_nothing_is_known() -> None:
    pace = Pace()
    pace.begin(1)
    assert not pace.gathers(1)


def test_a_statement_is_waited_for_only_at_its_beginning() -> None:
    pace = paced(0.001)
    pace.begin(1)
    assert not pace.gathers(1 + 2 * GATHERING)


def test_a_fetch_that_becomes_slow_is_gathered_no_more() -> None:
    pace = paced(0.001)
    for start in range(3):
        pace.end(pace.begin(start), start + 0.01)
    pace.begin(9)
    assert not pace.gathers(9)
