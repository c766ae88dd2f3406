"""Where a declaration is: its head and lines, the three documents and their match, the timeline, release, refund."""

from baygate.storage.tables.columns import (
    day, flag, key, moment, money, number, published, quantity, sequence, text,
)

declaration = published(
    "declaration",
    key("party_id"),
    key("declaration_no"),
    text("list_no"),
    text("order_no"),
    text("mode"),
    text("direction"),
    text("status"),
    number("return_status"),
    text("customs_office"),
    text("port"),
    text("platform_code", optional=True),
    text("agent_code", optional=True),
    text("transport_mode"),
    text("trade_country"),
    text("currency"),
    money("total_value"),
    money("freight"),
    money("insurance"),
    quantity("gross_weight"),
    quantity("net_weight"),
    text("buyer_id_type", optional=True),
    text("buyer_id_masked", optional=True),
    text("buyer_name", optional=True),
    text("buyer_telephone", optional=True),
    text("consignee_address", optional=True),
    text("match_outcome"),
    moment("declared_at"),
    moment("released_at", optional=True),
    indexes=[
        ("declaration_no",),
        ("order_no",),
        ("party_id", "declared_at", "declaration_no"),
        ("declared_at", "party_id", "declaration_no"),
    ],
)

declaration_line = published(
    "declaration_line",
    key("party_id"),
    key("declaration_no"),
    sequence("line_no"),
    text("item_record_no", optional=True),
    text("item_no"),
    text("hs_code"),
    text("goods_name"),
    text("specification"),
    text("bar_code", optional=True),
    text("country"),
    text("currency"),
    quantity("quantity"),
    text("unit"),
    quantity("first_quantity"),
    text("first_unit"),
    quantity("second_quantity", optional=True),
    text("second_unit", optional=True),
    money("price"),
    money("total_price"),
)

trade_order = published(
    "trade_order",
    key("party_id"),
    key("declaration_no"),
    text("order_no"),
    text("platform_code"),
    text("merchant_code"),
    text("currency"),
    money("amount"),
    money("freight"),
    money("discount"),
    text("buyer_name"),
    moment("ordered_at"),
)

payment = published(
    "payment",
    key("party_id"),
    key("declaration_no"),
    text("payment_no"),
    text("order_no"),
    text("payment_company_code"),
    text("platform_code"),
    text("currency"),
    money("amount"),
    text("payer_name"),
    moment("paid_at"),
)

waybill = published(
    "waybill",
    key("party_id"),
    key("declaration_no"),
    text("waybill_no"),
    text("order_no"),
    text("logistics_company_code"),
    text("currency"),
    money("freight"),
    quantity("weight"),
    number("packages"),
    text("consignee_name"),
    text("consignee_telephone", optional=True),
    moment("shipped_at"),
)

document_mismatch = published(
    "document_mismatch",
    key("party_id"),
    key("declaration_no"),
    sequence("seq"),
    text("field"),
    text("documents"),
    text("explanation"),
)

status_event = published(
    "status_event",
    key("party_id"),
    key("declaration_no"),
    sequence("seq"),
    number("return_status"),
    text("status"),
    text("message", optional=True),
    moment("occurred_at"),
)

inspection = published(
    "inspection",
    key("party_id"),
    key("declaration_no"),
    key("inspection_no"),
    text("kind"),
    text("result", optional=True),
    text("officer_note", optional=True),
    moment("ordered_at"),
    moment("completed_at", optional=True),
)

export_refund = published(
    "export_refund",
    key("party_id"),
    key("declaration_no"),
    text("status"),
    text("currency"),
    money("amount"),
    flag("on_hold"),
    day("applied_on"),
    day("approved_on", optional=True),
)
