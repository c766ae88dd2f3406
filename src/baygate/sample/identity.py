"""The identity view of an enterprise of the sample world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baygate.contract.identifiers import bank_account, person_name
from baygate.intake.records import identity as records
from baygate.intake.records.identity import (
    AccountCheck,
    CitizenCheck,
    CustomsRegistration,
    ForeignExchangeRegistration,
    HongKongCompany,
    InspectionRegistration,
    Licence,
    MacauCompany,
    MainlandEnterprise,
    Party,
    PersonInCharge,
    Registration,
    StatusChange,
    TaxRegistration,
)
from baygate.sample import agencies, cases, words
from baygate.sample.calendar import DAY, NOW, day, moment, money
from baygate.sample.people import Person, hong_konger, resident
from baygate.sample.profile import Profile, Story
from baygate.sample.reference import region_name
from baygate.sample.serial import serial

if TYPE_CHECKING:
    import datetime

    from baygate.sample.chance import Chance
    from baygate.sample.world import Rows
    from baygate.storage.keys import Keys

_ZONES = {
    "1": "SPECIAL_ECONOMIC_ZONE",
    "2": "DEVELOPMENT_ZONE",
    "3": "HIGH_TECH_ZONE",
    "4": "BONDED_ZONE",
    "5": "EXPORT_PROCESSING_ZONE",
}
_OWNERSHIPS = {
    "1": "STATE",
    "2": "COOPERATIVE_VENTURE",
    "3": "JOINT_VENTURE",
    "4": "WHOLLY_FOREIGN",
    "5": "COLLECTIVE",
    "6": "PRIVATE",
    "7": "INDIVIDUAL",
    "8": "DECLARATION_ONLY",
}
_JURISDICTIONS = {"MAINLAND": "CN_GD", "HONG_KONG": "HK", "MACAU": "MO"}
_REGISTERS = {"MAINLAND": agencies.SAMR, "HONG_KONG": agencies.HONG_KONG_REGISTRY, "MACAU": agencies.MACAU}
_PERSON_ROLES = ("LEGAL_REPRESENTATIVE", "CUSTOMS_CONTACT", "MANAGER", "DIRECTOR")
_REASONS = {
    "SUSPENDED": "停业整顿",
    "REVOKED": "吊销营业执照",
    "DEREGISTERED": "申请注销登记",
    "ACTIVE": "恢复正常经营",
}


def publish(profile: Profile, chance: Chance, keys: Keys, rows: Rows) -> None:
    """Add what the register, customs, tax, foreign exchange and public security publish of an enterprise."""
    register = _REGISTERS[profile.kind]
    updated = moment(NOW - chance.number(1, 200) * DAY)
    _party(profile, chance, register, updated, rows)
    _status_changes(profile, chance, register, updated, rows)
    _persons(profile, chance, keys, register, updated, rows)
    if profile.kind == "MAINLAND":
        _licences(profile, chance, updated, rows)
        _registrations(profile, chance, updated, rows)
        _accounts(profile, chance, keys, updated, rows)


def _party(profile: Profile, chance: Chance, register: str, updated: datetime.datetime, rows: Rows) -> None:
    party_id = profile.party_id
    rows[records.PARTY, register].append(
        Party(
            party_id, profile.kind, profile.name, profile.name_en, profile.status, day(profile.age),
            profile.region_code, _JURISDICTIONS[profile.kind], list(profile.roles), updated,
        )
    )  # fmt: skip
    street = chance.number(1, 399)
    if profile.kind == "MAINLAND":
        city, district = region_name(profile.region_code[:4] + "00").zh, region_name(profile.region_code).zh
        with_capital = chance.happens(0.95)
        rows[records.MAINLAND_ENTERPRISE, register].append(
            MainlandEnterprise(
                party_id, profile.number, profile.number[8:17], profile.customs_code,
                chance.pick(words.ENTERPRISE_TYPES),
                money(chance.number(5, 500) * 10_000_000) if with_capital else None,
                "CNY" if with_capital else None,
                f"{city}{district if district != city else ''}{chance.pick(words.STREETS)}{street}号",
                words.TRADES[profile.trade][2], f"{city}市场监督管理局", day(chance.number(30, profile.age)),
            )
        )  # fmt: skip
    elif profile.kind == "HONG_KONG":
        rows[records.HONG_KONG_COMPANY, register].append(
            HongKongCompany(
                party_id, None if profile.number == profile.cr_number else profile.number,
                profile.cr_number or "", "Private company limited by shares",
                f"{street} {chance.pick(words.HONG_KONG_STREETS)}", "Hong Kong",
            )
        )  # fmt: skip
    else:
        rows[records.MACAU_COMPANY, register].append(
            MacauCompany(
                party_id, "COMMERCIAL" if profile.number.startswith("SO") else "TAX", profile.number,
                "Sociedade por quotas", f"{chance.pick(words.MACAU_STREETS)}, n.º {street}",
                money(chance.number(1, 50) * 2_500_000),
            )
        )  # fmt: skip


def _status_changes(profile: Profile, chance: Chance, register: str, updated: datetime.datetime, rows: Rows) -> None:
    history: list[tuple[str | None, str, int, str]] = [(None, "ACTIVE", profile.age, "设立登记")]
    if profile.age > 1000 and chance.happens(0.3):
        paused = chance.number(600, profile.age - 100)
        history += [
            ("ACTIVE", "SUSPENDED", paused, _REASONS["SUSPENDED"]),
            ("SUSPENDED", "ACTIVE", paused - chance.number(30, 200), _REASONS["ACTIVE"]),
        ]
    if profile.status != "ACTIVE":
        history.append(("ACTIVE", profile.status, chance.number(20, 300), _REASONS[profile.status]))
    rows[records.STATUS_CHANGE, register] += [
        StatusChange(profile.party_id, seq, before, after, day(ago), reason, updated)
        for seq, (before, after, ago, reason) in enumerate(history, 1)
    ]


def _persons(
    profile: Profile, chance: Chance, keys: Keys, register: str, updated: datetime.datetime, rows: Rows
) -> None:
    mainland = profile.kind == "MAINLAND"
    for seq in range(1, chance.number(2, 4) + 1):
        person = resident(chance, profile.index * 4 + seq - 1) if mainland else hong_konger(chance)
        if profile.story is Story.EXPORTER and seq == 1:
            number = cases.KNOWN_CITIZEN_ID
            person = Person(
                cases.KNOWN_CITIZEN_NAME, number, number[:3] + "*" * 13 + number[-2:], "13900000000", person.address
            )
        rows[records.PERSON_IN_CHARGE, register].append(
            PersonInCharge(
                profile.party_id, seq, _PERSON_ROLES[seq - 1], person.name, "RESIDENT_ID" if mainland else "HKID",
                person.masked, person.telephone, day(chance.number(30, profile.age)), updated,
            )
        )  # fmt: skip
        if mainland:
            rows[records.CITIZEN_CHECK, agencies.PUBLIC_SECURITY].append(
                CitizenCheck(
                    keys.hash("citizen-id", person.number),
                    keys.hash("citizen-name", person_name.parse(person.name)),
                    updated,
                )
            )


def _licences(profile: Profile, chance: Chance, updated: datetime.datetime, rows: Rows) -> None:
    revoked = profile.story is Story.REVOKED_LICENCE
    for place in range(chance.number(1, 3)):
        kind, _, scope = words.LICENCES[0] if place == 0 and profile.trade == 3 else chance.pick(words.LICENCES)
        issued = chance.number(100, min(1700, profile.age))
        status = "VALID" if issued < 1600 else "EXPIRED"
        if status == "VALID" and ((revoked and place == 0) or chance.happens(0.02)):
            status = "REVOKED"
        rows[records.LICENCE, agencies.SAMR].append(
            Licence(
                profile.party_id, f"XK{profile.region_code}{serial(profile.index, place):09d}", kind,
                f"{profile.name}{kind}", f"{region_name(profile.region_code[:4] + '00').zh}市场监督管理局",
                scope, status, day(issued), day(issued - 1600), updated,
            )
        )  # fmt: skip


def _registrations(profile: Profile, chance: Chance, updated: datetime.datetime, rows: Rows) -> None:
    party_id = profile.party_id
    _, inspection_office, customs, name = profile.office
    since = min(profile.age, chance.number(200, 2600))
    kinds = [("CUSTOMS", customs, f"{name}海关"), ("TAX", agencies.TAX, "国家税务总局广东省税务局")]
    if chance.happens(0.75) or profile.story is not Story.NONE:
        kinds.append(("FOREIGN_EXCHANGE", agencies.FOREIGN_EXCHANGE, "国家外汇管理局广东省分局"))
    if chance.happens(0.5) or profile.story is not Story.NONE:
        kinds.append(("INSPECTION", agencies.INSPECTION, f"{name}检验检疫"))
    code = profile.customs_code or ""
    for place, (kind, provider, authority) in enumerate(kinds):
        number = code if kind == "CUSTOMS" else f"{kind[:2]}{inspection_office}{serial(profile.index, place):09d}"
        rows[records.REGISTRATION, provider].append(
            Registration(
                party_id, number, kind, authority,
                "CANCELLED" if profile.status == "DEREGISTERED" else "REGISTERED",
                day(since), None if kind != "INSPECTION" else day(since - 3650), updated,
            )
        )  # fmt: skip
        if kind == "CUSTOMS":
            rows[records.CUSTOMS_REGISTRATION, provider].append(
                CustomsRegistration(
                    party_id,
                    number,
                    _ZONES.get(code[4], "OTHER"),
                    _OWNERSHIPS.get(code[5], "OTHER"),
                    "进出口货物收发货人",
                )
            )
        elif kind == "TAX":
            rows[records.TAX_REGISTRATION, provider].append(
                TaxRegistration(
                    party_id, number, "GENERAL" if chance.happens(0.7) else "SMALL_SCALE", profile.direction == "EXPORT"
                )
            )
        elif kind == "FOREIGN_EXCHANGE":
            rows[records.FOREIGN_EXCHANGE_REGISTRATION, provider].append(
                ForeignExchangeRegistration(party_id, number, chance.pick("AAAAAABC"), chance.happens(0.2))
            )
        else:
            rows[records.INSPECTION_REGISTRATION, provider].append(
                InspectionRegistration(party_id, number, "跨境电商经营企业", chance.happens(0.6))
            )


def _accounts(profile: Profile, chance: Chance, keys: Keys, updated: datetime.datetime, rows: Rows) -> None:
    for place in range(chance.number(1, 2)):
        account = f"62220{chance.number(0, 99):02d}{serial(profile.index, place):09d}{place:03d}"
        if profile.story is Story.EXPORTER and place == 0:
            account = cases.KNOWN_ACCOUNT
        rows[records.ACCOUNT_CHECK, agencies.SAMR].append(
            AccountCheck(profile.party_id, keys.hash("bank-account", bank_account.parse(account)), updated)
        )
