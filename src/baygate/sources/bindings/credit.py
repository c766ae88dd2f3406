"""The credit view bound to its tables."""

from collections.abc import Mapping

from baygate.sources.binding import (
    Comparison,
    FieldBinding,
    Filter,
    One,
    Ordering,
    Paged,
    Several,
    bound,
    same,
)
from baygate.storage.tables import credit

RATING_FILTERS = {
    "scheme": Filter("scheme"),
    "grades": Filter("grade", Comparison.ANY_OF),
    "current": Filter("current"),
    "assessedFrom": Filter("assessedOn", Comparison.AT_LEAST),
    "assessedTo": Filter("assessedOn", Comparison.AT_MOST),
}
RATING_ORDERS = {
    "ASSESSED_ON_DESC": Ordering(("assessedOn", "partyId", "ratingNo"), descending=True),
    "ASSESSED_ON_ASC": Ordering(("assessedOn", "partyId", "ratingNo")),
}

OBJECTS = (
    bound(
        "CreditRating",
        credit.credit_rating,
        party=One("Party", on=same("party_id")),
        history=Several("RatingChange", on=same("party_id", "rating_no"), order=Ordering(("seq",), descending=True)),
    ),
    bound("RatingChange", credit.rating_change),
    bound("ListMembership", credit.list_membership),
    bound("RiskWarning", credit.risk_warning),
)

PARTY_FIELDS: Mapping[str, FieldBinding] = {
    "creditRatings": Paged("CreditRating", on=same("party_id"), orders=RATING_ORDERS, filters=RATING_FILTERS),
    "listMemberships": Several("ListMembership", on=same("party_id"), order=Ordering(("membershipNo",))),
    "riskWarnings": Several("RiskWarning", on=same("party_id"), order=Ordering(("warningNo",))),
}

ROOTS: Mapping[str, FieldBinding] = {
    "creditRating": One("CreditRating", by={"ratingNo": "ratingNo"}),
    "creditRatings": Paged("CreditRating", orders=RATING_ORDERS, filters=RATING_FILTERS),
}
