"""UBI, CR number and Macau registration."""

import pytest

from baygate.contract.identifiers import IdentifierError, cr_number, macau_registration, ubi


def test_a_ubi_is_eight_digits():
    assert ubi.parse(" 01234567 ") == "01234567"


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "1234567A", "12345678-000"])
def test_a_ubi_of_another_shape_is_refused(text):
    with pytest.raises(IdentifierError, match="UBI"):
        ubi.parse(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("c1234567", "C1234567"), ("F0012345", "F0012345"), ("1", "1"), (" 0012345 ", "0012345")],
)
def test_a_cr_number_is_c_or_f_and_seven_digits_or_plain_digits_as_they_are(text, number):
    assert cr_number.parse(text) == number


@pytest.mark.parametrize("text", ["", "12345678", "C123456", "C12345678", "D1234567", "CC123456"])
def test_a_cr_number_of_another_shape_is_refused(text):
    with pytest.raises(IdentifierError, match="CR number"):
        cr_number.parse(text)


def test_a_macau_registration_is_opaque_and_in_upper_case():
    assert macau_registration.parse(" 12345/so-2.b ") == "12345/SO-2.B"
    assert macau_registration.parse("x" * 32) == "X" * 32


@pytest.mark.parametrize("text", ["", "x" * 33, "12 345", "SO_1", "澳門1"])
def test_a_macau_registration_of_other_characters_or_length_is_refused(text):
    with pytest.raises(IdentifierError, match="Macau registration"):
        macau_registration.parse(text)
