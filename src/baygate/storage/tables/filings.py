"""Which products are filed, licensed, certified, tested, traced, and which goods may be traded at all."""

from baygate.storage.tables.columns import (
    day,
    flag,
    key,
    moment,
    money,
    published,
    quantity,
    sequence,
    table,
    text,
    texts,
)

product_filing = published(
    "product_filing",
    key("party_id"),
    key("filing_no"),
    text("operation"),
    text("direction"),
    text("business_type"),
    text("customs_office"),
    text("inspection_office"),
    text("platform_code", optional=True),
    text("currency"),
    text("status"),
    moment("declared_at"),
    moment("decided_at", optional=True),
    indexes=[("filing_no",), ("party_id", "declared_at", "filing_no"), ("declared_at", "party_id", "filing_no")],
)

filing_item = published(
    "filing_item",
    key("party_id"),
    key("filing_no"),
    sequence("seq"),
    text("enterprise_goods_no"),
    text("port_goods_no", optional=True),
    text("inspection_goods_no", optional=True),
    text("customs_goods_no", optional=True),
    text("ledger_no", optional=True),
    text("item_no", optional=True),
    text("shelf_name"),
    text("postal_tax_code", optional=True),
    text("hs_code"),
    text("bar_code", optional=True),
    text("goods_name"),
    text("specification"),
    text("brand", optional=True),
    text("unit"),
    text("first_unit"),
    text("second_unit", optional=True),
    money("registered_price"),
    flag("gift"),
    text("origin_country"),
    text("quality_standard", optional=True),
    text("quality_certificate", optional=True),
    text("manufacturer", optional=True),
    quantity("net_weight"),
    quantity("gross_weight"),
    indexes=[("hs_code", "party_id", "filing_no", "seq")],
)

trace_event = published(
    "trace_event",
    key("party_id"),
    key("filing_no"),
    sequence("seq"),
    text("stage"),
    text("lot"),
    text("place"),
    text("result", optional=True),
    moment("occurred_at"),
)

product_licence = published(
    "product_licence",
    key("party_id"),
    key("licence_no"),
    text("category"),
    text("product_name"),
    text("issuing_authority"),
    text("status"),
    day("issued_on"),
    day("valid_to", optional=True),
    indexes=[("licence_no",)],
)

conformity_document = published(
    "conformity_document",
    key("party_id"),
    key("document_no"),
    text("kind"),
    text("issuer"),
    text("issuing_jurisdiction"),
    texts("recognised_in"),
    text("standard"),
    text("hs_code"),
    day("issued_on"),
    day("valid_to", optional=True),
    indexes=[("document_no",), ("issued_on", "party_id", "document_no"), ("party_id", "issued_on", "document_no")],
)

certification = table(
    "certification",
    key("party_id"),
    key("document_no"),
    text("scheme"),
    text("scope"),
    text("status"),
)

test_report = table(
    "test_report",
    key("party_id"),
    key("document_no"),
    text("laboratory"),
    text("sample_name"),
    text("conclusion"),
    text("failed_items", optional=True),
)

goods_list_entry = published(
    "goods_list_entry",
    key("hs_code"),
    key("list_kind"),
    key("edition"),
    text("goods_name"),
    text("unit", optional=True),
    text("note", optional=True),
    day("valid_from"),
    day("valid_to", optional=True),
)
