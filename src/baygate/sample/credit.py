"""The credit view of an enterprise of the sample world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baygate.intake.records import credit as records
from baygate.intake.records.credit import CreditRating, ListMembership, RatingChange, RiskWarning
from baygate.sample import agencies
from baygate.sample.calendar import DAY, NOW, day, moment
from baygate.sample.profile import Profile, Story
from baygate.sample.serial import serial

if TYPE_CHECKING:
    import datetime

    from baygate.sample.chance import Chance
    from baygate.sample.world import Rows

_BASES = {
    "CUSTOMS_282": "海关注册登记和备案企业信用管理办法（海关总署令第282号）",
    "CUSTOMS_251": "海关注册登记和备案企业信用管理办法（海关总署令第251号）",
    "TAX": "纳税缴费信用管理办法",
    "EXPORT_REFUND": "出口退（免）税企业分类管理办法",
    "FOREIGN_EXCHANGE": "货物贸易外汇管理指引",
    "INSPECTION": "出入境检验检疫企业信用管理办法",
}
_GRADES = {
    "CUSTOMS_282": ("ADVANCED_CERTIFIED", "CERTIFIED", "CERTIFIED", *("REGULAR",) * 15, "DISHONEST"),
    "CUSTOMS_251": ("ADVANCED_CERTIFIED", "REGULAR", "REGULAR", "REGULAR", "DISHONEST"),
    "TAX": ("A", "A", "A", "B", "B", "B", "B", "M", "C", "C"),
    "EXPORT_REFUND": ("1", "2", "2", "2", "3", "4"),
    "FOREIGN_EXCHANGE": ("A", "A", "A", "A", "A", "B", "C"),
    "INSPECTION": ("AA", "A", "A", "B", "B", "C", "D"),
}
_LEAST_SCORES = {"A": 90, "B": 70, "C": 40, "D": 0}
_FORMER = {"CUSTOMS_282": "CUSTOMS_251"}
_LISTS = (
    ("纳税信用A级名单", "COMMENDED", "纳税缴费信用管理办法", agencies.TAX),
    ("诚信示范企业名单", "COMMENDED", "广东省社会信用条例", agencies.SAMR),
    ("经营异常名录", "WATCHED", "企业信息公示暂行条例", agencies.SAMR),
    ("重点监管企业名单", "WATCHED", "跨境电子商务零售进口监管要求", agencies.COMMERCE),
    ("跨境电商平台重点联系名单", "COMMENDED", "跨境电子商务综合试验区实施方案", agencies.COMMERCE),
)
_WARNINGS = (
    ("INTELLECTUAL_PROPERTY", "海关查获涉嫌侵犯商标权货物", None),
    ("CONSUMER_DISPUTE", "三十日内跨境消费投诉超过阈值", agencies.SAMR),
    ("QUALITY", "抽检发现标签不符合规定", agencies.INSPECTION),
    ("RISK", "申报价格低于同类商品风险参数", None),
    ("QUALITY", "境外召回通报涉及在售批次", agencies.HONG_KONG_CUSTOMS),
)


def publish(profile: Profile, chance: Chance, rows: Rows) -> None:
    """Add the ratings, list entries and warnings of an enterprise."""
    if profile.kind == "MAINLAND":
        _ratings(profile, chance, rows)
    if profile.story in (Story.ONLY_IN_HONG_KONG, Story.EXPORTER):
        return
    _lists(profile, chance, rows)
    _warnings(profile, chance, rows)


def _ratings(profile: Profile, chance: Chance, rows: Rows) -> None:
    customs = profile.office[2]
    exports = profile.direction == "EXPORT" or profile.story is not Story.NONE
    schemes = [
        ("CUSTOMS_282", customs, chance.number(5, 210)),
        ("TAX", agencies.TAX, chance.number(185, 215)),
        ("FOREIGN_EXCHANGE", agencies.FOREIGN_EXCHANGE, chance.number(30, 350)),
        ("EXPORT_REFUND", agencies.TAX, chance.number(60, 340))
        if exports
        else ("CUSTOMS_251", customs, chance.number(400, 1200)),
    ]
    if profile.story is Story.EXPORTER or chance.happens(0.25):
        schemes.append(("INSPECTION", agencies.INSPECTION, chance.number(2900, 3200)))
    for place, (scheme, provider, assessed) in enumerate(schemes):
        _rating(profile, chance, place, scheme, assessed, provider, rows)


def _rating(
    profile: Profile, chance: Chance, place: int, scheme: str, assessed: int, provider: str, rows: Rows
) -> None:
    grade = _grade(profile, chance, scheme)
    rating_no = f"{scheme.replace('_', '')[:4]}{2026 - assessed // 365}{serial(profile.index, place):09d}"
    updated = moment(NOW - max(assessed, 1) * DAY + 36_000)
    current = scheme not in ("CUSTOMS_251", "INSPECTION")
    least = _LEAST_SCORES.get(grade, 0) if scheme == "TAX" else None
    grave = grade in ("D", "SERIOUSLY_DISHONEST", "DISHONEST")
    rows[records.CREDIT_RATING, provider].append(
        CreditRating(
            profile.party_id, rating_no, scheme, grade,
            None if least is None or grade == "M" else least + chance.number(0, 9), _BASES[scheme],
            f"信评字〔{2026 - assessed // 365}〕{serial(profile.index, place) % 100_000:05d}号",
            "经稽查发现申报要素与实货不符，建议提高查验比例" if grave else None,
            day(assessed), day(assessed), None if current else day(assessed - 365), current, updated,
        )
    )  # fmt: skip
    _history(profile, chance, rating_no, (_FORMER.get(scheme, scheme), grade, assessed), provider, updated, rows)


def _grade(profile: Profile, chance: Chance, scheme: str) -> str:
    drawn = chance.pick(_GRADES[scheme])
    if profile.story is Story.EXPORTER:
        return {"CUSTOMS_282": "ADVANCED_CERTIFIED", "EXPORT_REFUND": "1", "INSPECTION": "AA"}.get(scheme, "A")
    if profile.story is Story.TAX_D and scheme == "TAX":
        return "D"
    if profile.story is Story.DISHONEST and scheme == "CUSTOMS_282":
        return "SERIOUSLY_DISHONEST"
    if profile.story is not Story.NONE:
        return drawn if drawn not in ("DISHONEST", "C", "D", "4") else _GRADES[scheme][1]
    if scheme == "TAX" and chance.happens(0.02):
        return "D"
    return "SERIOUSLY_DISHONEST" if scheme == "CUSTOMS_282" and chance.happens(0.003) else drawn


def _history(
    profile: Profile,
    chance: Chance,
    rating_no: str,
    rating: tuple[str, str, int],
    provider: str,
    updated: datetime.datetime,
    rows: Rows,
) -> None:
    scheme, grade, assessed = rating
    steps = chance.number(1, 3)
    grades = [chance.pick(_GRADES[scheme]) for _ in range(steps - 1)] + [grade]
    before = None
    for seq, after in enumerate(grades, 1):
        ago = assessed + (steps - seq) * 365
        reason = "首次评定" if before is None else ("年度复评" if seq < steps else "本次评定")
        rows[records.RATING_CHANGE, provider].append(
            RatingChange(profile.party_id, rating_no, seq, before, after, day(ago), reason, updated)
        )
        before = after


def _lists(profile: Profile, chance: Chance, rows: Rows) -> None:
    if profile.story is Story.DISHONEST:
        _membership(
            profile, 40, ("严重失信主体名单", "SANCTIONED", _BASES["CUSTOMS_282"], profile.office[2]), 95, None, rows
        )
        return
    for place in range(chance.pick((0, 0, 0, 1, 1, 2))):
        since = chance.number(60, 900)
        until = since - chance.number(30, 700) if chance.happens(0.4) else None
        _membership(profile, 40 + place, chance.pick(_LISTS), since, until if until and until > 0 else None, rows)


def _membership(
    profile: Profile, place: int, entry: tuple[str, str, str, str], since: int, until: int | None, rows: Rows
) -> None:
    name, kind, basis, provider = entry
    rows[records.LIST_MEMBERSHIP, provider].append(
        ListMembership(
            profile.party_id, f"MD{serial(profile.index, place):09d}", name, kind, basis, day(since),
            None if until is None else day(until), moment(NOW - (until or since) * DAY),
        )
    )  # fmt: skip


def _warnings(profile: Profile, chance: Chance, rows: Rows) -> None:
    entries = [chance.pick(_WARNINGS) for _ in range(chance.pick((0, 0, 0, 1, 1, 2)))]
    if profile.story is Story.NEGATIVE_LIST:
        entries = [("RISK", "申报备案商品列入禁止进口清单（象牙）", agencies.INSPECTION)]
    for place, (category, summary, provider) in enumerate(entries):
        issued = NOW - chance.number(2 * DAY, 500 * DAY)
        lifted = issued + chance.number(DAY, 90 * DAY) if chance.happens(0.5) else None
        lifted = lifted if lifted is not None and lifted < NOW else None
        rows[records.RISK_WARNING, provider or profile.office[2]].append(
            RiskWarning(
                profile.party_id, f"YJ{serial(profile.index, 50 + place):09d}", category,
                "HIGH" if profile.story is Story.NEGATIVE_LIST else chance.pick(("LOW", "LOW", "MEDIUM", "HIGH")),
                summary, moment(issued), None if lifted is None else moment(lifted), moment(lifted or issued),
            )
        )  # fmt: skip
