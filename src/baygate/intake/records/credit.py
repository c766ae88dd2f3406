"""The records of the credit view."""

from typing import NamedTuple

from baygate.intake import fields as f
from baygate.intake.grades import grades_by_scheme
from baygate.intake.record_kind import RecordKind, Rule, in_order
from baygate.storage.tables import credit


class CreditRating(NamedTuple):
    """A rating of an enterprise in one scheme."""

    party_id: f.PartyId
    rating_no: f.RecordNo
    scheme: f.CreditSchemeCode
    grade: f.Label
    score: f.Score | None
    basis: f.Sentence
    evidence_no: f.Label
    investigation_note: f.Passage | None
    assessed_on: f.Day
    valid_from: f.Day
    valid_to: f.Day | None
    current: f.Flag
    updated_at: f.Moment


class RatingChange(NamedTuple):
    """A change of a rating."""

    party_id: f.PartyId
    rating_no: f.RecordNo
    seq: f.Sequence
    from_grade: f.Label | None
    to_grade: f.Label
    changed_on: f.Day
    reason: f.Sentence
    updated_at: f.Moment


class ListMembership(NamedTuple):
    """An enterprise's standing on a list."""

    party_id: f.PartyId
    membership_no: f.RecordNo
    list_name: f.Name
    list_kind: f.ListKindCode
    basis: f.Sentence
    since: f.Day
    until: f.Day | None
    updated_at: f.Moment


class RiskWarning(NamedTuple):
    """A warning about an enterprise."""

    party_id: f.PartyId
    warning_no: f.RecordNo
    category: f.WarningCategoryCode
    level: f.WarningLevelCode
    summary: f.Passage
    issued_at: f.Moment
    lifted_at: f.Moment | None
    updated_at: f.Moment


def _is_of_its_scheme(grade: str, scheme: str) -> bool:
    return grade in grades_by_scheme()[scheme]


CREDIT_RATING = RecordKind(
    CreditRating,
    credit.credit_rating,
    Rule("a grade of its scheme", ("grade", "scheme"), _is_of_its_scheme),
    in_order("valid_from", "valid_to"),
)
RATING_CHANGE = RecordKind(RatingChange, credit.rating_change)
LIST_MEMBERSHIP = RecordKind(ListMembership, credit.list_membership, in_order("since", "until"))
RISK_WARNING = RecordKind(RiskWarning, credit.risk_warning, in_order("issued_at", "lifted_at"))

KINDS = (CREDIT_RATING, RATING_CHANGE, LIST_MEMBERSHIP, RISK_WARNING)
