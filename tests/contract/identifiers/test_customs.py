"""Customs code, declaration number, HS code."""

import pytest

from baygate.contract.identifiers import IdentifierError, customs_code, declaration_number, hs_code

IMPORT = "516620251000012345"
EXPORT = "530120260987654321"


def test_a_customs_code_tells_zone_and_ownership():
    assert customs_code.parse(" 440316a001 ") == "440316A001"
    assert customs_code.zone_of("440316A001").name_en == "Special economic zone"
    assert customs_code.ownership_of("440316A001").name_zh == "私营企业"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("440316001", "expected 10 characters, got 9"),
        ("44A3160001", r"character 3 \(region\) is 'A'"),
        ("9903160001", "province '99'"),
        ("4403860001", r"zone '8' \(character 5\) is none of 1, 2"),
        ("4403100001", r"ownership '0' \(character 6\) is none of 1, 2"),
        ("440316000-", r"character 10 \(serial\) is '-'"),
    ],
)
def test_a_customs_code_is_refused_with_the_part_that_is_wrong(text, why):
    with pytest.raises(IdentifierError, match=why):
        customs_code.parse(text)


def test_the_parts_of_a_declaration_number():
    assert declaration_number.parse(f"{IMPORT}\n") == IMPORT
    assert declaration_number.customs_of(IMPORT) == "5166"
    assert declaration_number.year_of(IMPORT) == 2025
    assert declaration_number.is_import(IMPORT)
    assert not declaration_number.is_import(EXPORT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (IMPORT[:17], "expected 18 characters, got 17"),
        ("516602251000012345", "year '0225'"),
        ("516620252000012345", r"character 9 \(direction\) is '2'; expected 1 \(import\) or 0 \(export\)"),
        ("5166202510000I2345", r"character 14 \(serial\) is 'I'"),
    ],
)
def test_a_declaration_number_is_refused_with_the_part_that_is_wrong(text, why):
    with pytest.raises(IdentifierError, match=why):
        declaration_number.parse(text)


def test_an_hs_code_is_ten_digits():
    assert hs_code.parse(" 8517130000 ") == "8517130000"


@pytest.mark.parametrize("text", ["", "851713", "8517.13.00", "85171300000", "851713000A"])
def test_an_hs_code_of_another_shape_is_refused(text):
    with pytest.raises(IdentifierError, match="HS code"):
        hs_code.parse(text)
