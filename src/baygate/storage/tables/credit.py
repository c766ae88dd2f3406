"""How an enterprise is rated, by whom, on what basis; the lists it stands on; the warnings about it."""

from baygate.storage.tables.columns import day, flag, key, moment, number, published, sequence, text

credit_rating = published(
    "credit_rating",
    key("party_id"),
    key("rating_no"),
    text("scheme"),
    text("grade"),
    number("score", optional=True),
    text("basis"),
    text("evidence_no"),
    text("investigation_note", optional=True),
    day("assessed_on"),
    day("valid_from"),
    day("valid_to", optional=True),
    flag("current"),
    indexes=[("rating_no",), ("party_id", "assessed_on", "rating_no"), ("assessed_on", "party_id", "rating_no")],
)

rating_change = published(
    "rating_change",
    key("party_id"),
    key("rating_no"),
    sequence("seq"),
    text("from_grade", optional=True),
    text("to_grade"),
    day("changed_on"),
    text("reason"),
)

list_membership = published(
    "list_membership",
    key("party_id"),
    key("membership_no"),
    text("list_name"),
    text("list_kind"),
    text("basis"),
    day("since"),
    day("until", optional=True),
)

risk_warning = published(
    "risk_warning",
    key("party_id"),
    key("warning_no"),
    text("category"),
    text("level"),
    text("summary"),
    moment("issued_at"),
    moment("lifted_at", optional=True),
)
