"""What kind of enterprise each number stands for, and which identifiers it carries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from baygate.contract.identifiers import organisation_code, uscc
from baygate.contract.identifiers.shape import ALPHANUMERICS
from baygate.sample import words
from baygate.sample.agencies import ELSEWHERE, OFFICES
from baygate.sample.chance import Chance
from baygate.sample.reference import districts, region_name

_SPREAD = 1_299_709  # a prime, so that no two numbers become the same
_PREFIXES = {"MAINLAND": "CN-", "HONG_KONG": "HK-", "MACAU": "MO-"}


class Story(Enum):
    """What an enterprise is in the sample world to show; ``NONE`` for the many."""

    NONE = "none"
    EXPORTER = "a well-behaved exporter"
    REVOKED_LICENCE = "a revoked licence"
    TAX_D = "a D tax rating"
    DISHONEST = "a serious dishonesty"
    MISMATCH = "a mismatch in the three documents"
    HELD = "a declaration held for inspection"
    NEGATIVE_LIST = "a product on the negative list"
    ONLY_IN_HONG_KONG = "a party known only in Hong Kong"
    MACAU_IMPORTER = "a Macau importer"
    HONG_KONG_PLATFORM = "a Hong Kong platform with a recognised certificate"
    PAYMENT_COMPANY = "the company that carries the payments"
    LOGISTICS_COMPANY = "the company that carries the goods"


@dataclass(frozen=True, slots=True)
class Profile:
    """An enterprise before anything is published about it. ``age`` is in days; ``trade`` an index of TRADES."""

    index: int
    kind: str
    number: str
    name: str
    name_en: str
    region_code: str
    trade: int
    age: int
    direction: str
    roles: Sequence[str]
    customs_code: str | None
    filings: int
    declarations: int
    status: str = "ACTIVE"
    story: Story = Story.NONE
    cr_number: str | None = None
    party_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "party_id", _PREFIXES[self.kind] + self.number)

    @property
    def office(self) -> tuple[str, str, str, str]:
        """Customs office, inspection office, their publisher, and the customs' name."""
        return OFFICES.get(self.region_code[:4], ELSEWHERE)

    @property
    def trader_code(self) -> str:
        """How the documents name it: by its customs code, else by its USCC, else padded to ten."""
        return self.customs_code or (self.number if self.kind == "MAINLAND" else self.number.rjust(10, "0")[-10:])


def common(index: int, chance: Chance) -> Profile:
    """Make up one of the many enterprises."""
    share = index % 100
    if share in (23, 41, 59, 77, 95):
        return _in_hong_kong(index, chance)
    if share in (34, 68):
        return _in_macau(index, chance)
    return _on_the_mainland(index, chance)


def mainland_number(region_code: str, body: str) -> str:
    """Return the USCC of an enterprise (9, 1) with this region and organisation code."""
    return uscc.complete("91" + region_code + organisation_code.complete(body))


def _on_the_mainland(index: int, chance: Chance) -> Profile:
    region_code = chance.pick(districts())
    first, second = chance.pick(words.BRAND_FIRST), chance.pick(words.BRAND_SECOND)
    trade = chance.number(0, len(words.TRADES) - 1)
    in_chinese, in_english, _ = words.TRADES[trade]
    city = region_name(region_code[:4] + "00")
    manufacturer = trade in (4, 5, 7, 9)
    busy = chance.happens(0.05)  # as in life, a few enterprises make most of the trade
    return Profile(
        index=index,
        kind="MAINLAND",
        number=mainland_number(region_code, "MA" + _counted(index, uscc.ALPHABET, 6)),
        name=f"{city.zh}{first[0]}{second[0]}{in_chinese}有限公司",
        name_en=f"{city.en} {first[1]}{second[1]} {in_english} Co., Ltd.",
        region_code=region_code,
        trade=trade,
        age=chance.number(400, 7000),
        direction="EXPORT" if manufacturer or chance.happens(0.35) else "IMPORT",
        roles=("MERCHANT", "MANUFACTURER") if manufacturer else _ROLES[chance.number(0, len(_ROLES) - 1)],
        customs_code=region_code[:4]
        + chance.pick("1234599")
        + chance.pick("2345666")
        + _counted(index * _SPREAD % 36**4, ALPHANUMERICS, 4),
        filings=chance.number(20, 28) if busy else chance.number(0, 1),
        declarations=chance.number(10, 14) if busy else chance.number(0, 1),
        status=chance.pick(_STATUSES),
    )


def _in_hong_kong(index: int, chance: Chance) -> Profile:
    (zh, en), (suffix_zh, suffix_en) = chance.pick(words.HONG_KONG_NAMES), chance.pick(words.HONG_KONG_TRADES)
    numeral = index // 100 + 1
    has_ubi = chance.happens(0.8)
    cr_number = f"C{index:07d}"
    return Profile(
        index=index,
        kind="HONG_KONG",
        number=f"{30_000_000 + index:08d}" if has_ubi else cr_number,
        name=f"{zh}{numeral}{suffix_zh}",
        name_en=f"{en} {numeral} {suffix_en}",
        region_code="810000",
        trade=1,
        age=chance.number(400, 6000),
        direction="EXPORT",
        roles=("MERCHANT", "PLATFORM") if chance.happens(0.3) else ("MERCHANT",),
        customs_code=None,
        filings=chance.number(4, 10),
        declarations=chance.number(2, 6),
        cr_number=cr_number,
    )


def _in_macau(index: int, chance: Chance) -> Profile:
    (zh, en), (suffix_zh, suffix_en) = chance.pick(words.MACAU_NAMES), chance.pick(words.MACAU_TRADES)
    numeral = index // 100 + 1
    return Profile(
        index=index,
        kind="MACAU",
        number=f"SO{index:06d}" if chance.happens(0.6) else f"{81_000_000 + index}",
        name=f"{zh}{numeral}{suffix_zh}",
        name_en=f"{en} {numeral} {suffix_en}",
        region_code="820000",
        trade=3,
        age=chance.number(400, 6000),
        direction="IMPORT",
        roles=("MERCHANT",),
        customs_code=None,
        filings=chance.number(3, 8),
        declarations=chance.number(2, 5),
    )


_ROLES = (("MERCHANT",), ("MERCHANT", "WAREHOUSE"), ("MERCHANT", "AGENT"), ("MERCHANT", "PLATFORM"))
_STATUSES = ("ACTIVE",) * 46 + ("SUSPENDED", "SUSPENDED", "REVOKED", "DEREGISTERED")


def _counted(number: int, alphabet: str, length: int) -> str:
    """Write a number in so many characters of ``alphabet``; the texts of greater numbers sort after it."""
    characters = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        characters.append(alphabet[place])
    return "".join(reversed(characters))
