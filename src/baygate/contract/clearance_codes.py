"""The codes of the clearance view."""

from enum import StrEnum

from strawberry import federation


@federation.enum(description="Customs supervision mode. 监管方式")
class SupervisionMode(StrEnum):
    """Direct purchase, bonded, bonded A, B2B direct export, export to an overseas warehouse."""

    M9610 = "M9610"
    M1210 = "M1210"
    M1239 = "M1239"
    M9710 = "M9710"
    M9810 = "M9810"


@federation.enum(description="Where a declaration stands. 通关状态")
class ClearanceStatus(StrEnum):
    """The names of the codes of ``returnStatus`` in CEB messages."""

    STAGED = "STAGED"
    DECLARING = "DECLARING"
    SENT = "SENT"
    SEND_FAILED = "SEND_FAILED"
    REJECTED = "REJECTED"
    STORED = "STORED"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    APPROVED = "APPROVED"
    INSPECTION = "INSPECTION"
    HELD_TO_CLEARANCE = "HELD_TO_CLEARANCE"
    HELD_TO_ANTI_SMUGGLING = "HELD_TO_ANTI_SMUGGLING"
    HELD_TO_LEGAL = "HELD_TO_LEGAL"
    HELD_OTHER = "HELD_OTHER"
    RETURNED = "RETURNED"
    RELEASED = "RELEASED"
    CLOSED = "CLOSED"
    PROCESSING_ERROR = "PROCESSING_ERROR"

    @classmethod
    def of(cls, return_status: int) -> "ClearanceStatus":
        """Return the name of a code; raise ValueError for one that is not in use."""
        if return_status < 0:
            return cls.PROCESSING_ERROR
        name = _RETURN_STATUS.get(return_status)
        if name is None:
            raise ValueError(f"returnStatus {return_status} is not in use")
        return cls(name)


_RETURN_STATUS = {
    1: "STAGED",
    2: "DECLARING",
    3: "SENT",
    4: "SEND_FAILED",
    100: "REJECTED",
    120: "STORED",
    300: "MANUAL_REVIEW",
    399: "APPROVED",
    500: "INSPECTION",
    501: "HELD_TO_CLEARANCE",
    502: "HELD_TO_ANTI_SMUGGLING",
    503: "HELD_TO_LEGAL",
    599: "HELD_OTHER",
    700: "RETURNED",
    800: "RELEASED",
    899: "CLOSED",
}


@federation.enum(description="How goods travel. 运输方式")
class TransportMode(StrEnum):
    """The vehicle at the boundary."""

    ROAD = "ROAD"
    RAIL = "RAIL"
    SEA = "SEA"
    AIR = "AIR"
    POST = "POST"
    OTHER = "OTHER"


@federation.enum(description="Whether order, payment and waybill agree. 三单比对结果")
class MatchOutcome(StrEnum):
    """What the comparison of the three documents gave."""

    MATCHED = "MATCHED"
    MISMATCHED = "MISMATCHED"
    INCOMPLETE = "INCOMPLETE"


@federation.enum(description="What an inspection looks at. 查验类别")
class InspectionKind(StrEnum):
    """The ways to inspect."""

    DOCUMENT = "DOCUMENT"
    MACHINE = "MACHINE"
    PHYSICAL = "PHYSICAL"
    QUARANTINE = "QUARANTINE"
    SAMPLING = "SAMPLING"


@federation.enum(description="What an inspection found. 查验结果")
class InspectionResult(StrEnum):
    """The outcome of an inspection."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    RECTIFIED = "RECTIFIED"


@federation.enum(description="Where an export refund stands. 出口退税状态")
class RefundStatus(StrEnum):
    """From application to payment."""

    APPLIED = "APPLIED"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    PAID = "PAID"


@federation.enum(description="Orders of declarations. 报关单排序")
class DeclarationOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    DECLARED_AT_DESC = "DECLARED_AT_DESC"
    DECLARED_AT_ASC = "DECLARED_AT_ASC"
