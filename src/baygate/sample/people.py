"""Persons of the sample world. Their numbers are valid and nobody's: the sequence is far above what is issued."""

from functools import cache
from typing import NamedTuple

from baygate.contract.identifiers import hkid, resident_id
from baygate.sample import words
from baygate.sample.calendar import AS_OF
from baygate.sample.chance import Chance
from baygate.sample.reference import districts, region_name

_CROWD = 1_000
_BIRTHDAYS = 48 * 12 * 28
_SPREAD = 1_299_709  # a prime that divides none of the factors, so that no two serials meet


class Person(NamedTuple):
    """A person with a resident ID or an HKID."""

    name: str
    number: str
    masked: str
    telephone: str
    address: str


class Crowd:
    """The buyers: a thousand of them, who come back."""

    def __init__(self, seed: int) -> None:
        chance = Chance(seed, -1)
        self.persons = tuple(resident(chance, -1 - serial) for serial in range(_CROWD))


@cache
def _places() -> tuple[str, ...]:
    return tuple(sorted(set(districts())))


def resident(chance: Chance, serial: int) -> Person:
    """Make up a person of the mainland; no two of them with the same ``serial`` below 190 million."""
    places = _places()
    rest, sequence = divmod(serial * _SPREAD % (len(places) * _BIRTHDAYS * 100), 100)
    place, birthday = divmod(rest, _BIRTHDAYS)
    years, rest = divmod(birthday, 12 * 28)
    month, date = divmod(rest, 28)
    region_code = places[place]
    year = AS_OF.year - 20 - years
    number = resident_id.complete(f"{region_code}{year}{month + 1:02d}{date + 1:02d}{900 + sequence}")
    city, district = region_name(region_code[:4] + "00").zh, region_name(region_code).zh
    street = f"{chance.pick(words.STREETS)}{chance.number(1, 299)}号"
    return Person(
        name=chance.pick(words.SURNAMES) + chance.pick(words.GIVEN_NAMES),
        number=number,
        masked=number[:3] + "*" * 13 + number[-2:],
        telephone=f"1{chance.pick('358')}{chance.number(0, 999_999_999):09d}",
        address=f"广东省{city}{'' if district == city else district}{street}",
    )


def hong_konger(chance: Chance) -> Person:
    """Make up a person of Hong Kong."""
    number = hkid.complete(f"{chance.pick('ABCDEGHKMRVYZ')}{chance.number(0, 999_999):06d}")
    return Person(
        name=chance.pick(words.SURNAMES) + chance.pick(words.GIVEN_NAMES),
        number=number,
        masked=hkid.mask(number),
        telephone=f"+852 {chance.number(50_000_000, 69_999_999)}",
        address=f"{chance.number(1, 199)} {chance.pick(words.HONG_KONG_STREETS)}",
    )
