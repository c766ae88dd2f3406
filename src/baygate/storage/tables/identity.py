"""Who an enterprise is: the party, its concrete details one to one beside it, and what belongs to it.

``party`` is the one table under the interface Party; ``kind`` is its discriminator.
"""

from baygate.storage.tables.columns import (
    day,
    flag,
    key,
    money,
    published,
    sequence,
    table,
    text,
    texts,
)

party = published(
    "party",
    key("party_id"),
    text("kind"),
    text("name"),
    text("name_en", optional=True),
    text("status"),
    day("established_on"),
    text("region_code"),
    text("jurisdiction"),
    texts("trade_roles"),
    indexes=[("name", "party_id"), ("established_on", "party_id"), ("region_code", "party_id")],
)

mainland_enterprise = table(
    "mainland_enterprise",
    key("party_id"),
    text("uscc"),
    text("organisation_code"),
    text("customs_code", optional=True),
    text("enterprise_type"),
    money("registered_capital", optional=True),
    text("capital_currency", optional=True),
    text("registered_address"),
    text("business_scope"),
    text("registration_authority"),
    day("approved_on"),
    indexes=[("uscc",), ("customs_code",), ("organisation_code",)],
)

hong_kong_company = table(
    "hong_kong_company",
    key("party_id"),
    text("ubi", optional=True),
    text("cr_number"),
    text("company_type"),
    text("registered_office"),
    text("place_of_incorporation"),
    indexes=[("ubi",), ("cr_number",)],
)

macau_company = table(
    "macau_company",
    key("party_id"),
    text("registry"),
    text("registration_no"),
    text("company_type"),
    text("registered_office"),
    money("capital_mop", optional=True),
    indexes=[("registration_no", "registry")],
)

status_change = published(
    "status_change",
    key("party_id"),
    sequence("seq"),
    text("from_status", optional=True),
    text("to_status"),
    day("changed_on"),
    text("reason"),
)

licence = published(
    "licence",
    key("party_id"),
    key("licence_no"),
    text("kind"),
    text("name"),
    text("issuing_authority"),
    text("scope", optional=True),
    text("status"),
    day("issued_on"),
    day("valid_to", optional=True),
    indexes=[("licence_no",)],
)

person_in_charge = published(
    "person_in_charge",
    key("party_id"),
    sequence("seq"),
    text("role"),
    text("name"),
    text("id_type"),
    text("id_masked"),
    text("telephone", optional=True),
    day("since"),
)

registration = published(
    "registration",
    key("party_id"),
    key("registration_no"),
    text("kind"),
    text("authority"),
    text("status"),
    day("registered_on"),
    day("valid_to", optional=True),
)

customs_registration = table(
    "customs_registration",
    key("party_id"),
    key("registration_no"),
    text("zone_kind"),
    text("ownership"),
    text("business_category"),
)

inspection_registration = table(
    "inspection_registration",
    key("party_id"),
    key("registration_no"),
    text("category"),
    flag("self_declaring"),
)

foreign_exchange_registration = table(
    "foreign_exchange_registration",
    key("party_id"),
    key("registration_no"),
    text("management_class"),
    flag("trade_credit_reporting"),
)

tax_registration = table(
    "tax_registration",
    key("party_id"),
    key("registration_no"),
    text("taxpayer_kind"),
    flag("export_refund_filed"),
)

citizen_check = published(
    "citizen_check",
    key("id_hash"),
    text("name_hash"),
)

account_check = published(
    "account_check",
    key("party_id"),
    key("account_hash"),
)

region = table(
    "region",
    key("code"),
    text("name"),
    text("name_en", optional=True),
    text("province_code"),
)
