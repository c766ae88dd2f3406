"""Who was given an agency's records: what the audit log tells the agency that provides them. 数据访问记录

Each agency hears of accesses to its own records, and of no others.
"""

import datetime
from enum import StrEnum

import strawberry
from strawberry import federation

from baygate.contract.codes import Jurisdiction
from baygate.contract.declaring import answer, argument, asked, told
from baygate.contract.listing import BOUND
from baygate.contract.scalars import AgencyId, PartyId

READ = "audit:read"


@federation.enum(description="How a request ended. 请求结果")
class AccessStatus(StrEnum):
    """How a request ended: answered, answered in part, without data."""

    OK = "OK"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


@answer
class AccessedRows:
    """How many rows of a type an answer held. 记录条数"""

    type: str = told("The concrete type. 记录类型")
    count: int = told("How many rows. 条数")


@answer
class AccessedSubject:
    """Whose records an answer held. 被访问主体"""

    party: PartyId | None = told("The party; none where the records are of no party. 主体标识")
    rows: list[AccessedRows] = told("Which records. 记录")


@answer
class RecordedAccess:
    """An answer that held records of the agency, as the audit log has it. 访问记录"""

    id: strawberry.ID = told("Number of the record, as the receipt names it. 记录编号")
    index: strawberry.ID = told("Place of the record in the log's tree; the next page begins after it. 日志位置")
    at: datetime.datetime = told("When. 访问时间")
    client: str = told("The client that asked. 客户端标识")
    agency: AgencyId = told("The agency for which it asked. 访问部门")
    party: PartyId | None = told("The party for which it asked, if it stood for one. 代表的主体")
    jurisdiction: Jurisdiction | None = told("Under whose law. 法域")
    purpose: str = told("For what purpose. 使用目的")
    legal_basis: str | None = told("On what legal basis. 法律依据")
    case_no: str | None = told("In which case. 案件编号")
    operation: str = told("SHA-256 of the document that was asked. 查询摘要")
    operation_name: str | None = told("The name of the operation, if it has one. 查询名称")
    provider: AgencyId = told("Whose records. 数据提供部门")
    subjects: list[AccessedSubject] = told("Whose records the answer held, and which. 被访问主体")
    released: list[str] = told("Fields that were given as they are. 提供的字段")
    masked: list[str] = told("Fields that were given changed. 脱敏的字段")
    conditional: list[str] = told("Fields that were given where a condition on the row held. 有条件提供的字段")
    withheld: list[str] = told("Fields that were asked for and not given. 未提供的字段")
    policies: str = told("Version of the policies that decided. 策略版本")
    status: AccessStatus = told("How the request ended. 结果")


ACCESSES = asked(
    "Who was given records of the caller's agency, newest first. 本部门数据访问记录",
    READ,
    party=(argument(PartyId | None, "Only of records about this party. 被访问主体"), strawberry.UNSET),
    agency=(argument(AgencyId | None, "Only by this agency. 访问部门"), strawberry.UNSET),
    purpose=(argument(str | None, "Only for this purpose. 使用目的"), strawberry.UNSET),
    since=(argument(datetime.datetime | None, "Only from this moment on. 起始时间"), strawberry.UNSET),
    until=(argument(datetime.datetime | None, "Only before this moment. 截止时间"), strawberry.UNSET),
    first=(BOUND, 20),
    after=(argument(strawberry.ID | None, "Only what follows this index. 在此位置之后"), strawberry.UNSET),
)
