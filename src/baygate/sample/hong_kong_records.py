"""What the register of Hong Kong holds in its own house: the sample world's companies, and what it does not publish.

A record follows from its number alone, so there is no database: the numbers, days, offices and persons are those that
the hub has, in a world of any size, and the rest is chance that repeats itself.
"""

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from baygate.intake.records import identity as published
from baygate.sample import identity
from baygate.sample.agencies import HONG_KONG_REGISTRY
from baygate.sample.calendar import AS_OF, day, money
from baygate.sample.cases import CASES
from baygate.sample.chance import Chance
from baygate.sample.profile import Profile
from baygate.sample.serial import serial
from baygate.sample.world import SEED, Rows, World
from baygate.storage.keys import USES, Keys

_WORLD = World(Keys(dict.fromkeys(USES, bytes(32))))  # nothing of Hong Kong is hashed with them
_UBI_LENGTH, _FIRST_UBI = 8, 30_000_000
_MOST = 10_000_000
_CENT = Decimal("0.01")
_GRACE = 42
"""Days after the anniversary of its incorporation for a private company's return (Companies Ordinance, s. 662)."""
_DISTRICTS = {
    "Nathan Road": "Yau Tsim Mong",
    "Des Voeux Road Central": "Central and Western",
    "Kwun Tong Road": "Kwun Tong",
    "Castle Peak Road": "Kwai Tsing",
    "Gloucester Road": "Wan Chai",
    "King's Road": "Eastern",
}


class Office(NamedTuple):
    """A registered office."""

    lines: list[str]
    district: str


class Charge(NamedTuple):
    """A charge on a company's property."""

    charge_no: str
    amount: Decimal
    currency: str
    created_on: datetime.date
    satisfied: bool


class Director(NamedTuple):
    """A director of a company."""

    name: str
    appointed_on: datetime.date


class Returns(NamedTuple):
    """Where a company stands with its annual returns."""

    last_filed_year: int
    overdue: bool


class Record(NamedTuple):
    """An entry of the register."""

    cr_number: str
    incorporated_on: datetime.date
    office: Office
    charges: list[Charge]
    directors: list[Director]
    returns: Returns


def find(number: str) -> Record | None:
    """Return the company with this CR number or UBI, in canonical form."""
    profile = next((each for each in _candidates(number) if number in {each.cr_number, each.number}), None)
    return None if profile is None else _record(profile)


def _candidates(number: str) -> list[Profile]:
    """Return those of the world's companies that could have this number."""
    index = int(number.lstrip("CF")) - (_FIRST_UBI if number.isdigit() and len(number) == _UBI_LENGTH else 0)
    common = [_WORLD.profile(index)] if len(CASES) <= index < _MOST else []
    return [each for each in (*CASES, *common) if each.kind == "HONG_KONG"]


def _record(profile: Profile) -> Record:
    rows: Rows = defaultdict(list)
    identity.publish(profile, Chance(SEED, 2 * profile.index + 1), _WORLD.keys, rows)
    company = published.HongKongCompany(*rows[published.HONG_KONG_COMPANY, HONG_KONG_REGISTRY][0])
    persons = [published.PersonInCharge(*each) for each in rows[published.PERSON_IN_CHARGE, HONG_KONG_REGISTRY]]
    chance = Chance(SEED, -2 - profile.index)
    return Record(
        cr_number=company.cr_number,
        incorporated_on=day(profile.age),
        office=_office(company.registered_office, chance),
        charges=[_charge(profile, place, chance) for place in range(chance.pick((0, 0, 1, 2)))],
        directors=[Director(each.name, each.since) for each in persons if each.role != "CUSTOMS_CONTACT"],
        returns=_returns(day(profile.age), chance),
    )


def _office(registered: str, chance: Chance) -> Office:
    """Split an address such as ``12 Nathan Road, Kowloon``, and add what lies within the building."""
    street, *area = registered.split(", ")
    _, _, road = street.partition(" ")
    return Office([f"Unit {chance.number(1, 12)}, {chance.number(2, 40)}/F", street, *area], _DISTRICTS[road])


def _charge(profile: Profile, place: int, chance: Chance) -> Charge:
    return Charge(
        charge_no=f"{serial(profile.index, place):09d}",
        amount=money(chance.number(5, 400) * 10_000_000).quantize(_CENT),
        currency="HKD",
        created_on=day(chance.number(30, profile.age)),
        satisfied=chance.happens(0.4),
    )


def _returns(incorporated: datetime.date, chance: Chance) -> Returns:
    latest = AS_OF - datetime.timedelta(days=_GRACE)
    due = (incorporated.month, incorporated.day) <= (latest.month, latest.day)
    overdue = due and chance.happens(0.1)
    return Returns(AS_OF.year - (overdue or not due), overdue)
