"""USCC, GB 32100-2015."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from baygate.contract.identifiers import IdentifierError, region, uscc

ICBC = "91100000100003962T"
TENCENT = "9144030071526726XG"
VALID = (ICBC, TENCENT, "911000001000013428", "91110000600037341L", "91440300708461136T")

regions = st.builds(
    "{}{:04}".format,
    st.sampled_from(sorted(region.province_codes())),
    st.integers(min_value=0, max_value=9999),
)


def from_alphabet(size: int) -> st.SearchStrategy[str]:
    return st.text(uscc.ALPHABET, min_size=size, max_size=size)


stems = st.builds("{}{}{}".format, from_alphabet(2), regions, from_alphabet(9))
numeric_stems = st.builds("{:02}{}{}".format, st.integers(0, 99), regions, from_alphabet(9))


@pytest.mark.parametrize("code", VALID)
def test_codes_of_known_enterprises_are_accepted(code):
    assert uscc.parse(code) == code
    assert uscc.complete(code[:17]) == code


def test_the_canonical_form_is_stripped_and_in_upper_case():
    assert uscc.parse(f" \t{TENCENT.lower()}\u3000\r\n") == TENCENT


def test_letters_are_allowed_for_authority_and_class():
    code = uscc.complete("NA440300600037341")
    assert uscc.parse(code) == code


def test_a_wrong_check_character_is_refused():
    with pytest.raises(IdentifierError, match=r"check character \(the 18th\) is 'L'; .* call for 'K'"):
        uscc.parse("A1110000600037341L")


@pytest.mark.parametrize("length", [0, 1, 17, 19, 1000])
def test_another_length_is_refused(length):
    with pytest.raises(IdentifierError, match="expected 18 characters, got"):
        uscc.parse((ICBC * 60)[:length])


@pytest.mark.parametrize("letter", "IOSVZiosvz")
def test_the_letters_that_the_standard_leaves_out_are_refused(letter):
    with pytest.raises(IdentifierError, match=rf"character 17 \(organisation code\) is '{letter}'"):
        uscc.parse(ICBC[:16] + letter + ICBC[17])


def test_a_letter_in_the_region_is_refused():
    with pytest.raises(IdentifierError, match=r"character 5 \(region\) is 'A'; expected a digit"):
        uscc.parse(ICBC[:4] + "A" + ICBC[5:])


@pytest.mark.parametrize("province", ["00", "10", "16", "66", "99"])
def test_a_province_that_does_not_exist_is_refused(province):
    unchecked = f"91{province}0100100003962"
    code = stdnum_uscc.validate(unchecked + stdnum_uscc.calc_check_digit(unchecked))
    with pytest.raises(IdentifierError, match=f"province '{province}'"):
        uscc.parse(code)
    with pytest.raises(IdentifierError, match=f"province '{province}'"):
        uscc.complete(unchecked)


def test_the_national_region_is_accepted_though_it_is_no_division():
    assert uscc.region_of(ICBC) == uscc.NATIONAL_REGION
    with pytest.raises(IdentifierError):
        region.parse(uscc.NATIONAL_REGION)


def test_a_withdrawn_division_of_a_province_is_accepted():
    assert uscc.region_of(uscc.complete("91440102600037341")) == "440102"


def test_the_parts_of_a_code():
    assert uscc.region_of(TENCENT) == "440300"
    assert uscc.organisation_code_of(TENCENT.lower()) == "71526726X"


def test_an_organisation_code_whose_own_check_fails_is_only_a_warning():
    assert uscc.warnings(TENCENT) == ()
    odd = uscc.complete("91440300715267260")
    assert len(uscc.warnings(odd)) == 1
    assert "GB 11714" in uscc.warnings(odd)[0]


@pytest.mark.parametrize("read", [uscc.region_of, uscc.organisation_code_of, uscc.warnings])
def test_nothing_is_read_from_an_invalid_code(read):
    with pytest.raises(IdentifierError):
        read("A1110000600037341L")


@given(stems)
def test_a_completed_code_is_accepted(stem):
    assert uscc.parse(uscc.complete(stem)) == uscc.complete(stem)


@given(numeric_stems)
def test_the_check_character_is_the_one_of_python_stdnum(stem):
    assert stdnum_uscc.validate(uscc.complete(stem)) == uscc.complete(stem)


@given(st.one_of(st.sampled_from(VALID), stems.map(uscc.complete)))
@settings(max_examples=20, deadline=None)
def test_a_change_of_any_single_character_is_refused(code):
    for place in range(18):
        for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if other != code[place]:
                with pytest.raises(IdentifierError):
                    uscc.parse(code[:place] + other + code[place + 1 :])


def test_why_no_single_change_can_pass():
    """31 is prime: weight x difference of values is never 0 modulo 31. A proof by all 18 x 30 cases."""
    weights = [pow(3, i, 31) for i in range(17)] + [1]
    assert all(weight * difference % 31 for weight in weights for difference in range(1, 31))


@given(stems.map(uscc.complete))
@settings(max_examples=20, deadline=None)
def test_an_exchange_of_two_characters_is_refused_unless_they_are_the_first_and_the_last(code):
    for one in range(18):
        for two in range(one + 1, 18):
            if code[one] != code[two] and (one, two) != (0, 17):
                swapped = list(code)
                swapped[one], swapped[two] = code[two], code[one]
                with pytest.raises(IdentifierError):
                    uscc.parse("".join(swapped))


@pytest.mark.parametrize("stem", ["", ICBC, ICBC[:16], ICBC[:16] + "I"])
def test_a_stem_of_another_shape_is_not_completed(stem):
    with pytest.raises(IdentifierError, match="without its check character"):
        uscc.complete(stem)
