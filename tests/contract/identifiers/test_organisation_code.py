"""Organisation code, GB 11714."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baygate.contract.identifiers import IdentifierError, organisation_code

STANDARD_EXAMPLE = "D2143569X"

stems = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8)


@pytest.mark.parametrize("text", [STANDARD_EXAMPLE, "D2143569-X", " d2143569-x "])
def test_the_printed_hyphen_is_dropped(text):
    assert organisation_code.parse(text) == STANDARD_EXAMPLE


@pytest.mark.parametrize("code", ["71526726X", "100003962", "708461136", STANDARD_EXAMPLE])
def test_known_codes_are_accepted(code):
    assert organisation_code.complete(code[:8]) == code


def test_a_sum_divisible_by_eleven_is_written_0():
    assert organisation_code.complete("00000000") == "000000000"


def test_a_wrong_check_character_is_refused():
    with pytest.raises(IdentifierError, match="is '1'; the first eight call for 'X'"):
        organisation_code.parse("D21435691")


@pytest.mark.parametrize("text", ["D214-3569X", "D2143569--X", "D2143569A", "D2143569", "D2143569XX", "-"])
def test_another_shape_is_refused(text):
    with pytest.raises(IdentifierError):
        organisation_code.parse(text)


@given(stems)
def test_a_completed_code_is_accepted(stem):
    code = organisation_code.complete(stem)
    assert organisation_code.parse(code) == code


@given(stems)
def test_the_check_is_the_formula_of_the_standard(stem):
    total = sum(int(c, 36) * w for c, w in zip(stem, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = 11 - total % 11
    assert organisation_code.complete(stem)[8] == {10: "X", 11: "0"}.get(check, str(check))
