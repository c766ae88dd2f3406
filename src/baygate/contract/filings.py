"""The filings view: filed goods, goods lists, licences, certificates and test reports, tracing. 备案视图"""

import datetime
import decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import federation

from baygate.contract.codes import Direction, Jurisdiction, LicenceStatus
from baygate.contract.declaring import condition, entity, interface, record, shared
from baygate.contract.filings_codes import (
    BusinessType,
    ConformityDocumentOrder,
    ConformityKind,
    FilingItemOrder,
    FilingOperation,
    FilingStatus,
    GoodsListKind,
    GoodsListOrder,
    ProductFilingOrder,
    TestConclusion,
    TraceStage,
)
from baygate.contract.listing import Connection, short
from baygate.contract.scalars import AgencyId, Gtin, HsCode

if TYPE_CHECKING:
    from baygate.contract.identity import Party

__all__ = [
    "READ",
    "Certification",
    "ConformityDocument",
    "ConformityDocumentConnection",
    "ConformityDocumentFilter",
    "ConformityDocumentOrder",
    "FilingItem",
    "FilingItemConnection",
    "FilingItemFilter",
    "FilingItemOrder",
    "GoodsListEntry",
    "GoodsListEntryConnection",
    "GoodsListFilter",
    "GoodsListOrder",
    "ProductFiling",
    "ProductFilingConnection",
    "ProductFilingFilter",
    "ProductFilingOrder",
    "ProductLicence",
    "TestReport",
    "TraceEvent",
]

READ = "filings:read"

PartyRef = Annotated["Party", strawberry.lazy("baygate.contract.identity")]


@record
class FilingItem:
    """Goods of a filing. 备案商品"""

    seq: int = shared("Number of the goods within the filing. 序号", READ)
    enterprise_goods_no: str | None = shared("Number given by the enterprise. 企业商品货号", READ)
    port_goods_no: str | None = shared("Number given by the e-port. 电子口岸商品编号", READ)
    inspection_goods_no: str | None = shared("Number given by inspection and quarantine. 检验检疫商品备案号", READ)
    customs_goods_no: str | None = shared("Number given by customs. 海关商品备案号", READ)
    ledger_no: str | None = shared("Number of the bonded ledger. 账册编号", READ)
    item_no: str | None = shared("Number of the goods in the ledger. 账册项号", READ)
    shelf_name: str | None = shared("Name on the shelf. 上架品名", READ)
    postal_tax_code: str | None = shared("Code for the tax on postal articles. 行邮税号", READ)
    hs_code: HsCode | None = shared("Commodity code. 商品编码", READ)
    bar_code: Gtin | None = shared("Bar code. 商品条码", READ)
    goods_name: str | None = shared("Name of the goods. 商品名称", READ)
    specification: str | None = shared("Specification and model. 规格型号", READ)
    brand: str | None = shared("Brand. 品牌", READ)
    unit: str | None = shared("Unit of trade. 申报单位", READ)
    first_unit: str | None = shared("First legal unit. 第一法定单位", READ)
    second_unit: str | None = shared("Second legal unit. 第二法定单位", READ)
    registered_price: decimal.Decimal | None = shared("Filed price, in the filing's currency. 备案价格", READ)
    gift: bool | None = shared("Given, not sold. 是否赠品", READ)
    origin_country: str | None = shared("Country of origin. 原产国", READ)
    quality_standard: str | None = shared("Standard of quality. 品质标准", READ)
    quality_certificate: str | None = shared("Certificate of quality. 品质证明", READ)
    manufacturer: str | None = shared("Who makes it. 生产厂家", READ)
    net_weight: decimal.Decimal | None = shared("Net weight, kg. 净重", READ)
    gross_weight: decimal.Decimal | None = shared("Gross weight, kg. 毛重", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    filing: "ProductFiling | None" = shared("The filing that it stands in. 所属备案", READ)


@record
class TraceEvent:
    """A step in the life of filed goods. 质量追溯事件"""

    seq: int = shared("Number of the event within the filing. 序号", READ)
    stage: TraceStage | None = shared("Step in the life of the goods. 追溯环节", READ)
    lot: str | None = shared("Lot. 批次", READ)
    place: str | None = shared("Place. 地点", READ)
    result: str | None = shared("What was found. 结果", READ)
    occurred_at: datetime.datetime | None = shared("When it happened. 发生时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@entity("filingNo")
class ProductFiling:
    """A filing of goods for cross-border trade. 商品备案"""

    filing_no: str = shared("Number of the filing. 备案编号", READ)
    operation: FilingOperation | None = shared("What it does with its goods. 操作类型", READ)
    direction: Direction | None = shared("Import or export. 进出口标志", READ)
    business_type: BusinessType | None = shared("Business that the goods are filed for. 业务类型", READ)
    customs_office: str | None = shared("Customs office. 主管海关", READ)
    inspection_office: str | None = shared("Office of inspection and quarantine. 检验检疫机构", READ)
    platform_code: str | None = shared("Code of the platform. 电商平台代码", READ)
    currency: str | None = shared("Currency of the prices. 币制", READ)
    status: FilingStatus | None = shared("Where it stands. 备案状态", READ)
    declared_at: datetime.datetime | None = shared("When it was declared. 申报时间", READ)
    decided_at: datetime.datetime | None = shared("When it was decided; none while pending. 审批时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    enterprise: PartyRef | None = shared("Who files. 备案企业", READ)
    items: list[FilingItem] | None = short("Its goods, in the order of the filing. 备案商品", READ)
    trace_events: list[TraceEvent] | None = short("Steps in the life of its goods, in order. 质量追溯", READ)


@entity("licenceNo")
class ProductLicence:
    """A licence for a product. 产品许可"""

    licence_no: str = shared("Number of the licence. 许可证编号", READ)
    category: str | None = shared("Category of the licence. 许可类别", READ)
    product_name: str | None = shared("Name of the product. 产品名称", READ)
    issuing_authority: str | None = shared("Authority that issued it. 发证机关", READ)
    status: LicenceStatus | None = shared("Standing of the licence. 状态", READ)
    issued_on: datetime.date | None = shared("Day of issue. 发证日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    holder: PartyRef | None = shared("Who holds it. 持证企业", READ)


@interface("documentNo")
class ConformityDocument:
    """A certificate or test report: one certification, one test, valid in both places. 合格评定文件"""

    document_no: str = shared("Number of the document. 文件编号", READ)
    kind: ConformityKind | None = shared("Certificate or test report. 类别", READ)
    issuer: str | None = shared("Body that issued it. 签发机构", READ)
    issuing_jurisdiction: Jurisdiction | None = shared("Where it was issued. 签发地", READ)
    recognised_in: list[Jurisdiction] | None = shared("Where it is recognised. 互认地", READ)
    standard: str | None = shared("Standard that it attests. 依据标准", READ)
    hs_code: HsCode | None = shared("Commodity code of the product. 商品编码", READ)
    issued_on: datetime.date | None = shared("Day of issue. 签发日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    holder: PartyRef | None = shared("Whose product it attests. 持有企业", READ)


@entity("documentNo")
class Certification(ConformityDocument):
    """A certificate of conformity. 认证证书"""

    scheme: str | None = shared("Scheme of certification. 认证制度", READ)
    scope: str | None = shared("What it covers. 认证范围", READ)
    status: LicenceStatus | None = shared("Standing of the certificate. 状态", READ)


@entity("documentNo")
class TestReport(ConformityDocument):
    """A report of a test. 检测报告"""

    __test__ = False

    laboratory: str | None = shared("Laboratory that tested. 检测实验室", READ)
    sample_name: str | None = shared("Sample that was tested. 样品名称", READ)
    conclusion: TestConclusion | None = shared("Conclusion. 检测结论", READ)
    failed_items: str | None = shared("What did not meet the standard. 不合格项目", READ)


@entity("hsCode listKind edition")
class GoodsListEntry:
    """Goods on a list of what may, or may not, be traded. 商品清单条目"""

    hs_code: HsCode = shared("Commodity code. 商品编码", READ)
    list_kind: GoodsListKind = shared("What standing on the list means. 清单性质", READ)
    edition: str = shared("Edition of the list. 清单版本", READ)
    goods_name: str | None = shared("Name of the goods. 商品名称", READ)
    unit: str | None = shared("Unit of trade. 计量单位", READ)
    note: str | None = shared("Condition attached. 备注", READ)
    valid_from: datetime.date | None = shared("First day of validity. 有效期起", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@federation.input(description="Which filings; all conditions together. 备案筛选")
class ProductFilingFilter:
    """Conditions on product filings, joined by AND."""

    direction: Direction | None = condition("Import or export. 进出口标志")
    business_type: BusinessType | None = condition("For this business. 业务类型")
    statuses: list[FilingStatus] | None = condition("In one of these states. 状态")
    customs_office: str | None = condition("At this customs office. 主管海关")
    decided: bool | None = condition("Decided, or not yet. 是否已审批")
    declared_from: datetime.datetime | None = condition("Declared at or after. 申报时间起")
    declared_to: datetime.datetime | None = condition("Declared at or before. 申报时间止")


@federation.input(description="Which filed goods; all conditions together. 备案商品筛选")
class FilingItemFilter:
    """Conditions on filed goods, joined by AND."""

    hs_code: HsCode | None = condition("With this commodity code. 商品编码")
    hs_code_prefix: str | None = condition("Commodity code begins so. 商品编码前缀")
    bar_code: Gtin | None = condition("With this bar code. 商品条码")
    origin_country: str | None = condition("From this country. 原产国")
    gift: bool | None = condition("Given, or sold. 是否赠品")


@federation.input(description="Which documents; all conditions together. 合格评定文件筛选")
class ConformityDocumentFilter:
    """Conditions on conformity documents, joined by AND."""

    kind: ConformityKind | None = condition("Certificates or test reports. 类别")
    issuing_jurisdiction: Jurisdiction | None = condition("Issued there. 签发地")
    recognised_in: Jurisdiction | None = condition("Recognised there. 互认地")
    hs_code: HsCode | None = condition("For this commodity code. 商品编码")
    hs_code_prefix: str | None = condition("For commodity codes that begin so. 商品编码前缀")
    issued_from: datetime.date | None = condition("Issued on or after. 签发日期起")
    issued_to: datetime.date | None = condition("Issued on or before. 签发日期止")


@federation.input(description="Which listed goods; all conditions together. 清单筛选")
class GoodsListFilter:
    """Conditions on listed goods, joined by AND."""

    kind: GoodsListKind | None = condition("On lists of this kind. 清单性质")
    edition: str | None = condition("In this edition. 清单版本")
    hs_code: HsCode | None = condition("With this commodity code. 商品编码")
    hs_code_prefix: str | None = condition("Commodity code begins so. 商品编码前缀")
    valid_from_by: datetime.date | None = condition("In force from this day or earlier. 有效期起不晚于")
    valid_to_set: bool | None = condition("With a last day of validity, or open. 是否设有效期止")


ProductFilingConnection = Connection[ProductFiling]
FilingItemConnection = Connection[FilingItem]
ConformityDocumentConnection = Connection[ConformityDocument]
GoodsListEntryConnection = Connection[GoodsListEntry]
