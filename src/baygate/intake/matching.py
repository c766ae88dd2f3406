"""Whether order, payment and waybill of one list agree.

1. All of them name the list's order.
2. The payer is the buyer: kind and number of the identity document, and name. So is the list's buyer.
3. Order and payment agree on amount, within a tolerance, and on currency, which is the list's.
4. The codes of the parties agree: platform, merchant, logistics company.

Each point on which they disagree is named once, with the documents that disagree. An explanation never
contains what leads to a person. A document that is missing makes the match incomplete, unless what is there
disagrees already.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from baygate.contract.clearance_codes import MatchOutcome

TOLERANCE = Decimal("0.01")
"""How far the amounts of order and payment may be apart; an operator's to set."""


class Person(NamedTuple):
    """A natural person as the documents name one."""

    id_kind: str
    id_number: str
    name: str


class ListHead(NamedTuple):
    """What a list (CEB 603, 621) says of its documents."""

    order_no: str
    platform_code: str
    merchant_code: str
    logistics_company_code: str
    buyer: Person
    currency: str


class OrderDocument(NamedTuple):
    """The order (CEB 303, 311)."""

    order_no: str
    platform_code: str
    merchant_code: str
    buyer: Person
    currency: str
    amount: Decimal


class PaymentDocument(NamedTuple):
    """The payment or receipt (CEB 403, 411)."""

    order_no: str
    platform_code: str
    payer: Person
    currency: str
    amount: Decimal


class WaybillDocument(NamedTuple):
    """The waybill (CEB 505, 511)."""

    order_no: str
    logistics_company_code: str


class Mismatch(NamedTuple):
    """One point of disagreement."""

    field: str
    documents: str
    explanation: str


class Match(NamedTuple):
    """What the comparison gave."""

    outcome: str
    mismatches: tuple[Mismatch, ...]


_MATCHED = Match(MatchOutcome.MATCHED.value, ())


def match(
    head: ListHead,
    order: OrderDocument | None,
    payment: PaymentDocument | None,
    waybill: WaybillDocument | None,
    tolerance: Decimal = TOLERANCE,
) -> Match:
    """Compare the three documents of a list, as far as they have arrived."""
    mismatches = (
        *_order_numbers(head, order, payment, waybill),
        *_persons(head, order, payment),
        *_money(head, order, payment, tolerance),
        *_parties(head, order, payment, waybill),
    )
    if mismatches:
        return Match(MatchOutcome.MISMATCHED.value, mismatches)
    if order is None or payment is None or waybill is None:
        return Match(MatchOutcome.INCOMPLETE.value, ())
    return _MATCHED


def _order_numbers(
    head: ListHead,
    order: OrderDocument | None,
    payment: PaymentDocument | None,
    waybill: WaybillDocument | None,
) -> Iterator[Mismatch]:
    for name, document in (("order", order), ("payment", payment), ("waybill", waybill)):
        if document is not None and document.order_no != head.order_no:
            yield _differing("orderNo", "list", head.order_no, name, document.order_no)


def _persons(head: ListHead, order: OrderDocument | None, payment: PaymentDocument | None) -> Iterator[Mismatch]:
    pairs = (
        ("payer", "order, payment", order and order.buyer, payment and payment.payer),
        ("buyer", "list, order", head.buyer, order and order.buyer),
    )
    for who, documents, one, other in pairs:
        if one is None or other is None or one == other:
            continue
        if one.id_kind != other.id_kind:
            yield Mismatch(f"{who}IdType", documents, f"{who}: another kind of identity document than the buyer's")
        if one.id_number != other.id_number:
            yield Mismatch(f"{who}IdNumber", documents, f"{who}: another identity number than the buyer's")
        if one.name != other.name:
            yield Mismatch(f"{who}Name", documents, f"{who}: another name than the buyer's")


def _money(
    head: ListHead, order: OrderDocument | None, payment: PaymentDocument | None, tolerance: Decimal
) -> Iterator[Mismatch]:
    if order is not None and order.currency != head.currency:
        yield _differing("currency", "list", head.currency, "order", order.currency)
    if order is None or payment is None:
        return
    if order.currency != payment.currency:
        yield _differing("currency", "order", order.currency, "payment", payment.currency)
    elif abs(order.amount - payment.amount) > tolerance:
        yield _differing("amount", "order", str(order.amount), "payment", str(payment.amount))


def _parties(
    head: ListHead,
    order: OrderDocument | None,
    payment: PaymentDocument | None,
    waybill: WaybillDocument | None,
) -> Iterator[Mismatch]:
    if order is not None and order.platform_code != head.platform_code:
        yield _differing("platformCode", "list", head.platform_code, "order", order.platform_code)
    if payment is not None and payment.platform_code != head.platform_code:
        yield _differing("platformCode", "list", head.platform_code, "payment", payment.platform_code)
    if order is not None and order.merchant_code != head.merchant_code:
        yield _differing("merchantCode", "list", head.merchant_code, "order", order.merchant_code)
    if waybill is not None and waybill.logistics_company_code != head.logistics_company_code:
        yield _differing(
            "logisticsCompanyCode",
            "list",
            head.logistics_company_code,
            "waybill",
            waybill.logistics_company_code,
        )


def _differing(field: str, one: str, its: str, other: str, the_others: str) -> Mismatch:
    return Mismatch(field, f"{one}, {other}", f"{one}: {its}; {other}: {the_others}")
