"""HKID. The numbers are the usual specimens or computed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baygate.contract.identifiers import IdentifierError, hkid

stems = st.from_regex(r"[A-Z]{1,2}[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize("text", ["A123456(3)", "A1234563", " a1234563\n", "a123456(3)"])
def test_parentheses_and_case_do_not_matter(text):
    assert hkid.parse(text) == "A123456(3)"


@pytest.mark.parametrize("number", ["A123456(3)", "C668668(9)", "AB987654(3)", "G123456(A)"])
def test_specimens_are_accepted(number):
    assert hkid.parse(number) == number
    assert hkid.complete(number[:-3]) == number


@given(stems)
def test_a_completed_number_is_accepted_and_its_sum_is_divisible_by_eleven(stem):
    number = hkid.complete(stem)
    assert hkid.parse(number) == number
    digits = [36 if c == " " else int(c, 36) for c in stem.rjust(8) + number[-2]]
    assert sum(d * w for d, w in zip(digits, range(9, 0, -1), strict=True)) % 11 == 0


@given(stems)
def test_any_other_check_character_is_refused(stem):
    number = hkid.complete(stem)
    for other in set("0123456789A") - {number[-2]}:
        with pytest.raises(IdentifierError, match="check character"):
            hkid.parse(stem + other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "()",
        "(3)",
        "A123456",
        "A123456(3",
        "A1234563)",
        "ABC123456(3)",
        "A12345(63)",
        "A123456（3）",
        "A123456((3))",
    ],
)
def test_another_shape_is_refused(text):
    with pytest.raises(IdentifierError):
        hkid.parse(text)


def test_a_misfit_is_named_by_its_place():
    with pytest.raises(IdentifierError, match=r"character 4 \(digits\) is not acceptable; expected a digit"):
        hkid.parse("A12X456(3)")


def test_the_mask_keeps_three_characters_and_hides_the_check():
    assert hkid.mask("A1234563") == "A12****(*)"
    assert hkid.mask("AB987654(3)") == "AB9*****(*)"


def test_what_is_not_verified_is_not_masked():
    with pytest.raises(IdentifierError):
        hkid.mask("A123456(4)")
