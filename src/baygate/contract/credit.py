"""The credit view: ratings in every scheme, lists, warnings. 信用视图"""

import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import federation

from baygate.contract.declaring import condition, entity, record, shared
from baygate.contract.listing import Connection, short
from baygate.contract.scalars import AgencyId

if TYPE_CHECKING:
    from baygate.contract.identity import Party

READ = "credit:read"
INVESTIGATION = "credit:investigation"


@federation.enum(description="A scheme of credit rating. 信用评级体系")
class CreditScheme(StrEnum):
    """Who rates by which rules (domain.md, Credit)."""

    CUSTOMS_282 = "CUSTOMS_282"
    CUSTOMS_251 = "CUSTOMS_251"
    TAX = "TAX"
    EXPORT_REFUND = "EXPORT_REFUND"
    FOREIGN_EXCHANGE = "FOREIGN_EXCHANGE"
    INSPECTION = "INSPECTION"


@federation.enum(description="What standing on a list means. 名单性质")
class ListKind(StrEnum):
    """Commended, watched or sanctioned."""

    COMMENDED = "COMMENDED"
    WATCHED = "WATCHED"
    SANCTIONED = "SANCTIONED"


@federation.enum(description="What a warning is about. 预警类别")
class WarningCategory(StrEnum):
    """The risk that a warning names."""

    RISK = "RISK"
    INTELLECTUAL_PROPERTY = "INTELLECTUAL_PROPERTY"
    CONSUMER_DISPUTE = "CONSUMER_DISPUTE"
    QUALITY = "QUALITY"


@federation.enum(description="How grave a warning is. 预警级别")
class WarningLevel(StrEnum):
    """From note to alarm."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@record
class RatingChange:
    """A change of a rating. 等级变更"""

    seq: int = shared("Number of the change within its rating. 序号", READ)
    from_grade: str | None = shared("Grade before; none at the first rating. 变更前等级", READ)
    to_grade: str | None = shared("Grade after. 变更后等级", READ)
    changed_on: datetime.date | None = shared("Day of the change. 变更日期", READ)
    reason: str | None = shared("Reason given. 变更原因", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@entity("ratingNo")
class CreditRating:
    """A rating of an enterprise in one scheme. 信用等级"""

    rating_no: str = shared("Number of the rating. 评级编号", READ)
    scheme: CreditScheme | None = shared("The scheme. 评级体系", READ)
    grade: str | None = shared("Grade, in the words of the scheme (A, B, CERTIFIED ...). 等级", READ)
    score: int | None = shared("Points, where the scheme counts them. 得分", READ)
    basis: str | None = shared("Legal basis of the rating. 评级依据", READ)
    evidence_no: str | None = shared("Number of the decision that can be produced as evidence. 文书编号", READ)
    investigation_note: str | None = shared("Note of an investigator. 调查备注", READ, INVESTIGATION)
    assessed_on: datetime.date | None = shared("Day of the assessment. 评定日期", READ)
    valid_from: datetime.date | None = shared("First day of validity. 有效期起", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    current: bool | None = shared("In force now. 是否现行", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    party: Annotated["Party", strawberry.lazy("baygate.contract.identity")] | None = shared(
        "Whom it rates. 被评主体", READ
    )
    history: list[RatingChange] | None = short("How the grade came about, latest first. 等级变更历史", READ)


@record
class ListMembership:
    """An enterprise's standing on a list. 名单记录"""

    membership_no: str = shared("Number of the entry. 记录编号", READ)
    list_name: str | None = shared("Name of the list. 名单名称", READ)
    list_kind: ListKind | None = shared("What standing on it means. 名单性质", READ)
    basis: str | None = shared("Legal basis of the entry. 列入依据", READ)
    since: datetime.date | None = shared("Day of entry. 列入日期", READ)
    until: datetime.date | None = shared("Day of removal; none while it stands. 移出日期", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class RiskWarning:
    """A warning about an enterprise. 风险预警"""

    warning_no: str = shared("Number of the warning. 预警编号", READ)
    category: WarningCategory | None = shared("What it is about. 类别", READ)
    level: WarningLevel | None = shared("How grave it is. 级别", READ)
    summary: str | None = shared("What was found. 摘要", READ)
    issued_at: datetime.datetime | None = shared("When it was issued. 发布时间", READ)
    lifted_at: datetime.datetime | None = shared("When it was lifted; none while it stands. 解除时间", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@federation.input(description="Which ratings; all conditions together. 评级筛选")
class CreditRatingFilter:
    """Conditions on ratings, joined by AND."""

    scheme: CreditScheme | None = condition("In this scheme. 体系")
    grades: list[str] | None = condition("With one of these grades. 等级")
    current: bool | None = condition("In force now, or not. 是否现行")
    assessed_from: datetime.date | None = condition("Assessed on or after. 评定日期起")
    assessed_to: datetime.date | None = condition("Assessed on or before. 评定日期止")


@federation.enum(description="Orders of ratings. 评级排序")
class CreditRatingOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    ASSESSED_ON_DESC = "ASSESSED_ON_DESC"
    ASSESSED_ON_ASC = "ASSESSED_ON_ASC"


CreditRatingConnection = Connection[CreditRating]
