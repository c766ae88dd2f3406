"""The tables of the four views, with what agencies publish into them.

Follows nothing. The columns are spelled out here as they were when the tables were made, whatever becomes of them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_MOMENT = postgresql.TIMESTAMP(timezone=True, precision=0)
_MONEY = sa.Numeric(18, 2)
_QUANTITY = sa.Numeric(18, 5)


def upgrade() -> None:
    """Make the tables of the four views."""
    _identity()
    _credit()
    _filings()
    _clearance()


def downgrade() -> None:
    """Remove them, and what they hold."""
    for table in _TABLES:
        op.drop_table(table)


def _column(name: str, of: sa.types.TypeEngine[Any], *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, of, nullable=optional)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_column(name, _TEXT) for name in names]


def _table(name: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"{name}_pkey"))


def _index(table: str, *columns: str) -> None:
    op.create_index(f"{table}_{'_'.join(columns)}_idx", table, list(columns))


def _identity() -> None:
    _table(
        "party",
        *_texts("party_id", "kind", "name"),
        _column("name_en", _TEXT, optional=True),
        _column("status", _TEXT),
        _column("established_on", sa.Date()),
        *_texts("region_code", "jurisdiction"),
        _column("trade_roles", postgresql.ARRAY(_TEXT)),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id",),
    )
    _index("party", "established_on", "party_id")
    _index("party", "name", "party_id")
    _index("party", "region_code", "party_id")
    _table(
        "mainland_enterprise",
        *_texts("party_id", "uscc", "organisation_code"),
        _column("customs_code", _TEXT, optional=True),
        _column("enterprise_type", _TEXT),
        _column("registered_capital", _MONEY, optional=True),
        _column("capital_currency", _TEXT, optional=True),
        *_texts("registered_address", "business_scope", "registration_authority"),
        _column("approved_on", sa.Date()),
        key=("party_id",),
    )
    _index("mainland_enterprise", "customs_code")
    _index("mainland_enterprise", "organisation_code")
    _index("mainland_enterprise", "uscc")
    _table(
        "hong_kong_company",
        _column("party_id", _TEXT),
        _column("ubi", _TEXT, optional=True),
        *_texts("cr_number", "company_type", "registered_office", "place_of_incorporation"),
        key=("party_id",),
    )
    _index("hong_kong_company", "cr_number")
    _index("hong_kong_company", "ubi")
    _table(
        "macau_company",
        *_texts("party_id", "registry", "registration_no", "company_type", "registered_office"),
        _column("capital_mop", _MONEY, optional=True),
        key=("party_id",),
    )
    _index("macau_company", "registration_no", "registry")
    _table(
        "status_change",
        _column("party_id", _TEXT),
        _column("seq", sa.Integer()),
        _column("from_status", _TEXT, optional=True),
        _column("to_status", _TEXT),
        _column("changed_on", sa.Date()),
        *_texts("reason", "provider"),
        _column("updated_at", _MOMENT),
        key=("party_id", "seq"),
    )
    _table(
        "licence",
        *_texts("party_id", "licence_no", "kind", "name", "issuing_authority"),
        _column("scope", _TEXT, optional=True),
        _column("status", _TEXT),
        _column("issued_on", sa.Date()),
        _column("valid_to", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "licence_no"),
    )
    _index("licence", "licence_no")
    _table(
        "person_in_charge",
        _column("party_id", _TEXT),
        _column("seq", sa.Integer()),
        *_texts("role", "name", "id_type", "id_masked"),
        _column("telephone", _TEXT, optional=True),
        _column("since", sa.Date()),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "seq"),
    )
    _table(
        "registration",
        *_texts("party_id", "registration_no", "kind", "authority", "status"),
        _column("registered_on", sa.Date()),
        _column("valid_to", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "registration_no"),
    )
    _table(
        "customs_registration",
        *_texts("party_id", "registration_no", "zone_kind", "ownership", "business_category"),
        key=("party_id", "registration_no"),
    )
    _table(
        "inspection_registration",
        *_texts("party_id", "registration_no", "category"),
        _column("self_declaring", sa.Boolean()),
        key=("party_id", "registration_no"),
    )
    _table(
        "foreign_exchange_registration",
        *_texts("party_id", "registration_no", "management_class"),
        _column("trade_credit_reporting", sa.Boolean()),
        key=("party_id", "registration_no"),
    )
    _table(
        "tax_registration",
        *_texts("party_id", "registration_no", "taxpayer_kind"),
        _column("export_refund_filed", sa.Boolean()),
        key=("party_id", "registration_no"),
    )
    _table(
        "citizen_check",
        *_texts("id_hash", "name_hash", "provider"),
        _column("updated_at", _MOMENT),
        key=("id_hash",),
    )
    _table(
        "account_check",
        *_texts("party_id", "account_hash", "provider"),
        _column("updated_at", _MOMENT),
        key=("party_id", "account_hash"),
    )
    _table(
        "region",
        *_texts("code", "name"),
        _column("name_en", _TEXT, optional=True),
        _column("province_code", _TEXT),
        key=("code",),
    )


def _credit() -> None:
    _table(
        "credit_rating",
        *_texts("party_id", "rating_no", "scheme", "grade"),
        _column("score", sa.Integer(), optional=True),
        *_texts("basis", "evidence_no"),
        _column("investigation_note", _TEXT, optional=True),
        _column("assessed_on", sa.Date()),
        _column("valid_from", sa.Date()),
        _column("valid_to", sa.Date(), optional=True),
        _column("current", sa.Boolean()),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "rating_no"),
    )
    _index("credit_rating", "assessed_on", "party_id", "rating_no")
    _index("credit_rating", "party_id", "assessed_on", "rating_no")
    _index("credit_rating", "rating_no")
    _table(
        "rating_change",
        *_texts("party_id", "rating_no"),
        _column("seq", sa.Integer()),
        _column("from_grade", _TEXT, optional=True),
        _column("to_grade", _TEXT),
        _column("changed_on", sa.Date()),
        *_texts("reason", "provider"),
        _column("updated_at", _MOMENT),
        key=("party_id", "rating_no", "seq"),
    )
    _table(
        "list_membership",
        *_texts("party_id", "membership_no", "list_name", "list_kind", "basis"),
        _column("since", sa.Date()),
        _column("until", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "membership_no"),
    )
    _table(
        "risk_warning",
        *_texts("party_id", "warning_no", "category", "level", "summary"),
        _column("issued_at", _MOMENT),
        _column("lifted_at", _MOMENT, optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "warning_no"),
    )


def _filings() -> None:
    _table(
        "product_filing",
        *_texts(
            "party_id",
            "filing_no",
            "operation",
            "direction",
            "business_type",
            "customs_office",
            "inspection_office",
        ),
        _column("platform_code", _TEXT, optional=True),
        *_texts("currency", "status"),
        _column("declared_at", _MOMENT),
        _column("decided_at", _MOMENT, optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "filing_no"),
    )
    _index("product_filing", "declared_at", "party_id", "filing_no")
    _index("product_filing", "filing_no")
    _index("product_filing", "party_id", "declared_at", "filing_no")
    _table(
        "filing_item",
        *_texts("party_id", "filing_no"),
        _column("seq", sa.Integer()),
        _column("enterprise_goods_no", _TEXT),
        _column("port_goods_no", _TEXT, optional=True),
        _column("inspection_goods_no", _TEXT, optional=True),
        _column("customs_goods_no", _TEXT, optional=True),
        _column("ledger_no", _TEXT, optional=True),
        _column("item_no", _TEXT, optional=True),
        _column("shelf_name", _TEXT),
        _column("postal_tax_code", _TEXT, optional=True),
        _column("hs_code", _TEXT),
        _column("bar_code", _TEXT, optional=True),
        *_texts("goods_name", "specification"),
        _column("brand", _TEXT, optional=True),
        *_texts("unit", "first_unit"),
        _column("second_unit", _TEXT, optional=True),
        _column("registered_price", _MONEY),
        _column("gift", sa.Boolean()),
        _column("origin_country", _TEXT),
        _column("quality_standard", _TEXT, optional=True),
        _column("quality_certificate", _TEXT, optional=True),
        _column("manufacturer", _TEXT, optional=True),
        _column("net_weight", _QUANTITY),
        _column("gross_weight", _QUANTITY),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "filing_no", "seq"),
    )
    _index("filing_item", "hs_code", "party_id", "filing_no", "seq")
    _table(
        "trace_event",
        *_texts("party_id", "filing_no"),
        _column("seq", sa.Integer()),
        *_texts("stage", "lot", "place"),
        _column("result", _TEXT, optional=True),
        _column("occurred_at", _MOMENT),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "filing_no", "seq"),
    )
    _table(
        "product_licence",
        *_texts("party_id", "licence_no", "category", "product_name", "issuing_authority", "status"),
        _column("issued_on", sa.Date()),
        _column("valid_to", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "licence_no"),
    )
    _index("product_licence", "licence_no")
    _table(
        "conformity_document",
        *_texts("party_id", "document_no", "kind", "issuer", "issuing_jurisdiction"),
        _column("recognised_in", postgresql.ARRAY(_TEXT)),
        *_texts("standard", "hs_code"),
        _column("issued_on", sa.Date()),
        _column("valid_to", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "document_no"),
    )
    _index("conformity_document", "document_no")
    _index("conformity_document", "issued_on", "party_id", "document_no")
    _index("conformity_document", "party_id", "issued_on", "document_no")
    _table(
        "certification",
        *_texts("party_id", "document_no", "scheme", "scope", "status"),
        key=("party_id", "document_no"),
    )
    _table(
        "test_report",
        *_texts("party_id", "document_no", "laboratory", "sample_name", "conclusion"),
        _column("failed_items", _TEXT, optional=True),
        key=("party_id", "document_no"),
    )
    _table(
        "goods_list_entry",
        *_texts("hs_code", "list_kind", "edition", "goods_name"),
        _column("unit", _TEXT, optional=True),
        _column("note", _TEXT, optional=True),
        _column("valid_from", sa.Date()),
        _column("valid_to", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("hs_code", "list_kind", "edition"),
    )


def _clearance() -> None:
    _table(
        "declaration",
        *_texts("party_id", "declaration_no", "list_no", "order_no", "mode", "direction", "status"),
        _column("return_status", sa.Integer()),
        *_texts("customs_office", "port"),
        _column("platform_code", _TEXT, optional=True),
        _column("agent_code", _TEXT, optional=True),
        *_texts("transport_mode", "trade_country", "currency"),
        _column("total_value", _MONEY),
        _column("freight", _MONEY),
        _column("insurance", _MONEY),
        _column("gross_weight", _QUANTITY),
        _column("net_weight", _QUANTITY),
        _column("buyer_id_type", _TEXT, optional=True),
        _column("buyer_id_masked", _TEXT, optional=True),
        _column("buyer_name", _TEXT, optional=True),
        _column("buyer_telephone", _TEXT, optional=True),
        _column("consignee_address", _TEXT, optional=True),
        _column("match_outcome", _TEXT),
        _column("declared_at", _MOMENT),
        _column("released_at", _MOMENT, optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no"),
    )
    _index("declaration", "declaration_no")
    _index("declaration", "declared_at", "party_id", "declaration_no")
    _index("declaration", "order_no")
    _index("declaration", "party_id", "declared_at", "declaration_no")
    _table(
        "declaration_line",
        *_texts("party_id", "declaration_no"),
        _column("line_no", sa.Integer()),
        _column("item_record_no", _TEXT, optional=True),
        *_texts("item_no", "hs_code", "goods_name", "specification"),
        _column("bar_code", _TEXT, optional=True),
        *_texts("country", "currency"),
        _column("quantity", _QUANTITY),
        _column("unit", _TEXT),
        _column("first_quantity", _QUANTITY),
        _column("first_unit", _TEXT),
        _column("second_quantity", _QUANTITY, optional=True),
        _column("second_unit", _TEXT, optional=True),
        _column("price", _MONEY),
        _column("total_price", _MONEY),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no", "line_no"),
    )
    _table(
        "trade_order",
        *_texts("party_id", "declaration_no", "order_no", "platform_code", "merchant_code", "currency"),
        _column("amount", _MONEY),
        _column("freight", _MONEY),
        _column("discount", _MONEY),
        _column("buyer_name", _TEXT),
        _column("ordered_at", _MOMENT),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no"),
    )
    _table(
        "payment",
        *_texts(
            "party_id",
            "declaration_no",
            "payment_no",
            "order_no",
            "payment_company_code",
            "platform_code",
            "currency",
        ),
        _column("amount", _MONEY),
        _column("payer_name", _TEXT),
        _column("paid_at", _MOMENT),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no"),
    )
    _table(
        "waybill",
        *_texts("party_id", "declaration_no", "waybill_no", "order_no", "logistics_company_code", "currency"),
        _column("freight", _MONEY),
        _column("weight", _QUANTITY),
        _column("packages", sa.Integer()),
        _column("consignee_name", _TEXT),
        _column("consignee_telephone", _TEXT, optional=True),
        _column("shipped_at", _MOMENT),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no"),
    )
    _table(
        "document_mismatch",
        *_texts("party_id", "declaration_no"),
        _column("seq", sa.Integer()),
        *_texts("field", "documents", "explanation", "provider"),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no", "seq"),
    )
    _table(
        "status_event",
        *_texts("party_id", "declaration_no"),
        _column("seq", sa.Integer()),
        _column("return_status", sa.Integer()),
        _column("status", _TEXT),
        _column("message", _TEXT, optional=True),
        _column("occurred_at", _MOMENT),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no", "seq"),
    )
    _table(
        "inspection",
        *_texts("party_id", "declaration_no", "inspection_no", "kind"),
        _column("result", _TEXT, optional=True),
        _column("officer_note", _TEXT, optional=True),
        _column("ordered_at", _MOMENT),
        _column("completed_at", _MOMENT, optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no", "inspection_no"),
    )
    _table(
        "export_refund",
        *_texts("party_id", "declaration_no", "status", "currency"),
        _column("amount", _MONEY),
        _column("on_hold", sa.Boolean()),
        _column("applied_on", sa.Date()),
        _column("approved_on", sa.Date(), optional=True),
        _column("provider", _TEXT),
        _column("updated_at", _MOMENT),
        key=("party_id", "declaration_no"),
    )


_TABLES = (
    "party",
    "mainland_enterprise",
    "hong_kong_company",
    "macau_company",
    "status_change",
    "licence",
    "person_in_charge",
    "registration",
    "customs_registration",
    "inspection_registration",
    "foreign_exchange_registration",
    "tax_registration",
    "citizen_check",
    "account_check",
    "region",
    "credit_rating",
    "rating_change",
    "list_membership",
    "risk_warning",
    "product_filing",
    "filing_item",
    "trace_event",
    "product_licence",
    "conformity_document",
    "certification",
    "test_report",
    "goods_list_entry",
    "declaration",
    "declaration_line",
    "trade_order",
    "payment",
    "waybill",
    "document_mismatch",
    "status_event",
    "inspection",
    "export_refund",
)
