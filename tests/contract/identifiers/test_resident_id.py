"""Resident ID, GB 11643. Every number here is the standard's example or computed."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from baygate.contract.identifiers import IdentifierError, region, resident_id

STANDARD_EXAMPLE = "11010519491231002X"

stems = st.builds(
    "{}{:04}{:%Y%m%d}{:03}".format,
    st.sampled_from(sorted(region.province_codes())),
    st.integers(0, 9999),
    st.dates(min_value=datetime.date(1900, 1, 1)),
    st.integers(0, 999),
)


def test_the_example_of_the_standard_is_accepted():
    assert resident_id.parse(" 11010519491231002x ") == STANDARD_EXAMPLE == ric.validate(STANDARD_EXAMPLE)


@given(stems)
def test_a_completed_number_is_accepted(stem):
    number = resident_id.complete(stem)
    assert resident_id.parse(number) == number


@given(stems)
def test_the_check_is_the_weighted_sum_of_the_standard(stem):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c) * w for c, w in zip(stem, weights, strict=True))
    assert resident_id.complete(stem)[17] == "10X98765432"[total % 11]


@given(stems.map(resident_id.complete), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_change_of_any_single_character_is_refused(number, place, other):
    if other != number[place]:
        with pytest.raises(IdentifierError):
            resident_id.parse(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("day", ["19490229", "19001301", "20230431", "00000101", "20230100"])
def test_an_impossible_date_of_birth_is_refused(day):
    with pytest.raises(IdentifierError, match="date of birth"):
        resident_id.complete(f"110105{day}002")


def test_an_unknown_province_is_refused():
    with pytest.raises(IdentifierError, match="province"):
        resident_id.complete("99010519491231002")


@pytest.mark.parametrize("division", ["810000", "820000", "830000", "710000"])
def test_residence_permits_of_hong_kong_macau_and_taiwan_are_accepted(division):
    resident_id.parse(resident_id.complete(division + "19851231002"))


def test_a_division_younger_than_its_holder_is_accepted_where_stdnum_refuses():
    """Dongguan became 441900 in 1988, and its people born before carry it."""
    number = resident_id.complete("44190019700101123")
    assert resident_id.parse(number) == number
    assert not ric.is_valid(number)


def test_the_mask_keeps_the_first_three_and_last_two_characters():
    assert resident_id.mask(STANDARD_EXAMPLE) == "110*************2X"


@pytest.mark.parametrize("text", ["", "1101", "not an identity number", "110105194912310021"])
def test_what_is_not_verified_is_not_masked(text):
    with pytest.raises(IdentifierError):
        resident_id.mask(text)
