"""The filings view of an enterprise of the sample world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baygate.intake.records import filings as records
from baygate.intake.records.filings import (
    Certification,
    ConformityDocument,
    FilingItem,
    ProductFiling,
    ProductLicence,
    TestReport,
    TraceEvent,
)
from baygate.sample import agencies, cases, words
from baygate.sample.calendar import DAY, NOW, day, kilograms, moment, money
from baygate.sample.profile import Profile, Story
from baygate.sample.reference import Goods, goods, prohibited
from baygate.sample.serial import serial

if TYPE_CHECKING:
    import datetime

    from baygate.sample.chance import Chance
    from baygate.sample.world import Rows

_BUSINESS = {
    "IMPORT": ("DIRECT_PURCHASE", "BONDED", "BONDED"),
    "EXPORT": ("B2B_EXPORT", "OVERSEAS_WAREHOUSE", "DIRECT_PURCHASE"),
}
_STATUSES = ("APPROVED",) * 17 + ("REJECTED", "WITHDRAWN")
_STAGES = ("PRODUCTION", "STORAGE", "TRANSPORT", "CUSTOMS", "INSPECTION", "SALE")
_LABORATORIES = (
    ("海关总署（广州）检测中心", "CN_GD"),
    ("深圳海关工业品检测技术中心", "CN_GD"),
    ("Hong Kong Standards and Testing Centre", "HK"),
    ("Instituto de Ensaios de Macau", "MO"),
)
_STANDARDS = ("GB 4806.7-2023", "GB 6675.1-2014", "GB 7718-2025", "GB 31701-2015", "IEC 60335-1", "ISO 8124-1")
_BOTH = ["CN_GD", "HK"]
_ALL = ["CN_GD", "HK", "MO"]


def publish(profile: Profile, chance: Chance, rows: Rows) -> None:
    """Add the filings, licences and conformity documents of an enterprise."""
    catalogue = goods(profile.direction)
    for place in range(profile.filings):
        _filing(profile, chance, place, catalogue, rows)
    if profile.story is Story.ONLY_IN_HONG_KONG:
        return
    for place in range(chance.pick((0, 1, 1, 2))):
        _licence(profile, chance, place, chance.pick(catalogue), rows)
    for place in range(2 if profile.story in (Story.EXPORTER, Story.HONG_KONG_PLATFORM) else chance.pick((0, 1, 2, 3))):
        _document(profile, chance, place, chance.pick(catalogue), rows)


def _filing(profile: Profile, chance: Chance, place: int, catalogue: tuple[Goods, ...], rows: Rows) -> None:
    customs_office, inspection_office, _, name = profile.office
    negative = profile.story is Story.NEGATIVE_LIST and place == 0
    declared = NOW - 20 * DAY if negative else NOW - chance.number(3_600, 700 * DAY)
    pending = declared > NOW - 2 * DAY
    status = "REJECTED" if negative else "PENDING" if pending else chance.pick(_STATUSES)
    decided = None if pending else moment(min(declared + chance.number(3_600, 5 * DAY), NOW))
    declared_at = moment(declared)
    updated = decided or declared_at
    filing_no = f"BA{customs_office}{serial(profile.index, place):09d}"
    party_id = profile.party_id
    rows[records.PRODUCT_FILING, agencies.INSPECTION].append(
        ProductFiling(
            party_id, filing_no, "ADD" if chance.random() < 0.85 else chance.pick(("MODIFY", "DELETE")),
            profile.direction, chance.pick(_BUSINESS[profile.direction]), customs_office, inspection_office,
            cases.PLATFORM_CODE if chance.random() < 0.7 else None,
            "CNY" if profile.direction == "IMPORT" else "USD", status, declared_at, decided, updated,
        )
    )  # fmt: skip
    items = rows[records.FILING_ITEM, agencies.INSPECTION]
    for seq in range(1, chance.number(1, 3) + 1):
        chosen = chance.pick(catalogue)
        items.append(_item(party_id, filing_no, seq, chosen, chance, status == "APPROVED", updated))
    if negative:
        ivory = prohibited()[0]
        items[-1] = items[-1]._replace(  # type: ignore[attr-defined]
            hs_code=ivory.hs_code, goods_name=ivory.name, shelf_name="象牙摆件", bar_code=None, brand=None,
            specification="雕刻摆件|无品牌", origin_country="410",
        )  # fmt: skip
    _trace(party_id, filing_no, declared, chance, name, rows)


def _item(
    party_id: str,
    filing_no: str,
    seq: int,
    chosen: Goods,
    chance: Chance,
    approved: bool,
    updated: datetime.datetime,
) -> FilingItem:
    tail = filing_no[-9:]
    net = chosen.grams
    return FilingItem(
        party_id, filing_no, seq, f"SKU{tail}{seq}", f"EP{tail}{seq}" if approved else None,
        f"CIQ{tail}{seq}" if approved else None, f"CUS{tail}{seq}" if approved else None, None, None,
        f"{chosen.brand} {chosen.name}", None, chosen.hs_code, chosen.bar_code, chosen.name, chosen.specification,
        chosen.brand, chosen.unit, "035" if chosen.unit == "035" else "011",
        "035" if chosen.unit != "035" else None, money(chosen.cents + chance.number(0, 400)),
        chance.random() < 0.02, chosen.country, "合格品", "CCIC" if approved else None, chosen.manufacturer,
        kilograms(net), kilograms(net + net // 8 + 10), updated,
    )  # fmt: skip


def _trace(party_id: str, filing_no: str, declared: int, chance: Chance, customs: str, rows: Rows) -> None:
    events = rows[records.TRACE_EVENT, agencies.INSPECTION]
    first = chance.number(0, 3)
    at = declared
    for seq in range(1, chance.number(0, 3) + 1):
        at += chance.number(3_600, 6 * DAY)
        if at > NOW:
            return
        stage = _STAGES[first + seq - 1]
        when = moment(at)
        place = f"{customs}海关监管场所" if stage == "CUSTOMS" else chance.pick(words.PLACES)
        result = "合格" if stage == "INSPECTION" else None
        events.append(TraceEvent(party_id, filing_no, seq, stage, f"L{filing_no[-6:]}", place, result, when, when))


def _licence(profile: Profile, chance: Chance, place: int, product: Goods, rows: Rows) -> None:
    issued = chance.number(50, 1700)
    category = "进口产品备案" if profile.kind == "HONG_KONG" else "产品备案凭证"
    rows[records.PRODUCT_LICENCE, agencies.FOOD_AND_DRUG].append(
        ProductLicence(
            profile.party_id, f"YX{serial(profile.index, place):09d}", category,
            f"{product.brand} {product.name}", "广东省药品监督管理局", "VALID" if issued < 1500 else "EXPIRED",
            day(issued), day(issued - 1500), moment(NOW - issued * DAY + 30_000),
        )
    )  # fmt: skip


def _document(profile: Profile, chance: Chance, place: int, product: Goods, rows: Rows) -> None:
    party_id = profile.party_id
    laboratory, side = chance.pick(_LABORATORIES)
    recognised = profile.story in (Story.HONG_KONG_PLATFORM, Story.EXPORTER)
    if recognised:
        laboratory, side = _LABORATORIES[2] if profile.kind == "HONG_KONG" else _LABORATORIES[0]
    where = _ALL if recognised else chance.pick((_BOTH, _ALL, [side], _BOTH))
    issued = chance.number(20, 1000)
    document_no = f"HG{serial(profile.index, place):09d}"
    certificate = place % 2 == 0
    provider = {"CN_GD": agencies.INSPECTION, "HK": agencies.HONG_KONG_CUSTOMS, "MO": agencies.MACAU}[side]
    rows[records.CONFORMITY_DOCUMENT, provider].append(
        ConformityDocument(
            party_id, document_no, "CERTIFICATION" if certificate else "TEST_REPORT", laboratory, side,
            where if side in where else [side, *where], chance.pick(_STANDARDS), product.hs_code, day(issued),
            day(issued - 1095) if certificate else None, moment(NOW - issued * DAY + 20_000),
        )
    )  # fmt: skip
    if certificate:
        rows[records.CERTIFICATION, provider].append(
            Certification(party_id, document_no, "粤港澳大湾区认证", f"{product.brand} {product.name}", "VALID")
        )
        return
    passed = recognised or chance.happens(0.93)
    rows[records.TEST_REPORT, provider].append(
        TestReport(
            party_id,
            document_no,
            laboratory,
            f"{product.brand} {product.name}",
            "PASSED" if passed else "FAILED",
            None if passed else "标签标识",
        )
    )
