from decimal import Decimal

import pytest

from baygate.intake.matching import (
    ListHead,
    Match,
    OrderDocument,
    PaymentDocument,
    Person,
    WaybillDocument,
    match,
)

BUYER = Person("1", "440106199003078425", "陈晓岚")
HEAD = ListHead("O1", "PLATFORM", "MERCHANT", "LOGISTICS", BUYER, "CNY")
ORDER = OrderDocument("O1", "PLATFORM", "MERCHANT", BUYER, "CNY", Decimal("99.00"))
PAYMENT = PaymentDocument("O1", "PLATFORM", BUYER, "CNY", Decimal("99.00"))
WAYBILL = WaybillDocument("O1", "LOGISTICS")


def disagreements(found: Match) -> list[tuple[str, str]]:
    return [(each.field, each.documents) for each in found.mismatches]


def test_three_documents_that_agree_match():
    assert match(HEAD, ORDER, PAYMENT, WAYBILL) == Match("MATCHED", ())


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_without_one_of_the_documents_the_match_is_incomplete(missing):
    documents = [ORDER, PAYMENT, WAYBILL]
    documents[missing] = None
    assert match(HEAD, *documents) == Match("INCOMPLETE", ())


def test_what_is_there_may_disagree_before_all_has_arrived():
    assert match(HEAD, ORDER._replace(order_no="O2"), None, None).outcome == "MISMATCHED"


@pytest.mark.parametrize(
    ("order", "payment", "waybill", "expected"),
    [
        ({"order_no": "O2"}, {}, {}, [("orderNo", "list, order")]),
        ({}, {"order_no": "O2"}, {}, [("orderNo", "list, payment")]),
        ({}, {}, {"order_no": "O2"}, [("orderNo", "list, waybill")]),
        ({}, {"payer": BUYER._replace(id_kind="2")}, {}, [("payerIdType", "order, payment")]),
        ({}, {"payer": BUYER._replace(id_number="1")}, {}, [("payerIdNumber", "order, payment")]),
        ({}, {"payer": BUYER._replace(name="王大同")}, {}, [("payerName", "order, payment")]),
        (
            {"buyer": BUYER._replace(name="王大同")},
            {"payer": BUYER._replace(name="王大同")},
            {},
            [("buyerName", "list, order")],
        ),
        ({}, {"currency": "HKD"}, {}, [("currency", "order, payment")]),
        ({"currency": "HKD"}, {"currency": "HKD"}, {}, [("currency", "list, order")]),
        ({}, {"amount": Decimal("98.98")}, {}, [("amount", "order, payment")]),
        ({"platform_code": "OTHER"}, {}, {}, [("platformCode", "list, order")]),
        ({}, {"platform_code": "OTHER"}, {}, [("platformCode", "list, payment")]),
        ({"merchant_code": "OTHER"}, {}, {}, [("merchantCode", "list, order")]),
        ({}, {}, {"logistics_company_code": "OTHER"}, [("logisticsCompanyCode", "list, waybill")]),
        (
            {},
            {"amount": Decimal(1), "platform_code": "OTHER", "payer": BUYER._replace(name="王大同")},
            {},
            [("payerName", "order, payment"), ("amount", "order, payment"), ("platformCode", "list, payment")],
        ),
    ],
)
def test_each_disagreement_is_named_with_its_documents(order, payment, waybill, expected):
    found = match(HEAD, ORDER._replace(**order), PAYMENT._replace(**payment), WAYBILL._replace(**waybill))
    assert found.outcome == "MISMATCHED"
    assert disagreements(found) == expected


def test_amounts_within_the_tolerance_agree():
    cent_less = PAYMENT._replace(amount=Decimal("98.99"))
    assert match(HEAD, ORDER, cent_less, WAYBILL).outcome == "MATCHED"
    assert match(HEAD, ORDER, cent_less, WAYBILL, tolerance=Decimal(0)).outcome == "MISMATCHED"


def test_no_explanation_leads_to_a_person():
    payer = Person("2", "E12345678", "王大同")
    text = str(match(HEAD, ORDER, PAYMENT._replace(payer=payer), WAYBILL).mismatches)
    assert not any(part in text for part in (*BUYER[1:], *payer[1:]))
