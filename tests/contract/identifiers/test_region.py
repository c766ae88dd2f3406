"""Regions, GB/T 2260."""

import pytest

from baygate.contract.identifiers import IdentifierError, region


def test_a_code_of_guangdong_has_a_name_and_a_province():
    nanshan = region.lookup(" 440305 ")
    assert nanshan is not None
    assert (nanshan.code, nanshan.name_zh, nanshan.province_code) == ("440305", "南山区", "44")
    assert region.province_of("440305").name_zh == "广东省"


def test_the_cities_of_guangdong_have_english_names():
    cities = [code for code in (f"44{n:02}00" for n in range(1, 100)) if _known(code)]
    assert len(cities) == 21
    assert all(found.name_en for city in cities if (found := region.lookup(city)))
    assert [region.lookup(code).name_en for code in ("440100", "440300", "445300")] == [
        "Guangzhou",
        "Shenzhen",
        "Yunfu",
    ]


@pytest.mark.parametrize(
    ("code", "zh", "en"), [("810000", "香港特别行政区", "Hong Kong"), ("820000", "澳门特别行政区", "Macau")]
)
def test_hong_kong_and_macau_are_regions(code, zh, en):
    found = region.lookup(code)
    assert (found.name_zh, found.name_en) == (zh, en)


def test_the_seat_under_which_a_city_registers_enterprises_is_a_region():
    assert region.name_zh("440101") == region.name_zh("440301") == "市辖区"


def test_of_another_province_only_the_province_is_verified():
    assert region.parse("119999") == "119999"
    assert region.lookup("110101") is None
    assert region.name_zh("110101") is None
    assert region.province_of("110101").name_en == "Beijing"


def test_an_unknown_division_of_guangdong_is_refused():
    with pytest.raises(IdentifierError, match="'440399' is not a division of Guangdong"):
        region.parse("440399")


@pytest.mark.parametrize("text", ["000000", "100000", "990000"])
def test_an_unknown_province_is_refused(text):
    with pytest.raises(IdentifierError, match="province"):
        region.parse(text)


@pytest.mark.parametrize("text", ["", "4403", "44030５", "44030A", "4403050"])
def test_another_shape_is_refused(text):
    with pytest.raises(IdentifierError):
        region.lookup(text)


def test_every_city_and_district_of_guangdong_is_carried():
    codes = [code for code in map("44{:04}".format, range(10_000)) if _known(code)]
    cities = [code for code in codes if code.endswith("00") and code != "440000"]
    seats = [code for code in codes if code.endswith("01")]
    assert len(cities) == 21
    # Dongguan and Zhongshan have no districts, and no seat; their areas in the table are the cities.
    assert {city[:4] for city in cities} - {seat[:4] for seat in seats} == {"4419", "4420"}
    assert len(codes) - len(cities) - len(seats) - 1 == 122


def _known(code: str) -> bool:
    try:
        return region.lookup(code) is not None
    except IdentifierError:
        return False
