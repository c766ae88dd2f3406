"""What the sample world takes from tables: divisions, goods, and the lists of goods."""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from baygate.contract.identifiers import code_table, gtin, region
from baygate.intake.copy import Batch
from baygate.intake.records import filings as filings_records
from baygate.intake.records import identity as identity_records
from baygate.intake.records.filings import GoodsListEntry
from baygate.intake.records.identity import Region
from baygate.sample import words
from baygate.sample.agencies import COMMERCE
from baygate.sample.calendar import DAY, NOW, day, moment

POSITIVE_EDITION = "2022"
NEGATIVE_EDITION = "2026-1"
_BUSY = ("4401", "4403", "4403", "4401", "4404", "4419", "4413", "4406", "4420")
_VARIANTS = 12


class Names(NamedTuple):
    """A place in two languages."""

    zh: str
    en: str


class Goods(NamedTuple):
    """A product that is traded in the sample world."""

    hs_code: str
    bar_code: str
    brand: str
    name: str
    specification: str
    unit: str
    cents: int
    grams: int
    manufacturer: str
    country: str


class Prohibited(NamedTuple):
    """Goods on the negative list."""

    hs_code: str
    name: str
    note: str


@cache
def districts() -> tuple[str, ...]:
    """Return the districts and counties of Guangdong, those of the busy cities more than once."""
    below = [code for code in code_table.load("gb2260") if code[:2] == "44" and code[2:] != "0000"]
    divided = {code[:4] for code in below if code[4:] != "00"}
    codes = [code for code in below if code[4:] not in ("00", "01") or code[:4] not in divided]
    return tuple(codes + [code for city in _BUSY for code in codes if code[:4] == city])


@cache
def region_name(code: str) -> Names:
    """Return the Chinese and English names of a division."""
    found = region.lookup(code)
    if found is None:
        raise KeyError(code)
    return Names(found.name_zh, found.name_en or found.name_zh)


@cache
def goods(direction: str) -> tuple[Goods, ...]:
    """Return the catalogue of imports or of exports: every kind of goods in several brands and sizes."""
    rows = [row for row in _table("goods") if row["direction"] == direction]
    countries = ("392", "410", "036", "250", "502", "110", "303") if direction == "IMPORT" else ("142",)
    return tuple(
        _variant(row, place * _VARIANTS + variant, countries)
        for place, row in enumerate(rows)
        for variant in range(_VARIANTS)
    )


@cache
def prohibited() -> tuple[Prohibited, ...]:
    """Return the negative list."""
    return tuple(Prohibited(row["hs_code"], row["name_zh"], row["note"]) for row in _table("negative_list"))


def batches() -> list[Batch]:
    """Return the reference records: divisions and lists of goods."""
    updated = moment(NOW - 300 * DAY)
    regions = [
        Region(code, entry.name_zh, entry.name_en, code[:2] + "0000")
        for code, entry in code_table.load("gb2260").items()
    ]
    positive = [
        GoodsListEntry(
            row["hs_code"], "POSITIVE", POSITIVE_EDITION, row["name_zh"], row["unit"], None, day(1700), None, updated
        )
        for row in _table("goods")
        if row["direction"] == "IMPORT"
    ]
    negative = [
        GoodsListEntry(
            each.hs_code,
            "NEGATIVE",
            edition,
            each.name,
            None,
            each.note,
            day(start),
            None if end is None else day(end),
            updated,
        )
        for edition, start, end in (("2024-1", 1000, 305), (NEGATIVE_EDITION, 304, None))
        for each in prohibited()
    ]
    return [
        Batch(identity_records.REGION, COMMERCE, regions),
        Batch(filings_records.GOODS_LIST_ENTRY, COMMERCE, positive + negative),
    ]


def _variant(row: dict[str, str], number: int, countries: tuple[str, ...]) -> Goods:
    step = number % _VARIANTS
    brand = words.PRODUCT_BRANDS[(number * 7) % len(words.PRODUCT_BRANDS)]
    grams = int(row["least_grams"]) + (int(row["most_grams"]) - int(row["least_grams"])) * step // _VARIANTS
    cents = int(row["least_price"]) + (int(row["most_price"]) - int(row["least_price"])) * step // _VARIANTS
    country = countries[number % len(countries)]
    return Goods(
        hs_code=row["hs_code"],
        bar_code=gtin.complete(f"{'69' if country == '142' else '49'}{int(row['hs_code'][:6]):07d}{number:03d}"[:12]),
        brand=brand,
        name=row["name_zh"],
        specification=f"{row['name_en']}|{brand}|{grams} g",
        unit=row["unit"],
        cents=cents,
        grams=grams,
        manufacturer=f"{brand} Manufacturing",
        country=country,
    )


def _table(name: str) -> list[dict[str, str]]:
    text = (files("baygate.sample") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
