"""The codes of the filings view."""

from enum import StrEnum

from strawberry import federation


@federation.enum(description="What a filing does with its goods. 操作类型")
class FilingOperation(StrEnum):
    """OpType of the filing message: A, M, D."""

    ADD = "ADD"
    MODIFY = "MODIFY"
    DELETE = "DELETE"


@federation.enum(description="Business that the goods are filed for. 业务类型")
class BusinessType(StrEnum):
    """How the goods will be traded."""

    DIRECT_PURCHASE = "DIRECT_PURCHASE"
    BONDED = "BONDED"
    B2B_EXPORT = "B2B_EXPORT"
    OVERSEAS_WAREHOUSE = "OVERSEAS_WAREHOUSE"


@federation.enum(description="Where a filing stands. 备案状态")
class FilingStatus(StrEnum):
    """From declaration to decision."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


@federation.enum(description="Step in the life of goods. 追溯环节")
class TraceStage(StrEnum):
    """Where goods were seen."""

    PRODUCTION = "PRODUCTION"
    STORAGE = "STORAGE"
    TRANSPORT = "TRANSPORT"
    CUSTOMS = "CUSTOMS"
    INSPECTION = "INSPECTION"
    SALE = "SALE"
    RECALL = "RECALL"


@federation.enum(description="Kind of a conformity document. 合格评定文件类别")
class ConformityKind(StrEnum):
    """The concrete type of a conformity document."""

    CERTIFICATION = "CERTIFICATION"
    TEST_REPORT = "TEST_REPORT"


@federation.enum(description="Conclusion of a test. 检测结论")
class TestConclusion(StrEnum):
    """Whether the sample met the standard."""

    __test__ = False

    PASSED = "PASSED"
    FAILED = "FAILED"


@federation.enum(description="What standing on a list of goods means. 商品清单性质")
class GoodsListKind(StrEnum):
    """What may be traded, or what may not."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"


@federation.enum(description="Orders of product filings. 备案排序")
class ProductFilingOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    DECLARED_AT_DESC = "DECLARED_AT_DESC"
    DECLARED_AT_ASC = "DECLARED_AT_ASC"


@federation.enum(description="Orders of filed goods. 备案商品排序")
class FilingItemOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    HS_CODE_ASC = "HS_CODE_ASC"
    HS_CODE_DESC = "HS_CODE_DESC"


@federation.enum(description="Orders of conformity documents. 合格评定文件排序")
class ConformityDocumentOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    ISSUED_ON_DESC = "ISSUED_ON_DESC"
    ISSUED_ON_ASC = "ISSUED_ON_ASC"


@federation.enum(description="Orders of listed goods. 清单排序")
class GoodsListOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    HS_CODE_ASC = "HS_CODE_ASC"
    HS_CODE_DESC = "HS_CODE_DESC"
