"""The clearance view bound to its tables."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from baygate.sources.binding import (
    Comparison,
    Expression,
    FieldBinding,
    Filter,
    One,
    Ordering,
    Paged,
    Several,
    bound,
    same,
)
from baygate.storage.tables import clearance

DECLARATION_FILTERS = {
    "modes": Filter("mode", Comparison.ANY_OF),
    "direction": Filter("direction"),
    "statuses": Filter("status", Comparison.ANY_OF),
    "matchOutcome": Filter("matchOutcome"),
    "customsOffice": Filter("customsOffice"),
    "tradeCountry": Filter("tradeCountry"),
    "released": Filter("releasedAt", Comparison.PRESENT),
    "declaredFrom": Filter("declaredAt", Comparison.AT_LEAST),
    "declaredTo": Filter("declaredAt", Comparison.AT_MOST),
}
DECLARATION_ORDERS = {
    "DECLARED_AT_DESC": Ordering(("declaredAt", "partyId", "declarationNo"), descending=True),
    "DECLARED_AT_ASC": Ordering(("declaredAt", "partyId", "declarationNo")),
}


def _sum_in_sql(*amounts: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    first, *others = amounts
    total = first
    for each in others:
        total += each
    return total


def _sum_in_python(*amounts: Decimal) -> Decimal:
    return sum(amounts, Decimal("0.00"))


_OF_DECLARATION = same("party_id", "declaration_no")

OBJECTS = (
    bound(
        "Declaration",
        clearance.declaration,
        dutiableValue=Expression(("totalValue", "freight", "insurance"), _sum_in_sql, _sum_in_python),
        declarant=One("Party", on=same("party_id")),
        order=One("TradeOrder", on=_OF_DECLARATION),
        payment=One("Payment", on=_OF_DECLARATION),
        waybill=One("Waybill", on=_OF_DECLARATION),
        refund=One("ExportRefund", on=_OF_DECLARATION),
        lines=Several("DeclarationLine", on=_OF_DECLARATION, order=Ordering(("lineNo",))),
        mismatches=Several("DocumentMismatch", on=_OF_DECLARATION, order=Ordering(("seq",))),
        timeline=Several("StatusEvent", on=_OF_DECLARATION, order=Ordering(("seq",))),
        inspections=Several("Inspection", on=_OF_DECLARATION, order=Ordering(("inspectionNo",))),
    ),
    bound("DeclarationLine", clearance.declaration_line),
    bound("TradeOrder", clearance.trade_order),
    bound("Payment", clearance.payment),
    bound("Waybill", clearance.waybill),
    bound("DocumentMismatch", clearance.document_mismatch),
    bound("StatusEvent", clearance.status_event),
    bound("Inspection", clearance.inspection),
    bound("ExportRefund", clearance.export_refund),
)

PARTY_FIELDS: Mapping[str, FieldBinding] = {
    "declarations": Paged("Declaration", on=same("party_id"), orders=DECLARATION_ORDERS, filters=DECLARATION_FILTERS),
}

ROOTS: Mapping[str, FieldBinding] = {
    "declaration": One("Declaration", by={"declarationNo": "declarationNo"}),
    "declarationByOrder": One("Declaration", by={"orderNo": "orderNo"}),
    "declarations": Paged("Declaration", orders=DECLARATION_ORDERS, filters=DECLARATION_FILTERS),
}
