"""The entry points: of the four views, one object by any identifier, or a page of a list; of the hub itself. 入口"""

from strawberry import federation

from baygate.contract.clearance import (
    Declaration,
    DeclarationConnection,
    DeclarationFilter,
    DeclarationOrder,
)
from baygate.contract.control import (
    ACCESS,
    CATALOGUE,
    ME,
    TRUST_LISTS,
    Caller,
    CatalogueEntry,
    FieldAccess,
    TrustList,
)
from baygate.contract.credit import (
    CreditRating,
    CreditRatingConnection,
    CreditRatingFilter,
    CreditRatingOrder,
)
from baygate.contract.declaring import argument, taking
from baygate.contract.evidence import ACCESSES, RecordedAccess
from baygate.contract.filings import (
    ConformityDocument,
    ConformityDocumentConnection,
    ConformityDocumentFilter,
    ConformityDocumentOrder,
    FilingItemConnection,
    FilingItemFilter,
    FilingItemOrder,
    GoodsListEntryConnection,
    GoodsListFilter,
    GoodsListOrder,
    ProductFiling,
    ProductFilingConnection,
    ProductFilingFilter,
    ProductFilingOrder,
    ProductLicence,
)
from baygate.contract.identity import (
    VERIFY,
    HongKongCompany,
    Licence,
    MacauCompany,
    MainlandEnterprise,
    Party,
    PartyConnection,
    PartyFilter,
)
from baygate.contract.identity_codes import MacauRegistry, PartyOrder, Verdict
from baygate.contract.listing import paged
from baygate.contract.scalars import (
    BankAccount,
    CrNumber,
    CustomsCode,
    DeclarationNo,
    MacauRegistrationNo,
    OrganisationCode,
    PartyId,
    PersonName,
    ResidentId,
    Ubi,
    Uscc,
)


@federation.type(description="The entry points of the four views. 入口")
class Query:
    """The entry points of the four views."""

    party: Party | None = taking(
        "A party by the hub's key. 按主体标识查询", id=argument(PartyId, "The hub's key. 主体标识")
    )
    enterprise: MainlandEnterprise | None = taking(
        "A mainland enterprise by its social credit code. 按统一社会信用代码查询",
        uscc=argument(Uscc, "Unified social credit code. 统一社会信用代码"),
    )
    enterprise_by_customs_code: MainlandEnterprise | None = taking(
        "A mainland enterprise by its customs code. 按海关注册编码查询",
        code=argument(CustomsCode, "Customs enterprise code. 海关注册编码"),
    )
    enterprise_by_organisation_code: MainlandEnterprise | None = taking(
        "A mainland enterprise by its organisation code. 按组织机构代码查询",
        code=argument(OrganisationCode, "Organisation code. 组织机构代码"),
    )
    hong_kong_company: HongKongCompany | None = taking(
        "A Hong Kong company by its business identifier. 按商业登记号码查询",
        ubi=argument(Ubi, "Unique business identifier. 商业登记号码"),
    )
    hong_kong_company_by_cr_number: HongKongCompany | None = taking(
        "A Hong Kong company by its registry number. 按公司注册编号查询",
        cr_number=argument(CrNumber, "Companies Registry number. 公司注册编号"),
    )
    macau_company: MacauCompany | None = taking(
        "A Macau company by its register and number. 按登记机关与编号查询",
        registry=argument(MacauRegistry, "Register that keeps it. 登记机关"),
        registration_no=argument(MacauRegistrationNo, "Number in that register. 登记编号"),
    )
    parties: PartyConnection | None = paged("Parties. 主体列表", where=PartyFilter, order_by=PartyOrder)
    licence: Licence | None = taking(
        "A licence to do business by its number. 按证照编号查询",
        licence_no=argument(str, "Number of the licence. 证照编号"),
    )
    verify_person: Verdict | None = taking(
        "Whether a person has this number and this name; nothing else. 公民身份核验",
        VERIFY,
        id_number=argument(ResidentId, "Resident identity number. 公民身份号码"),
        name=argument(PersonName, "Name of the person. 姓名"),
    )
    verify_account: Verdict | None = taking(
        "Whether a bank account belongs to a party; nothing else. 银行账户核验",
        VERIFY,
        party=argument(PartyId, "The hub's key of the party. 主体标识"),
        account_number=argument(BankAccount, "Number of the account. 银行账号"),
    )
    credit_rating: CreditRating | None = taking(
        "A rating by its number. 按评级编号查询", rating_no=argument(str, "Number of the rating. 评级编号")
    )
    credit_ratings: CreditRatingConnection | None = paged(
        "Ratings of all parties. 信用等级列表", where=CreditRatingFilter, order_by=CreditRatingOrder
    )
    product_filing: ProductFiling | None = taking(
        "A product filing by its number. 按备案编号查询",
        filing_no=argument(str, "Number of the filing. 备案编号"),
    )
    product_filings: ProductFilingConnection | None = paged(
        "Product filings of all parties. 商品备案列表", where=ProductFilingFilter, order_by=ProductFilingOrder
    )
    filing_items: FilingItemConnection | None = paged(
        "Filed goods of all filings. 备案商品列表", where=FilingItemFilter, order_by=FilingItemOrder
    )
    product_licence: ProductLicence | None = taking(
        "A licence of a product by its number. 按许可证编号查询",
        licence_no=argument(str, "Number of the licence. 许可证编号"),
    )
    conformity_document: ConformityDocument | None = taking(
        "A certificate or test report by its number. 按文件编号查询",
        document_no=argument(str, "Number of the document. 文件编号"),
    )
    conformity_documents: ConformityDocumentConnection | None = paged(
        "Certificates and test reports of all parties. 认证与检测列表",
        where=ConformityDocumentFilter,
        order_by=ConformityDocumentOrder,
    )
    goods_list: GoodsListEntryConnection | None = paged(
        "Goods that may, or may not, be traded. 商品清单", where=GoodsListFilter, order_by=GoodsListOrder
    )
    declaration: Declaration | None = taking(
        "A declaration by its number. 按报关单号查询",
        declaration_no=argument(DeclarationNo, "Number of the declaration. 报关单号"),
    )
    declaration_by_order: Declaration | None = taking(
        "A declaration by the number of its order. 按订单编号查询",
        order_no=argument(str, "Number of the order. 订单编号"),
    )
    declarations: DeclarationConnection | None = paged(
        "Declarations of all parties. 报关单列表", where=DeclarationFilter, order_by=DeclarationOrder
    )
    me: Caller = ME
    access: FieldAccess | None = ACCESS
    catalogue: list[CatalogueEntry] | None = CATALOGUE
    trust_lists: list[TrustList] | None = TRUST_LISTS
    accesses: list[RecordedAccess] | None = ACCESSES
