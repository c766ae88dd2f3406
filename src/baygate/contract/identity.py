"""The identity view: parties on the three sides of the boundary, and what is registered of them. 身份视图"""

import datetime
import decimal
from typing import Annotated

from strawberry import federation

from baygate.contract.clearance import READ as CLEARANCE
from baygate.contract.clearance import (
    DeclarationConnection,
    DeclarationFilter,
    DeclarationOrder,
)
from baygate.contract.codes import Jurisdiction, LicenceStatus
from baygate.contract.credit import READ as CREDIT
from baygate.contract.credit import (
    CreditRatingConnection,
    CreditRatingFilter,
    CreditRatingOrder,
    ListMembership,
    RiskWarning,
)
from baygate.contract.declaring import condition, entity, interface, record, shared, union
from baygate.contract.filings import READ as FILINGS
from baygate.contract.filings import (
    ConformityDocumentConnection,
    ConformityDocumentFilter,
    ConformityDocumentOrder,
    ProductFilingConnection,
    ProductFilingFilter,
    ProductFilingOrder,
    ProductLicence,
)
from baygate.contract.identity_codes import (
    IdentityDocument,
    MacauRegistry,
    Ownership,
    PartyKind,
    PartyStatus,
    PersonRole,
    RegistrationStatus,
    TaxpayerKind,
    TradeRole,
    ZoneKind,
)
from baygate.contract.listing import Connection, paged, short
from baygate.contract.recognition import RecognisedCertificate
from baygate.contract.scalars import (
    AgencyId,
    CrNumber,
    CustomsCode,
    MacauRegistrationNo,
    OrganisationCode,
    PartyId,
    RegionCode,
    Ubi,
    Uscc,
)

READ = "identity:read"
PERSONAL = "identity:personal"
VERIFY = "identity:verify"


@record
class Region:
    """An administrative division, GB/T 2260; reference data. 行政区划"""

    code: RegionCode = shared("Code of the division. 区划代码", READ)
    name: str | None = shared("Name of the division. 名称", READ)
    name_en: str | None = shared("Name in English. 英文名称", READ)
    province_code: RegionCode | None = shared("Code of the province that it lies in. 省级代码", READ)


@record
class StatusChange:
    """A change of standing in the register. 登记状态变更"""

    seq: int = shared("Number of the change within its party. 序号", READ)
    from_status: PartyStatus | None = shared("Standing before; none at registration. 变更前状态", READ)
    to_status: PartyStatus | None = shared("Standing after. 变更后状态", READ)
    changed_on: datetime.date | None = shared("Day of the change. 变更日期", READ)
    reason: str | None = shared("Reason given. 变更原因", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class PersonInCharge:
    """A person who answers for an enterprise. 负责人"""

    seq: int = shared("Number of the person within the party. 序号", READ)
    role: PersonRole | None = shared("Place in the enterprise. 职务", READ)
    name: str | None = shared("Name. 姓名", READ, PERSONAL, personal=True)
    id_type: IdentityDocument | None = shared("Kind of identity document. 证件类型", READ)
    id_masked: str | None = shared("Number of the document, masked. 证件号码（脱敏）", READ, PERSONAL, personal=True)
    telephone: str | None = shared("Telephone. 联系电话", READ, PERSONAL, personal=True)
    since: datetime.date | None = shared("In this place since. 任职日期", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class CustomsRegistration:
    """Registration with customs. 海关备案"""

    registration_no: str = shared("Number of the registration. 备案编号", READ)
    authority: str | None = shared("Authority that registers. 备案机关", READ)
    status: RegistrationStatus | None = shared("Standing of the registration. 状态", READ)
    registered_on: datetime.date | None = shared("Day of registration. 备案日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    zone_kind: ZoneKind | None = shared("Economic zone. 经济区划", READ)
    ownership: Ownership | None = shared("Ownership in the terms of customs. 经济类型", READ)
    business_category: str | None = shared("What it is registered to do. 经营类别", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class InspectionRegistration:
    """Filing with inspection and quarantine. 检验检疫备案"""

    registration_no: str = shared("Number of the registration. 备案编号", READ)
    authority: str | None = shared("Authority that registers. 备案机关", READ)
    status: RegistrationStatus | None = shared("Standing of the registration. 状态", READ)
    registered_on: datetime.date | None = shared("Day of registration. 备案日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    category: str | None = shared("Category of the enterprise. 企业类别", READ)
    self_declaring: bool | None = shared("Declares for itself, not through an agent. 是否自理报检", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class ForeignExchangeRegistration:
    """Entry in the directory of foreign exchange. 外汇名录登记"""

    registration_no: str = shared("Number of the registration. 备案编号", READ)
    authority: str | None = shared("Authority that registers. 备案机关", READ)
    status: RegistrationStatus | None = shared("Standing of the registration. 状态", READ)
    registered_on: datetime.date | None = shared("Day of registration. 备案日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    management_class: str | None = shared("Management class: A, B or C. 分类管理等级", READ)
    trade_credit_reporting: bool | None = shared("Must report trade credit. 是否须贸易信贷报告", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


@record
class TaxRegistration:
    """Registration with the tax authority. 税务登记"""

    registration_no: str = shared("Number of the registration. 备案编号", READ)
    authority: str | None = shared("Authority that registers. 备案机关", READ)
    status: RegistrationStatus | None = shared("Standing of the registration. 状态", READ)
    registered_on: datetime.date | None = shared("Day of registration. 备案日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    taxpayer_kind: TaxpayerKind | None = shared("Kind of taxpayer. 纳税人类型", READ)
    export_refund_filed: bool | None = shared("Filed for export refund. 是否出口退税备案", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)


Registration = Annotated[
    CustomsRegistration | InspectionRegistration | ForeignExchangeRegistration | TaxRegistration,
    union("Registration", "Registration with an authority of trade. 备案登记"),
]


@interface("id")
class Party:
    """An enterprise on one side of the boundary. 市场主体"""

    id: PartyId = shared("The hub's key of the party. 主体标识", READ)
    kind: PartyKind | None = shared("What it is, by its register. 主体类别", READ)
    name: str | None = shared("Registered name. 名称", READ)
    name_en: str | None = shared("Name in English or Portuguese. 外文名称", READ)
    status: PartyStatus | None = shared("Standing in the register. 登记状态", READ)
    established_on: datetime.date | None = shared("Day of establishment. 成立日期", READ)
    region_code: RegionCode | None = shared("Code of the division of its seat. 所在地区划代码", READ)
    region: Region | None = shared("Division of its seat. 所在地", READ)
    jurisdiction: Jurisdiction | None = shared("Whose law it stands under. 法域", READ)
    trade_roles: list[TradeRole] | None = shared("Parts it plays in cross-border trade. 跨境贸易角色", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    status_history: list[StatusChange] | None = short("Changes of standing, latest first. 登记状态变更历史", READ)
    licences: "list[Licence] | None" = short("Licences to do business, by number. 许可证照", READ)
    persons_in_charge: list[PersonInCharge] | None = short("Persons who answer for it. 负责人", READ)
    registrations: list[Registration] | None = short(
        "Registrations with authorities of trade, by number. 备案登记", READ
    )
    recognised_certificates: list[RecognisedCertificate] | None = short(
        "Its certificates that the hub has recognised, latest first. 互认数字证书", READ
    )
    credit_ratings: CreditRatingConnection | None = paged(
        "Its ratings in every scheme. 信用等级", CREDIT, where=CreditRatingFilter, order_by=CreditRatingOrder
    )
    list_memberships: list[ListMembership] | None = short("Its standing on lists, by number. 名单记录", CREDIT)
    risk_warnings: list[RiskWarning] | None = short("Warnings about it, by number. 风险预警", CREDIT)
    product_filings: ProductFilingConnection | None = paged(
        "Its product filings. 商品备案", FILINGS, where=ProductFilingFilter, order_by=ProductFilingOrder
    )
    product_licences: list[ProductLicence] | None = short("Licences of its products, by number. 产品许可", FILINGS)
    conformity_documents: ConformityDocumentConnection | None = paged(
        "Its certificates and test reports. 认证与检测",
        FILINGS,
        where=ConformityDocumentFilter,
        order_by=ConformityDocumentOrder,
    )
    declarations: DeclarationConnection | None = paged(
        "Its declarations. 报关单", CLEARANCE, where=DeclarationFilter, order_by=DeclarationOrder
    )


@entity("id", "uscc")
class MainlandEnterprise(Party):
    """An enterprise registered on the mainland. 内地企业"""

    uscc: Uscc = shared("Unified social credit code. 统一社会信用代码", READ)
    organisation_code: OrganisationCode | None = shared("Organisation code. 组织机构代码", READ)
    customs_code: CustomsCode | None = shared("Customs enterprise code; none if unregistered. 海关注册编码", READ)
    enterprise_type: str | None = shared("Legal form. 企业类型", READ)
    registered_capital: decimal.Decimal | None = shared("Registered capital. 注册资本", READ)
    capital_currency: str | None = shared("Currency of the capital, ISO 4217. 注册资本币种", READ)
    registered_address: str | None = shared("Registered address. 住所", READ)
    business_scope: str | None = shared("What it may do. 经营范围", READ)
    registration_authority: str | None = shared("Authority that registered it. 登记机关", READ)
    approved_on: datetime.date | None = shared("Day of the last approval. 核准日期", READ)


@entity("id", "ubi", "crNumber")
class HongKongCompany(Party):
    """A company registered in Hong Kong. 香港公司"""

    ubi: Ubi | None = shared("Unique business identifier; none before 2023-12-27. 商业登记号码", READ)
    cr_number: CrNumber = shared("Companies Registry number. 公司注册编号", READ)
    company_type: str | None = shared("Legal form. 公司类型", READ)
    registered_office: str | None = shared("Registered office. 注册办事处", READ)
    place_of_incorporation: str | None = shared("Where it was incorporated. 成立地", READ)


@entity("id", "registry registrationNo")
class MacauCompany(Party):
    """A company registered in Macau. 澳门公司"""

    registry: MacauRegistry = shared("Register that keeps it. 登记机关", READ)
    registration_no: MacauRegistrationNo = shared("Number in that register. 登记编号", READ)
    company_type: str | None = shared("Legal form. 公司类型", READ)
    registered_office: str | None = shared("Registered office. 住所", READ)
    capital_mop: decimal.Decimal | None = shared("Capital in patacas. 注册资本（澳门元）", READ)


@record
class Licence:
    """A licence to do business. 许可证照"""

    licence_no: str = shared("Number of the licence. 证照编号", READ)
    kind: str | None = shared("Kind of the licence. 证照类别", READ)
    name: str | None = shared("Name of the licence. 证照名称", READ)
    issuing_authority: str | None = shared("Authority that issued it. 发证机关", READ)
    scope: str | None = shared("What it allows. 许可范围", READ)
    status: LicenceStatus | None = shared("Standing of the licence. 状态", READ)
    issued_on: datetime.date | None = shared("Day of issue. 发证日期", READ)
    valid_to: datetime.date | None = shared("Last day of validity; none if open. 有效期止", READ)
    provider: AgencyId | None = shared("Agency that published this. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
    holder: Party | None = shared("Who holds it. 持证主体", READ)


@federation.input(description="Which parties; all conditions together. 主体筛选")
class PartyFilter:
    """Conditions on parties, joined by AND."""

    kind: PartyKind | None = condition("Of this kind. 类别")
    statuses: list[PartyStatus] | None = condition("In one of these standings. 登记状态")
    jurisdiction: Jurisdiction | None = condition("Under this law. 法域")
    region_code: RegionCode | None = condition("Seated in this division. 区划代码")
    region_prefix: str | None = condition("Division code begins so: 44 is Guangdong. 区划代码前缀")
    trade_role: TradeRole | None = condition("Plays this part in trade. 角色")
    name_prefix: str | None = condition("Registered name begins so. 名称前缀")
    established_from: datetime.date | None = condition("Established on or after. 成立日期起")
    established_to: datetime.date | None = condition("Established on or before. 成立日期止")


PartyConnection = Connection[Party]
