"""The filings view bound to its tables."""

from collections.abc import Mapping

from baygate.sources.binding import (
    AbstractBinding,
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
from baygate.storage.tables import filings

FILING_FILTERS = {
    "direction": Filter("direction"),
    "businessType": Filter("businessType"),
    "statuses": Filter("status", Comparison.ANY_OF),
    "customsOffice": Filter("customsOffice"),
    "decided": Filter("decidedAt", Comparison.PRESENT),
    "declaredFrom": Filter("declaredAt", Comparison.AT_LEAST),
    "declaredTo": Filter("declaredAt", Comparison.AT_MOST),
}
FILING_ORDERS = {
    "DECLARED_AT_DESC": Ordering(("declaredAt", "partyId", "filingNo"), descending=True),
    "DECLARED_AT_ASC": Ordering(("declaredAt", "partyId", "filingNo")),
}
ITEM_FILTERS = {
    "hsCode": Filter("hsCode"),
    "hsCodePrefix": Filter("hsCode", Comparison.STARTS_WITH),
    "barCode": Filter("barCode"),
    "originCountry": Filter("originCountry"),
    "gift": Filter("gift"),
}
ITEM_ORDERS = {
    "HS_CODE_ASC": Ordering(("hsCode", "partyId", "filingNo", "seq")),
    "HS_CODE_DESC": Ordering(("hsCode", "partyId", "filingNo", "seq"), descending=True),
}
DOCUMENT_FILTERS = {
    "kind": Filter("kind"),
    "issuingJurisdiction": Filter("issuingJurisdiction"),
    "recognisedIn": Filter("recognisedIn", Comparison.INCLUDES),
    "hsCode": Filter("hsCode"),
    "hsCodePrefix": Filter("hsCode", Comparison.STARTS_WITH),
    "issuedFrom": Filter("issuedOn", Comparison.AT_LEAST),
    "issuedTo": Filter("issuedOn", Comparison.AT_MOST),
}
DOCUMENT_ORDERS = {
    "ISSUED_ON_DESC": Ordering(("issuedOn", "partyId", "documentNo"), descending=True),
    "ISSUED_ON_ASC": Ordering(("issuedOn", "partyId", "documentNo")),
}
GOODS_FILTERS = {
    "kind": Filter("listKind"),
    "edition": Filter("edition"),
    "hsCode": Filter("hsCode"),
    "hsCodePrefix": Filter("hsCode", Comparison.STARTS_WITH),
    "validFromBy": Filter("validFrom", Comparison.AT_MOST),
    "validToSet": Filter("validTo", Comparison.PRESENT),
}
GOODS_ORDERS = {
    "HS_CODE_ASC": Ordering(("hsCode", "listKind", "edition")),
    "HS_CODE_DESC": Ordering(("hsCode", "listKind", "edition"), descending=True),
}

_OF_FILING = same("party_id", "filing_no")
_HOLDER = One("Party", on=same("party_id"))

OBJECTS = (
    bound(
        "ProductFiling",
        filings.product_filing,
        enterprise=One("Party", on=same("party_id")),
        items=Several("FilingItem", on=_OF_FILING, order=Ordering(("seq",))),
        traceEvents=Several("TraceEvent", on=_OF_FILING, order=Ordering(("seq",))),
    ),
    bound("FilingItem", filings.filing_item, filing=One("ProductFiling", on=_OF_FILING)),
    bound("TraceEvent", filings.trace_event),
    bound("ProductLicence", filings.product_licence, holder=_HOLDER),
    bound(
        "Certification",
        filings.conformity_document,
        detail=filings.certification,
        discriminator=("kind", "CERTIFICATION"),
        holder=_HOLDER,
    ),
    bound(
        "TestReport",
        filings.conformity_document,
        detail=filings.test_report,
        discriminator=("kind", "TEST_REPORT"),
        holder=_HOLDER,
    ),
    bound("GoodsListEntry", filings.goods_list_entry),
)

ABSTRACTS = (
    AbstractBinding(
        "ConformityDocument",
        filings.conformity_document,
        "kind",
        {"CERTIFICATION": "Certification", "TEST_REPORT": "TestReport"},
    ),
)

PARTY_FIELDS: Mapping[str, FieldBinding] = {
    "productFilings": Paged("ProductFiling", on=same("party_id"), orders=FILING_ORDERS, filters=FILING_FILTERS),
    "productLicences": Several("ProductLicence", on=same("party_id"), order=Ordering(("licenceNo",))),
    "conformityDocuments": Paged(
        "ConformityDocument", on=same("party_id"), orders=DOCUMENT_ORDERS, filters=DOCUMENT_FILTERS
    ),
}

ROOTS: Mapping[str, FieldBinding] = {
    "productFiling": One("ProductFiling", by={"filingNo": "filingNo"}),
    "productFilings": Paged("ProductFiling", orders=FILING_ORDERS, filters=FILING_FILTERS),
    "filingItems": Paged("FilingItem", orders=ITEM_ORDERS, filters=ITEM_FILTERS),
    "productLicence": One("ProductLicence", by={"licenceNo": "licenceNo"}),
    "conformityDocument": One("ConformityDocument", by={"documentNo": "documentNo"}),
    "conformityDocuments": Paged("ConformityDocument", orders=DOCUMENT_ORDERS, filters=DOCUMENT_FILTERS),
    "goodsList": Paged("GoodsListEntry", orders=GOODS_ORDERS, filters=GOODS_FILTERS),
}
