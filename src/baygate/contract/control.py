"""What the hub says of itself: who it takes the caller for, what he would get and why, what is shared at all. 控制面

Nothing here is a record of an agency, so no scope and no policy stands before it: everybody who has a token may ask,
and hears of nobody's access but his own. The same goes for trust lists: each side publishes its own, and the other's.
"""

import datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import federation

from baygate.contract.codes import Jurisdiction
from baygate.contract.declaring import answer, argument, asked, told
from baygate.contract.listing import BOUND
from baygate.contract.scalars import AgencyId, PartyId


@answer
class Agency:
    """An agency, as the root document knows it; of one that it does not know, what the token says. 部门"""

    id: AgencyId = told("Name of the agency at the hub. 部门标识")
    name: str | None = told("Its own name. 部门名称")
    name_en: str | None = told("Its name in English. 部门英文名称")
    jurisdiction: Jurisdiction | None = told("Whose law it stands under. 法域")
    region: str | None = told("Its administrative division, or the leading digits of it. 行政区划")


@answer
class CallerRecognition:
    """By which certificate the caller was recognised, and by what. 数字证书互认结果"""

    party: PartyId = told("The party that the certificate names. 证书所载主体")
    jurisdiction: Jurisdiction | None = told("By whose trust list it was recognised. 所依信任列表的法域")
    entry: str = told("Entry of the trust list that it met. 信任列表条目")
    list_sequence: int = told("Number of the trust list. 信任列表序号")
    assurance: int = told("How well it says who holds it, from 1 to 4. 可信等级")
    certificate: str = told("SHA-256 of the certificate, in hexadecimal digits. 证书指纹")
    good_until: datetime.datetime = told("Until when that holds, unless it is revoked before. 认可有效期至")


@answer
class Caller:
    """Who the hub takes the caller for; policies decide by this and by nothing else. 调用方"""

    client: str = told("The client that asks. 客户端标识")
    person: str | None = told("The person on whose behalf it asks, if somebody has signed in. 操作人员")
    agency: Agency = told("The agency for which it asks. 所属部门")
    party: PartyId | None = told("The party for which it asks, if it stands for one. 代表的主体")
    roles: list[str] = told("Roles in which it asks. 角色")
    scopes: list[str] = told("Scopes of the token. 权限范围")
    purpose: str = told("The purpose that the token names. 使用目的")
    legal_basis: str | None = told("The legal basis that the token names. 法律依据")
    case_no: str | None = told("The case that the token names. 案件编号")
    assurance: int = told("How well it is known who asks, from 0 to 4. 身份可信等级")
    recognition: CallerRecognition | None = told(
        "By which certificate it was recognised, if it came with one of another jurisdiction. 数字证书互认结果"
    )


@federation.enum(description="What becomes of a field. 字段处理结果")
class AccessOutcome(StrEnum):
    """What becomes of a field: for all rows, changed, for some rows, or not at all."""

    ALLOW = "ALLOW"
    TRANSFORM = "TRANSFORM"
    CONDITIONAL = "CONDITIONAL"
    WITHHOLD = "WITHHOLD"


@federation.enum(description="How a value is changed before it leaves. 脱敏方式")
class TransformKind(StrEnum):
    """How a value is changed before it leaves."""

    MASK = "MASK"
    TRUNCATE = "TRUNCATE"
    HASH = "HASH"
    GENERALISE = "GENERALISE"
    NULL = "NULL"


@answer
class PolicyVersion:
    """A version of a signed policy. 策略版本"""

    policy_id: str = told("Name of the policy. 策略标识")
    version: int = told("Version of the policy. 策略版本号")


@answer
class AccessHelp:
    """What would help: all of the scopes, together with any one of the purposes. 可获授权的条件"""

    scopes: list[str] = told("Scopes that lack; all of them are needed. 缺少的权限范围")
    purposes: list[str] = told("Purposes for which it is given; any one will do. 可用的使用目的")


@answer
class ProviderAccess:
    """What becomes of a field in the rows of some providers, and why. 按提供部门的授权结果"""

    providers: list[AgencyId] = told("Whose rows; none is named if it is so for all. 数据提供部门")
    outcome: AccessOutcome = told("What becomes of the field. 处理结果")
    reason: str = told("Why, in words. 原因说明")
    policies: list[PolicyVersion] = told("The policies that decided. 依据的策略")
    rules: list[str] = told("The rules in them that decided. 依据的规则")
    transforms: list[TransformKind] = told("How values are changed, weakest first. 脱敏方式")
    would_help: AccessHelp = told("What would help, if it is withheld. 可获授权的条件")


@answer
class FieldAccess:
    """Whether the caller would get a field, and why. 字段授权说明"""

    coordinate: str = told("The field, with its type. 字段坐标")
    purpose: str = told("The purpose for which this is so. 使用目的")
    given: bool = told("Whether a value of it can leave, of any provider's rows. 是否可获取")
    sentence: str = told("All of it in one sentence. 说明")
    answers: list[ProviderAccess] = told("For the rows of each provider. 各提供部门的结果")


@federation.enum(description="How records are shared, by the State Council's rules. 共享类型")
class ShareClass(StrEnum):
    """How records are shared (State Council, Guofa [2016] No. 51, art. 9)."""

    UNCONDITIONAL = "UNCONDITIONAL"
    CONDITIONAL = "CONDITIONAL"
    NOT_SHARED = "NOT_SHARED"


@federation.enum(description="How often records are brought up to date. 更新频率")
class UpdateFrequency(StrEnum):
    """How often the owner brings its records up to date."""

    REAL_TIME = "REAL_TIME"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"
    IRREGULAR = "IRREGULAR"


@answer
class SharingTerms:
    """Fields of one type, and the conditions under which they are shared with those to whom they are. 共享条件"""

    type: str = told("The concrete type. 类型")
    fields: list[str] = told("Its fields. 字段")
    purposes: list[str] = told("For any one of these purposes; for every purpose if none is named. 使用目的")
    scopes: list[str] = told("With all of these scopes, beside those that the field itself demands. 权限范围")
    obligations: list[str] = told("What whoever receives them must do. 使用义务")
    legal_basis: str | None = told("The legal basis. 法律依据")


@answer
class NotShared:
    """Fields that leave to nobody, and why. 不予共享"""

    type: str = told("The concrete type. 类型")
    fields: list[str] = told("Its fields; a star for all of them. 字段")
    reason: str = told("Code of the reason. 原因代码")
    legal_basis: str = told("The legal basis. 法律依据")


@answer
class CatalogueEntry:
    """What one agency shares of one view, by its signed policy that is in force. 共享目录条目"""

    catalogue_id: str = told("Number of the resource in the catalogue of government data. 目录编号")
    title: str | None = told("Title of the resource. 资源名称")
    view: str = told("Name that the owner gives the view. 视图")
    owner: Agency = told("The agency whose records it shares. 提供部门")
    share_class: ShareClass = told("How it is shared. 共享类型")
    update_frequency: UpdateFrequency = told("How often it is brought up to date. 更新频率")
    legal_basis: str | None = told("The legal basis of the class. 法律依据")
    terms: list[SharingTerms] = told("What is shared, under which conditions. 共享内容与条件")
    not_shared: list[NotShared] = told("What is not shared with anybody. 不予共享内容")
    policy_id: str = told("Name of the policy. 策略标识")
    version: int = told("Version of the policy. 策略版本号")
    digest: str = told("Digest of the policy's text. 策略摘要")
    valid_from: datetime.datetime = told("From when on it holds. 生效时间")
    valid_until: datetime.datetime = told("Until when it holds. 失效时间")


@federation.enum(description="Where a trust list comes from. 信任列表来源")
class TrustListScheme(StrEnum):
    """Published by the two sides, or configured by the hub's operator until they publish one."""

    PUBLISHED = "PUBLISHED"
    CONFIGURED = "CONFIGURED"


@federation.enum(description="What must show that a certificate is not revoked. 吊销状态证明方式")
class RevocationProof(StrEnum):
    """A list of its issuer, a responder's word, or either of them."""

    CRL = "CRL"
    OCSP = "OCSP"
    EITHER = "EITHER"


@answer
class TrustListEntry:
    """A type of certificate that is recognised; a certificate has to meet all that stands here. 信任列表条目"""

    id: str = told("Name of the entry in its list. 条目标识")
    name: str = told("What is recognised, in words. 条目名称")
    valid_from: datetime.datetime = told("From when on it is recognised. 生效时间")
    valid_until: datetime.datetime | None = told("Until when; none until further notice. 失效时间")
    valid: bool = told("Whether it is recognised now. 当前是否有效")
    root_subject: str = told("The root CA that paths lead to. 根证书主题")
    root_fingerprint: str = told("SHA-256 of the root CA's certificate. 根证书指纹")
    issuing_subject: str = told("The CA that issues, and no other. 签发证书主题")
    issuing_fingerprint: str = told("SHA-256 of the issuing CA's certificate. 签发证书指纹")
    type_name: str = told("Name of the type, as it stands in the certificate. 证书类型名称")
    policy_arc: str = told("The certificate policy, without its nodes for version, year and release. 证书策略标识")
    assurance: int = told("How well such a certificate says who holds it, from 1 to 4. 可信等级")
    revocation: RevocationProof = told("What must show that it is not revoked. 吊销状态证明方式")
    freshness: int = told("How old that may be, in seconds. 吊销信息最长时限（秒）")
    admits_scopes: list[str] = told("Scopes open to holders who are not registered; mostly none. 可用权限范围")
    admits_purposes: list[str] = told("Purposes open to holders who are not registered. 可用使用目的")


@answer
class TrustList:
    """The certificates of one jurisdiction that are recognised, by the signed list that is in force. 信任列表"""

    jurisdiction: Jurisdiction | None = told("Whose certificates it is about. 法域")
    scheme: TrustListScheme = told("Where it comes from. 信任列表来源")
    title: str | None = told("Title of the list. 名称")
    sequence: int = told("Number of the list; it grows by one each time. 序号")
    issued_at: datetime.datetime = told("When it was issued. 发布时间")
    next_update: datetime.datetime = told("When the next one is due; from then on it recognises nothing. 下次更新时间")
    digest: str = told("Digest of the list's text. 摘要")
    signers: list[str] = told("Who signed it, as RFC 4514 writes names. 签署人")
    entries: list[TrustListEntry] = told("What it recognises, and what it once did. 条目")


ME = asked("Who the hub takes the caller for. 当前调用方")
ACCESS = asked(
    "Whether the caller would get a field, why, and what would help. 查询字段授权",
    type_name=Annotated[
        str, strawberry.argument(name="type", description="The concrete type, such as CreditRating. 类型")
    ],
    field_name=Annotated[str, strawberry.argument(name="field", description="The field of it, such as grade. 字段")],
    purpose=(
        argument(str | None, "For this purpose; the token's own unless named. 使用目的"),
        strawberry.UNSET,
    ),
)
CATALOGUE = asked(
    "What agencies share, by policies in force, ordered by the policies' names. 共享目录",
    owner=(argument(AgencyId | None, "Of this agency alone. 提供部门"), strawberry.UNSET),
    first=(BOUND, 20),
    after=(argument(str | None, "Only what follows the policy of this name. 在此策略之后"), strawberry.UNSET),
)
TRUST_LISTS = asked(
    "Which certificates of each jurisdiction are recognised, by the trust lists in force. 证书互认信任列表"
)
"""The four entry points; each is a method of the context that the gateway makes for a request."""
