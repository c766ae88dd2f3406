"""The clearance view of an enterprise of the sample world."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from baygate.contract.clearance_codes import ClearanceStatus
from baygate.intake import matching
from baygate.intake.records import clearance as records
from baygate.intake.records.clearance import (
    Declaration,
    DeclarationLine,
    DocumentMismatch,
    ExportRefund,
    Inspection,
    Payment,
    StatusEvent,
    TradeOrder,
    Waybill,
)
from baygate.sample import agencies, cases
from baygate.sample.calendar import DAY, NOW, day, kilograms, moment, money
from baygate.sample.profile import Profile, Story
from baygate.sample.reference import Goods, goods
from baygate.sample.serial import serial

if TYPE_CHECKING:
    import datetime

    from baygate.sample.chance import Chance
    from baygate.sample.people import Crowd, Person
    from baygate.sample.world import Rows

_MODES = {"IMPORT": ("M9610", "M1210", "M1210", "M1239"), "EXPORT": ("M9710", "M9710", "M9810", "M9610")}
_TRANSPORT = ("ROAD", "ROAD", "AIR", "SEA", "POST", "RAIL")
_ABROAD = ("502", "303", "142", "410", "116", "110", "136", "601")
_PORTS = {"5100": "5141", "5300": "5304", "5700": "5701", "5200": "5208"}
_PATHS = (
    *((2, 3, 120, 399, 800, 899),) * 14,
    *((2, 3, 120, 399, 800),) * 4,
    (2, 3, 120, 300, 399, 800, 899),
    (2, 3, 120, 500, 399, 800, 899),
    (2, 3, 100),
    (2, 3, 120, 399, 800, 700),
    (2, 3, 120, 599, 399, 800),
    (2, 4),
)
_RECENT_PATHS = ((2, 3), (2, 3, 120), (2, 3, 120, 300), (2, 3, 120, 399), (2, 3, 120, 399, 800), (2, 3, 120, 500))
_MESSAGES = {
    2: "电子口岸申报中",
    3: "发送海关成功",
    4: "发送海关失败",
    100: "海关退单：商品归类存疑",
    120: "海关入库成功",
    300: "转人工审核",
    399: "海关审结",
    500: "布控查验",
    599: "待补充单证",
    700: "已办理退运",
    800: "海关放行",
    899: "结关",
}
_STATUS_NAMES = {code: ClearanceStatus.of(code).value for code in _MESSAGES}
_RESULTS = ("PASSED", "PASSED", "PASSED", "RECTIFIED", "FAILED")


class _Shipment(NamedTuple):
    """What the documents of one declaration have in common."""

    profile: Profile
    chance: Chance
    declaration_no: str
    order_no: str
    mode: str
    currency: str
    declared: int
    buyer: Person
    mismatched: bool
    updated: datetime.datetime


def publish(profile: Profile, chance: Chance, crowd: Crowd, rows: Rows) -> None:
    """Add the declarations of an enterprise with all that belongs to them."""
    catalogue = goods(profile.direction)
    for place in range(profile.declarations):
        _declaration(profile, chance, place, catalogue, chance.pick(crowd.persons), rows)


def _declaration(
    profile: Profile, chance: Chance, place: int, catalogue: tuple[Goods, ...], buyer: Person, rows: Rows
) -> None:
    office, _, customs, _ = profile.office
    held = profile.story is Story.HELD and place == 0
    special = held or (profile.story is Story.MISMATCH and place == 0)
    declared = NOW - 3 * DAY if special else NOW - chance.number(7_200, 540 * DAY)
    path = (2, 3, 120, 500) if held else _path(profile, chance, declared)
    declared_at = moment(declared)
    number = (
        f"{office}{declared_at.year}{'1' if profile.direction == 'IMPORT' else '0'}{serial(profile.index, place):09d}"
    )
    at, times = declared, []
    for _ in path:
        times.append(moment(at))
        at = min(at + chance.number(120, 40_000), NOW)
    shipment = _Shipment(
        profile, chance, number, f"DD{serial(profile.index, place):09d}", chance.pick(_MODES[profile.direction]),
        "CNY" if profile.direction == "IMPORT" else "USD", declared, buyer,
        (special and not held) or (profile.story is Story.NONE and chance.random() < 0.03), times[-1],
    )  # fmt: skip
    value, grams = _lines(shipment, catalogue, customs, rows)
    freight = 0 if shipment.mode == "M1210" else 500 + grams // 4
    outcome = _documents(shipment, value, freight, grams, rows)
    personal = shipment.mode in ("M9610", "M1210", "M1239")
    released = times[path.index(800)] if 800 in path else None
    rows[records.DECLARATION, customs].append(
        Declaration(
            profile.party_id, number, f"QD{number[4:]}", shipment.order_no, shipment.mode, profile.direction,
            _STATUS_NAMES[path[-1]], path[-1], office, _PORTS.get(office, office), cases.PLATFORM_CODE,
            cases.LOGISTICS_CODE if chance.random() < 0.6 else None, chance.pick(_TRANSPORT), chance.pick(_ABROAD),
            shipment.currency, money(value), money(freight), money(value // 500), kilograms(grams + grams // 8 + 50),
            kilograms(grams), "1" if personal else None, buyer.masked if personal else None,
            buyer.name if personal else None, buyer.telephone if personal else None,
            buyer.address if personal else None, outcome, declared_at, released, times[-1],
        )
    )  # fmt: skip
    rows[records.STATUS_EVENT, customs] += [
        StatusEvent(profile.party_id, number, seq, code, _STATUS_NAMES[code], _MESSAGES[code], when, when)
        for seq, (code, when) in enumerate(zip(path, times, strict=True), 1)
    ]
    if 500 in path or chance.random() < 0.05:
        _inspection(shipment, path[-1] == 500, times, customs, rows)
    if profile.direction == "EXPORT" and released is not None and chance.random() < 0.8:
        _refund(shipment, value, rows)


def _path(profile: Profile, chance: Chance, declared: int) -> tuple[int, ...]:
    if declared > NOW - 2 * DAY:
        return chance.pick(_RECENT_PATHS)
    return _PATHS[0] if profile.story is Story.EXPORTER else chance.pick(_PATHS)


def _lines(shipment: _Shipment, catalogue: tuple[Goods, ...], customs: str, rows: Rows) -> tuple[int, int]:
    chance = shipment.chance
    lines = rows[records.DECLARATION_LINE, customs]
    value = grams = 0
    abroad = chance.pick(_ABROAD)
    tail = shipment.declaration_no[-9:]
    for line_no in range(1, chance.number(1, 3) + 1):
        chosen = chance.pick(catalogue)
        pieces = chance.number(1, 6) if shipment.currency == "CNY" else chance.number(20, 400)
        cents = chosen.cents if shipment.currency == "CNY" else chosen.cents // 7
        weight = pieces * chosen.grams
        value += pieces * cents
        grams += weight
        by_weight = chosen.unit == "035"
        lines.append(
            DeclarationLine(
                shipment.profile.party_id, shipment.declaration_no, line_no,
                f"LJ{tail}{line_no}" if shipment.mode == "M1210" else None, f"SKU{tail}{line_no}", chosen.hs_code,
                chosen.name, chosen.specification, chosen.bar_code,
                chosen.country if shipment.currency == "CNY" else abroad, shipment.currency, kilograms(pieces * 1000),
                "011", kilograms(weight if by_weight else pieces * 1000), "035" if by_weight else "011",
                None if by_weight else kilograms(weight), None if by_weight else "035", money(cents),
                money(pieces * cents), shipment.updated,
            )
        )  # fmt: skip
    return value, grams


def _documents(shipment: _Shipment, value: int, freight: int, grams: int, rows: Rows) -> str:
    """Add the three documents as they came in, and what their match gave; return its outcome."""
    profile, chance, buyer = shipment.profile, shipment.chance, shipment.buyer
    party_id, number, order_no, currency = (
        profile.party_id, shipment.declaration_no, shipment.order_no, shipment.currency,
    )  # fmt: skip
    merchant = profile.trader_code
    amount = money(value + freight)
    paid, payer_name, platform = amount, buyer.name, cases.PLATFORM_CODE
    if shipment.mismatched:
        paid = money(value + freight - 1_000) if profile.story is Story.MISMATCH or chance.random() < 0.6 else paid
        payer_name = "王大同" if paid == amount or profile.story is Story.MISMATCH else payer_name
        platform = profile.trader_code if profile.story is Story.MISMATCH else platform
    ordered = shipment.declared - chance.number(3_600, 3 * DAY)
    ordered_at, paid_at, shipped_at = moment(ordered), moment(ordered + 240), moment(ordered + 1_800)
    window = agencies.SINGLE_WINDOW
    rows[records.TRADE_ORDER, window].append(
        TradeOrder(
            party_id, number, order_no, cases.PLATFORM_CODE, merchant, currency, amount, money(freight), money(0),
            buyer.name, ordered_at, ordered_at,
        )
    )  # fmt: skip
    rows[records.PAYMENT, window].append(
        Payment(
            party_id, number, f"ZF{number[-9:]}", order_no, cases.PAYMENT_CODE, platform, currency, paid, payer_name,
            paid_at, paid_at,
        )
    )  # fmt: skip
    arrived = profile.story is not Story.NONE or chance.random() > 0.02
    if arrived:
        rows[records.WAYBILL, window].append(
            Waybill(
                party_id, number, f"YD{number[-9:]}", order_no, cases.LOGISTICS_CODE, currency, money(freight),
                kilograms(grams + grams // 8 + 50), 1 + grams // 20_000, buyer.name, buyer.telephone, shipped_at,
                shipped_at,
            )
        )  # fmt: skip
    person = matching.Person("1", buyer.number, buyer.name)
    payer = person if payer_name == buyer.name else person._replace(name=payer_name)
    found = matching.match(
        matching.ListHead(order_no, cases.PLATFORM_CODE, merchant, cases.LOGISTICS_CODE, person, currency),
        matching.OrderDocument(order_no, cases.PLATFORM_CODE, merchant, person, currency, amount),
        matching.PaymentDocument(order_no, platform, payer, currency, paid),
        matching.WaybillDocument(order_no, cases.LOGISTICS_CODE) if arrived else None,
    )
    for seq, each in enumerate(found.mismatches, 1):
        rows[records.DOCUMENT_MISMATCH, window].append(
            DocumentMismatch(party_id, number, seq, each.field, each.documents, each.explanation, shipment.updated)
        )
    return found.outcome


def _inspection(
    shipment: _Shipment, open_still: bool, times: list[datetime.datetime], customs: str, rows: Rows
) -> None:
    chance = shipment.chance
    result = None if open_still else chance.pick(_RESULTS)
    ordered_at = times[-1] if open_still else times[min(2, len(times) - 1)]
    rows[records.INSPECTION, customs].append(
        Inspection(
            shipment.profile.party_id, shipment.declaration_no, f"CY{shipment.declaration_no[-9:]}",
            "PHYSICAL" if open_still else chance.pick(("DOCUMENT", "MACHINE", "PHYSICAL", "QUARANTINE", "SAMPLING")),
            result, "机检图像异常，已转人工开箱" if open_still or result == "FAILED" else None,
            ordered_at, None if open_still else times[-1], times[-1],
        )
    )  # fmt: skip


def _refund(shipment: _Shipment, value: int, rows: Rows) -> None:
    chance = shipment.chance
    applied = max((NOW - shipment.declared) // DAY - chance.number(5, 60), 0)
    approved = applied - chance.number(5, 40)
    status = chance.pick(("PAID", "PAID", "APPROVED")) if approved > 0 else "REVIEWING"
    rows[records.EXPORT_REFUND, agencies.TAX].append(
        ExportRefund(
            shipment.profile.party_id, shipment.declaration_no, status, "CNY", money(value * 7 * 13 // 100),
            chance.random() < 0.02, day(applied), day(approved) if approved > 0 else None,
            moment(NOW - max(approved, 0) * DAY - 3_600),
        )
    )  # fmt: skip
