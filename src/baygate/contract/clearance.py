"""The clearance view: declarations, the three documents and their match, release, refund. 通关视图"""

import datetime
import decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import federation

from baygate.contract.clearance_codes import (
    ClearanceStatus,
    DeclarationOrder,
    InspectionKind,
    InspectionResult,
    MatchOutcome,
    RefundStatus,
    SupervisionMode,
    TransportMode,
)
from baygate.contract.codes import Direction
from baygate.contract.declaring import condition, entity, record, shared
from baygate.contract.listing import Connection, short
from baygate.contract.scalars import AgencyId, DeclarationNo, Gtin, HsCode

if TYPE_CHECKING:
    from baygate.contract.identity import Party

__all__ = [
    "READ",
    "Declaration",
    "DeclarationConnection",
    "DeclarationFilter",
    "DeclarationLine",
    "DeclarationOrder",
    "DocumentMismatch",
    "ExportRefund",
    "Inspection",
    "Payment",
    "StatusEvent",
    "TradeOrder",
    "Waybill",
]

READ = "clearance:read"
PERSONAL = "clearance:personal"
INVESTIGATION = "clearance:investigation"

PartyRef = Annotated["Party", strawberry.lazy("baygate.contract.identity")]


@record
class DeclarationLine:
    """Goods of a declaration. 报关单表体"""

    line_no: int = shared("Number of the line. 商品序号", READ)
    item_record_no: str | None = shared("Number of the record in the ledger. 账册备案料号", READ)
    item_no: str | None = shared("Number given by the enterprise. 企业商品货号", READ)
    hs_code: HsCode | None = shared("Commodity code. 商品编码", READ)
    goods_name: str | None = shared("Name of the goods. 商品名称", READ)
    specification: str | None = shared("Specification and model. 规格型号", READ)
    bar_code: Gtin | None = shared("Bar code. 条形码", READ)
    country: str | None = shared("Country of origin or destination. 原产国或目的国", READ)
    currency: str | None = shared("Currency. 币制", READ)
    quantity: decimal.Decimal | None = shared("Quantity in the unit of trade. 数量", READ)
    unit: str | None = shared("Unit of trade. 计量单位", READ)
    first_quantity: decimal.Decimal | None = shared("Quantity in the first legal unit. 第一法定数量", READ)
    first_unit: str | None = shared("First legal unit. 第一法定单位", READ)
    second_quantity: decimal.Decimal | None = shared("Quantity in the second legal unit. 第二法定数量", READ)
    second_unit: str | None = shared("Second legal unit. 第二法定单位", READ)
    price: decimal.Decimal | None = shared("Price of one. 单价", READ)
    total_price: decimal.Decimal | None = shared("Price of all. 总价", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class TradeOrder:
    """The order: first of the three documents. 订单"""

    order_no: str | None = shared("Number of the order. 订单编号", READ)
    platform_code: str | None = shared("Code of the platform. 电商平台代码", READ)
    merchant_code: str | None = shared("Code of the merchant. 电商企业代码", READ)
    currency: str | None = shared("Currency. 币制", READ)
    amount: decimal.Decimal | None = shared("Amount to pay. 订单金额", READ)
    freight: decimal.Decimal | None = shared("Freight in it. 运杂费", READ)
    discount: decimal.Decimal | None = shared("Discount taken off. 非现金抵扣金额", READ)
    buyer_name: str | None = shared("Name of the buyer. 订购人姓名", READ, PERSONAL, personal=True)
    ordered_at: datetime.datetime | None = shared("When it was placed. 下单时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class Payment:
    """The payment: second of the three documents. 支付单"""

    payment_no: str | None = shared("Number of the payment. 支付交易编号", READ)
    order_no: str | None = shared("Number of the order that it pays. 订单编号", READ)
    payment_company_code: str | None = shared("Code of the payment company. 支付企业代码", READ)
    platform_code: str | None = shared("Code of the platform. 电商平台代码", READ)
    currency: str | None = shared("Currency. 币制", READ)
    amount: decimal.Decimal | None = shared("Amount paid. 支付金额", READ)
    payer_name: str | None = shared("Name of the payer. 支付人姓名", READ, PERSONAL, personal=True)
    paid_at: datetime.datetime | None = shared("When it was paid. 支付时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class Waybill:
    """The waybill: third of the three documents. 物流运单"""

    waybill_no: str | None = shared("Number of the waybill. 物流运单编号", READ)
    order_no: str | None = shared("Number of the order that it carries. 订单编号", READ)
    logistics_company_code: str | None = shared("Code of the logistics company. 物流企业代码", READ)
    currency: str | None = shared("Currency. 币制", READ)
    freight: decimal.Decimal | None = shared("Freight. 运费", READ)
    weight: decimal.Decimal | None = shared("Gross weight, kg. 毛重", READ)
    packages: int | None = shared("Number of packages. 件数", READ)
    consignee_name: str | None = shared("Name of the consignee. 收货人姓名", READ, PERSONAL, personal=True)
    consignee_telephone: str | None = shared("Telephone of the consignee. 收货人电话", READ, PERSONAL, personal=True)
    shipped_at: datetime.datetime | None = shared("When it was shipped. 发运时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class DocumentMismatch:
    """A point on which the three documents disagree. 三单比对差异"""

    seq: int = shared("Number of the mismatch within its declaration. 序号", READ)
    field: str | None = shared("On which field they disagree. 差异字段", READ)
    documents: str | None = shared("Which documents disagree. 涉及单证", READ)
    explanation: str | None = shared("How they disagree. 差异说明", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class StatusEvent:
    """A step of a declaration. 通关状态回执"""

    seq: int = shared("Number of the step within its declaration. 序号", READ)
    return_status: int | None = shared("Code of the receipt. 回执状态代码", READ)
    status: ClearanceStatus | None = shared("Name of that code. 通关状态", READ)
    message: str | None = shared("Text of the receipt. 回执信息", READ)
    occurred_at: datetime.datetime | None = shared("When it happened. 回执时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class Inspection:
    """An inspection of declared goods. 查验"""

    inspection_no: str = shared("Number of the inspection. 查验编号", READ)
    kind: InspectionKind | None = shared("What it looks at. 查验类别", READ)
    result: InspectionResult | None = shared("What it found; none while it lasts. 查验结果", READ)
    officer_note: str | None = shared("Note of the officer. 查验关员备注", READ, INVESTIGATION)
    ordered_at: datetime.datetime | None = shared("When it was ordered. 布控时间", READ)
    completed_at: datetime.datetime | None = shared("When it was completed; none while it lasts. 完成时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class ExportRefund:
    """The refund of tax on export. 出口退税"""

    status: RefundStatus | None = shared("Where it stands. 状态", READ)
    currency: str | None = shared("Currency. 币制", READ)
    amount: decimal.Decimal | None = shared("Amount to refund. 退税金额", READ)
    on_hold: bool | None = shared("Held back. 是否暂缓", READ)
    applied_on: datetime.date | None = shared("Day of the application. 申报日期", READ)
    approved_on: datetime.date | None = shared("Day of approval; none before. 审批日期", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@entity("declarationNo")
class Declaration:
    """A declaration to customs. 报关单"""

    declaration_no: DeclarationNo = shared("Number of the declaration. 报关单号", READ)
    list_no: str | None = shared("Number of the list. 清单编号", READ)
    order_no: str | None = shared("Number of the order. 订单编号", READ)
    mode: SupervisionMode | None = shared("Supervision mode. 监管方式", READ)
    direction: Direction | None = shared("Import or export. 进出口标志", READ)
    status: ClearanceStatus | None = shared("Where it stands. 通关状态", READ)
    return_status: int | None = shared("Code of the last receipt. 回执状态代码", READ)
    customs_office: str | None = shared("Customs office. 申报海关", READ)
    port: str | None = shared("Port of entry or exit. 口岸海关", READ)
    platform_code: str | None = shared("Code of the platform. 电商平台代码", READ)
    agent_code: str | None = shared("Code of the declaring agent. 申报企业代码", READ)
    transport_mode: TransportMode | None = shared("How the goods travel. 运输方式", READ)
    trade_country: str | None = shared("Country of departure or destination. 起运国或运抵国", READ)
    currency: str | None = shared("Currency. 币制", READ)
    total_value: decimal.Decimal | None = shared("Value of the goods. 总值", READ)
    freight: decimal.Decimal | None = shared("Freight. 运费", READ)
    insurance: decimal.Decimal | None = shared("Insurance. 保费", READ)
    dutiable_value: decimal.Decimal | None = shared("Value, freight and insurance together. 完税价格", READ)
    gross_weight: decimal.Decimal | None = shared("Gross weight, kg. 毛重", READ)
    net_weight: decimal.Decimal | None = shared("Net weight, kg. 净重", READ)
    buyer_id_type: str | None = shared(
        "Kind of the buyer's identity document. 订购人证件类型", READ, PERSONAL, personal=True
    )
    buyer_id_masked: str | None = shared(
        "Number of that document, masked. 订购人证件号码（脱敏）", READ, PERSONAL, personal=True
    )
    buyer_name: str | None = shared("Name of the buyer. 订购人姓名", READ, PERSONAL, personal=True)
    buyer_telephone: str | None = shared("Telephone of the buyer. 订购人电话", READ, PERSONAL, personal=True)
    consignee_address: str | None = shared("Address of the consignee. 收货地址", READ, PERSONAL, personal=True)
    match_outcome: MatchOutcome | None = shared("Whether the three documents agree. 三单比对结果", READ)
    declared_at: datetime.datetime | None = shared("When it was declared. 申报时间", READ)
    released_at: datetime.datetime | None = shared("When it was released; none before. 放行时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    declarant: PartyRef | None = shared("Whose declaration it is. 申报主体", READ)
    order: TradeOrder | None = shared("The order. 订单", READ)
    payment: Payment | None = shared("The payment. 支付单", READ)
    waybill: Waybill | None = shared("The waybill. 物流运单", READ)
    refund: ExportRefund | None = shared("The refund of tax on export. 出口退税", READ)
    lines: list[DeclarationLine] | None = short("Its goods, line by line. 商品表体", READ)
    mismatches: list[DocumentMismatch] | None = short("Where the three documents disagree. 三单比对差异", READ)
    timeline: list[StatusEvent] | None = short("Its steps, first to last. 通关状态时间线", READ)
    inspections: list[Inspection] | None = short("Its inspections, by number. 查验", READ)


@federation.input(description="Which declarations; all conditions together. 报关单筛选")
class DeclarationFilter:
    """Conditions on declarations, joined by AND."""

    modes: list[SupervisionMode] | None = condition("In one of these modes. 监管方式")
    direction: Direction | None = condition("Import or export. 进出口标志")
    statuses: list[ClearanceStatus] | None = condition("In one of these states. 通关状态")
    match_outcome: MatchOutcome | None = condition("With this match of the three documents. 三单比对结果")
    customs_office: str | None = condition("At this customs office. 申报海关")
    trade_country: str | None = condition("From or to this country. 起运国或运抵国")
    released: bool | None = condition("Released, or not yet. 是否已放行")
    declared_from: datetime.datetime | None = condition("Declared at or after. 申报时间起")
    declared_to: datetime.datetime | None = condition("Declared at or before. 申报时间止")


DeclarationConnection = Connection[Declaration]
