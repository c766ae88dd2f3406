"""The records of the clearance view."""

from functools import lru_cache
from typing import NamedTuple

from baygate.contract.clearance_codes import ClearanceStatus
from baygate.intake import fields as f
from baygate.intake.record_kind import RecordKind, Rule, in_order
from baygate.storage.tables import clearance


class Declaration(NamedTuple):
    """A declaration to customs; ``match_outcome`` is what ``matching`` found."""

    party_id: f.PartyId
    declaration_no: f.OwnDeclarationNo
    list_no: f.RecordNo
    order_no: f.RecordNo
    mode: f.SupervisionModeCode
    direction: f.DirectionCode
    status: f.ClearanceStatusCode
    return_status: f.ReturnStatus
    customs_office: f.CustomsOffice
    port: f.CustomsOffice
    platform_code: f.TraderCode | None
    agent_code: f.TraderCode | None
    transport_mode: f.TransportModeCode
    trade_country: f.Country
    currency: f.Currency
    total_value: f.Money
    freight: f.Money
    insurance: f.Money
    gross_weight: f.Quantity
    net_weight: f.Quantity
    buyer_id_type: f.IdKind | None
    buyer_id_masked: f.MaskedId | None
    buyer_name: f.Name | None
    buyer_telephone: f.Telephone | None
    consignee_address: f.Sentence | None
    match_outcome: f.MatchOutcomeCode
    declared_at: f.Moment
    released_at: f.Moment | None
    updated_at: f.Moment


class DeclarationLine(NamedTuple):
    """Goods of a declaration."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    line_no: f.Sequence
    item_record_no: f.Label | None
    item_no: f.Label
    hs_code: f.HsCode
    goods_name: f.Name
    specification: f.Sentence
    bar_code: f.Gtin | None
    country: f.Country
    currency: f.Currency
    quantity: f.Quantity
    unit: f.Unit
    first_quantity: f.Quantity
    first_unit: f.Unit
    second_quantity: f.Quantity | None
    second_unit: f.Unit | None
    price: f.Money
    total_price: f.Money
    updated_at: f.Moment


class TradeOrder(NamedTuple):
    """The order."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    order_no: f.RecordNo
    platform_code: f.TraderCode
    merchant_code: f.TraderCode
    currency: f.Currency
    amount: f.Money
    freight: f.Money
    discount: f.Money
    buyer_name: f.Name
    ordered_at: f.Moment
    updated_at: f.Moment


class Payment(NamedTuple):
    """The payment."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    payment_no: f.RecordNo
    order_no: f.RecordNo
    payment_company_code: f.TraderCode
    platform_code: f.TraderCode
    currency: f.Currency
    amount: f.Money
    payer_name: f.Name
    paid_at: f.Moment
    updated_at: f.Moment


class Waybill(NamedTuple):
    """The waybill."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    waybill_no: f.RecordNo
    order_no: f.RecordNo
    logistics_company_code: f.TraderCode
    currency: f.Currency
    freight: f.Money
    weight: f.Quantity
    packages: f.Count
    consignee_name: f.Name
    consignee_telephone: f.Telephone | None
    shipped_at: f.Moment
    updated_at: f.Moment


class DocumentMismatch(NamedTuple):
    """A point on which the three documents disagree."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    seq: f.Sequence
    field: f.Label
    documents: f.Label
    explanation: f.Sentence
    updated_at: f.Moment


class StatusEvent(NamedTuple):
    """A step of a declaration."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    seq: f.Sequence
    return_status: f.ReturnStatus
    status: f.ClearanceStatusCode
    message: f.Sentence | None
    occurred_at: f.Moment
    updated_at: f.Moment


class Inspection(NamedTuple):
    """An inspection of declared goods."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    inspection_no: f.RecordNo
    kind: f.InspectionKindCode
    result: f.InspectionResultCode | None
    officer_note: f.Passage | None
    ordered_at: f.Moment
    completed_at: f.Moment | None
    updated_at: f.Moment


class ExportRefund(NamedTuple):
    """The refund of tax on export."""

    party_id: f.PartyId
    declaration_no: f.DeclarationNo
    status: f.RefundStatusCode
    currency: f.Currency
    amount: f.Money
    on_hold: f.Flag
    applied_on: f.Day
    approved_on: f.Day | None
    updated_at: f.Moment


@lru_cache(maxsize=4096)
def _names_its_code(status: str, return_status: int) -> bool:
    try:
        return ClearanceStatus.of(return_status) == status
    except ValueError:
        return False


def _agrees(direction: str, declaration_no: str) -> bool:
    return direction == ("IMPORT" if declaration_no[8] == "1" else "EXPORT")


_STATUS_OF_CODE = Rule("the name of its return_status", ("status", "return_status"), _names_its_code)

DECLARATION = RecordKind(
    Declaration,
    clearance.declaration,
    _STATUS_OF_CODE,
    Rule("that of the declaration number's ninth digit", ("direction", "declaration_no"), _agrees),
    Rule("no less than net_weight", ("gross_weight", "net_weight"), lambda gross, net: gross >= net),
    in_order("declared_at", "released_at"),
)
DECLARATION_LINE = RecordKind(DeclarationLine, clearance.declaration_line)
TRADE_ORDER = RecordKind(TradeOrder, clearance.trade_order)
PAYMENT = RecordKind(Payment, clearance.payment)
WAYBILL = RecordKind(Waybill, clearance.waybill)
DOCUMENT_MISMATCH = RecordKind(DocumentMismatch, clearance.document_mismatch)
STATUS_EVENT = RecordKind(StatusEvent, clearance.status_event, _STATUS_OF_CODE)
INSPECTION = RecordKind(
    Inspection,
    clearance.inspection,
    in_order("ordered_at", "completed_at"),
    Rule(
        "a result when completed, and only then",
        ("result", "completed_at"),
        lambda result, completed_at: (result is None) == (completed_at is None),
    ),
)
EXPORT_REFUND = RecordKind(ExportRefund, clearance.export_refund, in_order("applied_on", "approved_on"))

KINDS = (
    DECLARATION,
    DECLARATION_LINE,
    TRADE_ORDER,
    PAYMENT,
    WAYBILL,
    DOCUMENT_MISMATCH,
    STATUS_EVENT,
    INSPECTION,
    EXPORT_REFUND,
)
