"""The first dozen enterprises: known by fixed identifiers, each there to show something.

Their identifiers, and those of the records named here, do not depend on seed or size.
"""

from baygate.sample.profile import Profile, Story

EXPORTER = "CN-914401155907310057"
"""A well-behaved exporter: 24 filings, 12 declarations, ratings in every scheme."""

REVOKED_LICENCE_HOLDER = "CN-91440305590731013W"
"""Its food business licence was revoked."""

TAX_D_ENTERPRISE = "CN-91441900590731021T"
"""Rated D by the tax authority."""

DISHONEST_ENTERPRISE = "CN-9144040259073103X9"
"""Seriously dishonest in the eyes of customs, and on the list that says so."""

MISMATCH_IMPORTER = "CN-914401125907310489"
"""One of its imports has three documents that disagree."""

HELD_IMPORTER = "CN-91440304590731056U"
"""One of its imports is held for inspection."""

NEGATIVE_LIST_IMPORTER = "CN-91440605590731064L"
"""It tried to file ivory."""

ONLY_IN_HONG_KONG = "HK-C0031999"
"""Known by its old number only, and only to the Companies Registry."""

MACAU_IMPORTER = "MO-SO004801"
"""A partner in Macau."""

HONG_KONG_PLATFORM = "HK-70812345"
"""A platform in Hong Kong, with a certificate that both sides recognise."""

PAYMENT_COMPANY = "CN-91440305590731101B"
"""It carries the payments of the sample world."""

LOGISTICS_COMPANY = "CN-9144031059073111XA"
"""It carries the goods of the sample world."""

REVOKED_LICENCE_NO = "XK440305794911296"
MISMATCHED_DECLARATION_NO = "510020261179645184"
HELD_DECLARATION_NO = "530020261974556480"
NEGATIVE_LIST_FILING_NO = "BA5100769467776"
EXPORTER_CUSTOMS_CODE = "440193A001"
PLATFORM_CODE = "4403660P01"
PAYMENT_CODE = "440366PAY1"
LOGISTICS_CODE = "440396LOG1"

KNOWN_CITIZEN_ID = "440106199003078425"
KNOWN_CITIZEN_NAME = "陈晓岚"
"""The exporter's legal representative, for ``verifyPerson``."""

KNOWN_ACCOUNT = "6222020000012345678"
"""The exporter's account, for ``verifyAccount``."""


def _mainland(
    index: int, key: str, names: tuple[str, str], trade: int, story: Story, customs_code: str, **others: object
) -> Profile:
    values: dict[str, object] = {
        "index": index,
        "kind": "MAINLAND",
        "number": key[3:],
        "name": names[0],
        "name_en": names[1],
        "region_code": key[5:11],
        "trade": trade,
        "age": 3200 + 97 * index,
        "direction": "IMPORT",
        "roles": ("MERCHANT",),
        "customs_code": customs_code,
        "filings": 20,
        "declarations": 10,
        "story": story,
        **others,
    }
    return Profile(**values)  # type: ignore[arg-type]


CASES: tuple[Profile, ...] = (
    _mainland(
        0, EXPORTER, ("广州市云帆跨境电子商务有限公司", "Guangzhou Yunfan Cross-border E-commerce Co., Ltd."), 0,
        Story.EXPORTER, EXPORTER_CUSTOMS_CODE, direction="EXPORT", filings=24, declarations=12,
        roles=("MERCHANT", "MANUFACTURER"),
    ),
    _mainland(
        1, REVOKED_LICENCE_HOLDER, ("深圳市湾禾食品贸易有限公司", "Shenzhen Wanhe Food Trading Co., Ltd."), 3,
        Story.REVOKED_LICENCE, "440396A002",
    ),
    _mainland(
        2, TAX_D_ENTERPRISE, ("东莞市盛达电子科技有限公司", "Dongguan Shengda Electronic Technology Co., Ltd."), 4,
        Story.TAX_D, "441996A003", direction="EXPORT",
    ),
    _mainland(
        3, DISHONEST_ENTERPRISE, ("珠海市汇通进出口贸易有限公司", "Zhuhai Huitong Import and Export Co., Ltd."), 1,
        Story.DISHONEST, "440496A004",
    ),
    _mainland(
        4, MISMATCH_IMPORTER, ("广州市棠美美妆贸易有限公司", "Guangzhou Tangmei Beauty Trading Co., Ltd."), 6,
        Story.MISMATCH, "440196A005",
    ),
    _mainland(
        5, HELD_IMPORTER, ("深圳市优途跨境电子商务有限公司", "Shenzhen Youtu Cross-border E-commerce Co., Ltd."), 0,
        Story.HELD, "440396A006",
    ),
    _mainland(
        6, NEGATIVE_LIST_IMPORTER, ("佛山市木象家居用品有限公司", "Foshan Muxiang Household Products Co., Ltd."), 5,
        Story.NEGATIVE_LIST, "440696A007",
    ),
    Profile(
        index=7, kind="HONG_KONG", number=ONLY_IN_HONG_KONG[3:], name="維港舊友貿易有限公司",
        name_en="Victoria Old Friends Trading Limited", region_code="810000", trade=1, age=9800,
        direction="EXPORT", roles=("MERCHANT",), customs_code=None, filings=0, declarations=0,
        story=Story.ONLY_IN_HONG_KONG, cr_number=ONLY_IN_HONG_KONG[3:],
    ),
    Profile(
        index=8, kind="MACAU", number=MACAU_IMPORTER[3:], name="濠江食品進口有限公司",
        name_en="Hou Kong Importação de Alimentos, Limitada", region_code="820000", trade=3, age=4100,
        direction="IMPORT", roles=("MERCHANT",), customs_code=None, filings=6, declarations=5,
        story=Story.MACAU_IMPORTER,
    ),
    Profile(
        index=9, kind="HONG_KONG", number=HONG_KONG_PLATFORM[3:], name="滙港電子商務平台有限公司",
        name_en="Harbour Link E-Commerce Platform Limited", region_code="810000", trade=0, age=2900,
        direction="EXPORT", roles=("PLATFORM", "MERCHANT"), customs_code=None, filings=8, declarations=4,
        story=Story.HONG_KONG_PLATFORM, cr_number="C2801234",
    ),
    _mainland(
        10, PAYMENT_COMPANY, ("深圳市信联支付科技有限公司", "Shenzhen Xinlian Payment Technology Co., Ltd."), 4,
        Story.PAYMENT_COMPANY, PAYMENT_CODE, roles=("PAYMENT",), filings=0, declarations=0,
    ),
    _mainland(
        11, LOGISTICS_COMPANY, ("深圳市捷航国际物流有限公司", "Shenzhen Jiehang International Logistics Co., Ltd."), 8,
        Story.LOGISTICS_COMPANY, LOGISTICS_CODE, roles=("LOGISTICS", "AGENT", "WAREHOUSE"), filings=0, declarations=0,
    ),
)  # fmt: skip
