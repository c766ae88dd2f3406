"""The records of the filings view."""

from typing import NamedTuple

from baygate.intake import fields as f
from baygate.intake.record_kind import RecordKind, Rule, in_order
from baygate.storage.tables import filings


class ProductFiling(NamedTuple):
    """A filing of goods for cross-border trade."""

    party_id: f.PartyId
    filing_no: f.RecordNo
    operation: f.FilingOperationCode
    direction: f.DirectionCode
    business_type: f.BusinessTypeCode
    customs_office: f.CustomsOffice
    inspection_office: f.InspectionOffice
    platform_code: f.TraderCode | None
    currency: f.Currency
    status: f.FilingStatusCode
    declared_at: f.Moment
    decided_at: f.Moment | None
    updated_at: f.Moment


class FilingItem(NamedTuple):
    """Goods of a filing."""

    party_id: f.PartyId
    filing_no: f.RecordNo
    seq: f.Sequence
    enterprise_goods_no: f.Label
    port_goods_no: f.Label | None
    inspection_goods_no: f.Label | None
    customs_goods_no: f.Label | None
    ledger_no: f.Label | None
    item_no: f.Label | None
    shelf_name: f.Name
    postal_tax_code: f.PostalTaxCode | None
    hs_code: f.HsCode
    bar_code: f.Gtin | None
    goods_name: f.Name
    specification: f.Sentence
    brand: f.Label | None
    unit: f.Unit
    first_unit: f.Unit
    second_unit: f.Unit | None
    registered_price: f.Money
    gift: f.Flag
    origin_country: f.Country
    quality_standard: f.Name | None
    quality_certificate: f.Name | None
    manufacturer: f.Name | None
    net_weight: f.Quantity
    gross_weight: f.Quantity
    updated_at: f.Moment


class TraceEvent(NamedTuple):
    """A step in the life of filed goods."""

    party_id: f.PartyId
    filing_no: f.RecordNo
    seq: f.Sequence
    stage: f.TraceStageCode
    lot: f.Label
    place: f.Name
    result: f.Sentence | None
    occurred_at: f.Moment
    updated_at: f.Moment


class ProductLicence(NamedTuple):
    """A licence for a product."""

    party_id: f.PartyId
    licence_no: f.RecordNo
    category: f.Label
    product_name: f.Name
    issuing_authority: f.Name
    status: f.LicenceStatusCode
    issued_on: f.Day
    valid_to: f.Day | None
    updated_at: f.Moment


class ConformityDocument(NamedTuple):
    """A certificate or test report."""

    party_id: f.PartyId
    document_no: f.RecordNo
    kind: f.ConformityKindCode
    issuer: f.Name
    issuing_jurisdiction: f.JurisdictionCode
    recognised_in: list[f.JurisdictionCode]
    standard: f.Name
    hs_code: f.HsCode
    issued_on: f.Day
    valid_to: f.Day | None
    updated_at: f.Moment


class Certification(NamedTuple):
    """What a certificate adds."""

    party_id: f.PartyId
    document_no: f.RecordNo
    scheme: f.Name
    scope: f.Passage
    status: f.LicenceStatusCode


class TestReport(NamedTuple):
    """What a test report adds."""

    party_id: f.PartyId
    document_no: f.RecordNo
    laboratory: f.Name
    sample_name: f.Name
    conclusion: f.TestConclusionCode
    failed_items: f.Passage | None


class GoodsListEntry(NamedTuple):
    """Goods on a list of what may, or may not, be traded."""

    hs_code: f.HsCode
    list_kind: f.GoodsListKindCode
    edition: f.Label
    goods_name: f.Name
    unit: f.Unit | None
    note: f.Sentence | None
    valid_from: f.Day
    valid_to: f.Day | None
    updated_at: f.Moment


PRODUCT_FILING = RecordKind(
    ProductFiling,
    filings.product_filing,
    in_order("declared_at", "decided_at"),
    Rule(
        "a time of decision unless pending, and only then",
        ("decided_at", "status"),
        lambda decided_at, status: (decided_at is None) == (status == "PENDING"),
    ),
)
FILING_ITEM = RecordKind(
    FilingItem,
    filings.filing_item,
    Rule("no less than net_weight", ("gross_weight", "net_weight"), lambda gross, net: gross >= net),
)
TRACE_EVENT = RecordKind(TraceEvent, filings.trace_event)
PRODUCT_LICENCE = RecordKind(ProductLicence, filings.product_licence, in_order("issued_on", "valid_to"))
CONFORMITY_DOCUMENT = RecordKind(ConformityDocument, filings.conformity_document, in_order("issued_on", "valid_to"))
CERTIFICATION = RecordKind(Certification, filings.certification)
TEST_REPORT = RecordKind(TestReport, filings.test_report)
GOODS_LIST_ENTRY = RecordKind(GoodsListEntry, filings.goods_list_entry, in_order("valid_from", "valid_to"))

KINDS = (
    PRODUCT_FILING,
    FILING_ITEM,
    TRACE_EVENT,
    PRODUCT_LICENCE,
    CONFORMITY_DOCUMENT,
    CERTIFICATION,
    TEST_REPORT,
    GOODS_LIST_ENTRY,
)
