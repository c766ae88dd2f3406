"""GTIN and LEI: the world's identifiers, checked against python-stdnum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean
from stdnum import lei as stdnum_lei

from baygate.contract.identifiers import IdentifierError, gtin, lei

gtin_stems = st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))
lei_stems = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18)


@pytest.mark.parametrize("number", ["73513537", "036000291452", "9780471117094", "98412345678908"])
def test_each_length_of_gtin_is_accepted_as_it_is(number):
    assert gtin.parse(f" {number} ") == number
    assert gtin.complete(number[:-1]) == number


@given(gtin_stems)
def test_a_completed_gtin_is_accepted_also_by_stdnum(stem):
    number = gtin.complete(stem)
    assert gtin.parse(number) == number == ean.validate(number)


@given(gtin_stems, st.data())
def test_a_change_of_any_single_digit_of_a_gtin_is_refused(stem, data):
    number = gtin.complete(stem)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda c: c != number[place]))
    with pytest.raises(IdentifierError, match="call for"):
        gtin.parse(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "978-0471117094", "９７８0471117094", "0" * 15])
def test_another_shape_of_gtin_is_refused_also_where_stdnum_tidies_it(text):
    with pytest.raises(IdentifierError, match="GTIN"):
        gtin.parse(text)


def test_a_gtin_stem_of_another_length_is_not_completed():
    with pytest.raises(IdentifierError, match="expected 7, 11, 12 or 13 digits, got 8"):
        gtin.complete("12345678")


def test_an_lei_is_in_upper_case():
    assert lei.parse(" 213800kud8lajwsq9d15 ") == "213800KUD8LAJWSQ9D15"


@given(lei_stems)
def test_a_completed_lei_is_accepted_also_by_stdnum(stem):
    code = lei.complete(stem)
    assert lei.parse(code) == code == stdnum_lei.validate(code)


def test_wrong_check_digits_of_an_lei_are_refused():
    with pytest.raises(IdentifierError, match="are '16'; the first 18 call for '15'"):
        lei.parse("213800KUD8LAJWSQ9D16")


@pytest.mark.parametrize(("computed", "alias"), [("97", "00"), ("98", "01"), ("02", "99")])
def test_an_lei_has_one_spelling_where_stdnum_accepts_two(computed, alias):
    stem = next(stem for n in range(1000) if lei.complete(stem := f"213800{n:012}").endswith(computed))
    assert stdnum_lei.is_valid(stem + alias)
    with pytest.raises(IdentifierError, match=f"call for '{computed}'"):
        lei.parse(stem + alias)


@pytest.mark.parametrize("text", ["", "213800KUD8LAJWSQ9D1", "213800KUD8LAJWSQ9-15", "213800KUD8LAJWSQ9D1A"])
def test_another_shape_of_lei_is_refused(text):
    with pytest.raises(IdentifierError, match="LEI"):
        lei.parse(text)
