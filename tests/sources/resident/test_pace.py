"""Whether a request does better to wait for others is told by the statements of its fetch before it."""

import pytest

from baygate.sources.resident.pace import PATIENCE, Pace


def paced(*seconds: float, answers: int = 1) -> Pace:
    pace = Pace()
    for each in seconds:
        pace.begin(0)
        pace.end(each, answers)
    return pace


def test_of_a_fetch_that_was_never_answered_nothing_is_known() -> None:
    assert not Pace().quick


@pytest.mark.parametrize(("seconds", "answers", "quick"), [(0.001, 1, True), (0.01, 1, False), (0.01, 16, True)])
def test_a_fetch_is_as_quick_as_it_takes_for_one_answer(seconds: float, answers: int, *, quick: bool) -> None:
    assert paced(seconds, answers=answers).quick is quick


def test_a_fetch_that_becomes_slow_is_quick_no_more_and_one_slow_statement_does_not_make_it_so() -> None:
    assert paced(0.001, 0.004).quick
    assert not paced(0.001, *[0.004] * 5).quick


def test_one_statement_is_under_way_after_the_other() -> None:
    pace = paced(0.001)
    assert pace.has_turn(9)
    pace.begin(9)
    assert not pace.has_turn(9)
    pace.end(0.001)
    assert pace.has_turn(9)


def test_what_was_to_begin_and_does_not_takes_nobodys_turn_and_tells_nothing() -> None:
    pace = paced(0.01)
    pace.begin(9)
    pace.leave()
    assert pace.has_turn(9)
    assert not pace.quick


def test_a_statement_is_waited_for_only_at_its_beginning() -> None:
    pace = paced(0.001)
    pace.begin(9)
    assert not pace.has_turn(9 + PATIENCE / 2)
    assert pace.has_turn(9 + 2 * PATIENCE)
