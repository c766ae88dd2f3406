"""The identity view bound to its tables."""

from collections.abc import Mapping

import sqlalchemy as sa

from baygate.sources.binding import (
    AbstractBinding,
    Column,
    Comparison,
    FieldBinding,
    Filter,
    ObjectBinding,
    One,
    Ordering,
    Paged,
    Several,
    Verdict,
    bound,
    same,
)
from baygate.sources.bindings import clearance, credit, filings
from baygate.storage.tables import identity, recognitions

PARTY_FILTERS = {
    "kind": Filter("kind"),
    "statuses": Filter("status", Comparison.ANY_OF),
    "jurisdiction": Filter("jurisdiction"),
    "regionCode": Filter("regionCode"),
    "regionPrefix": Filter("regionCode", Comparison.STARTS_WITH),
    "tradeRole": Filter("tradeRoles", Comparison.INCLUDES),
    "namePrefix": Filter("name", Comparison.STARTS_WITH),
    "establishedFrom": Filter("establishedOn", Comparison.AT_LEAST),
    "establishedTo": Filter("establishedOn", Comparison.AT_MOST),
}
PARTY_ORDERS = {
    "ID_ASC": Ordering(("id",)),
    "ESTABLISHED_ON_DESC": Ordering(("establishedOn", "id"), descending=True),
    "ESTABLISHED_ON_ASC": Ordering(("establishedOn", "id")),
    "NAME_ASC": Ordering(("name", "id")),
}

PARTY_FIELDS: Mapping[str, FieldBinding] = {
    "id": Column(identity.party.c.party_id),
    "region": One("Region", on={"region_code": "code"}),
    "statusHistory": Several("StatusChange", on=same("party_id"), order=Ordering(("seq",), descending=True)),
    "licences": Several("Licence", on=same("party_id"), order=Ordering(("licenceNo",))),
    "personsInCharge": Several("PersonInCharge", on=same("party_id"), order=Ordering(("seq",))),
    "registrations": Several("Registration", on=same("party_id"), order=Ordering(("registrationNo",))),
    "recognisedCertificates": Several(
        "RecognisedCertificate",
        on=same("party_id"),
        order=Ordering(("recognisedAt", "fingerprint"), descending=True),
    ),
    **credit.PARTY_FIELDS,
    **filings.PARTY_FIELDS,
    **clearance.PARTY_FIELDS,
}


def _party(name: str, detail: sa.Table, kind: str) -> ObjectBinding:
    return bound(name, identity.party, detail=detail, discriminator=("kind", kind), **PARTY_FIELDS)


def _registration(name: str, detail: sa.Table, kind: str) -> ObjectBinding:
    return bound(name, identity.registration, detail=detail, discriminator=("kind", kind))


OBJECTS = (
    _party("MainlandEnterprise", identity.mainland_enterprise, "MAINLAND"),
    _party("HongKongCompany", identity.hong_kong_company, "HONG_KONG"),
    _party("MacauCompany", identity.macau_company, "MACAU"),
    bound("Region", identity.region),
    bound("StatusChange", identity.status_change),
    bound("Licence", identity.licence, holder=One("Party", on=same("party_id"))),
    bound("PersonInCharge", identity.person_in_charge),
    _registration("CustomsRegistration", identity.customs_registration, "CUSTOMS"),
    _registration("InspectionRegistration", identity.inspection_registration, "INSPECTION"),
    _registration("ForeignExchangeRegistration", identity.foreign_exchange_registration, "FOREIGN_EXCHANGE"),
    _registration("TaxRegistration", identity.tax_registration, "TAX"),
    bound(
        "RecognisedCertificate",
        recognitions.recognised_certificate,
        validFrom=Column(recognitions.recognised_certificate.c.not_before),
        validTo=Column(recognitions.recognised_certificate.c.not_after),
    ),
)


def _abstract(name: str, table: sa.Table) -> AbstractBinding:
    concrete = [each for each in OBJECTS if each.table is table]
    members = {each.discriminator[1]: each.name for each in concrete if each.discriminator}
    return AbstractBinding(name, table, "kind", members)


ABSTRACTS = (_abstract("Party", identity.party), _abstract("Registration", identity.registration))

ROOTS: Mapping[str, FieldBinding] = {
    "party": One("Party", by={"id": "id"}),
    "enterprise": One("MainlandEnterprise", by={"uscc": "uscc"}),
    "enterpriseByCustomsCode": One("MainlandEnterprise", by={"code": "customsCode"}),
    "enterpriseByOrganisationCode": One("MainlandEnterprise", by={"code": "organisationCode"}),
    "hongKongCompany": One("HongKongCompany", by={"ubi": "ubi"}),
    "hongKongCompanyByCrNumber": One("HongKongCompany", by={"crNumber": "crNumber"}),
    "macauCompany": One("MacauCompany", by={"registry": "registry", "registrationNo": "registrationNo"}),
    "parties": Paged("Party", orders=PARTY_ORDERS, filters=PARTY_FILTERS),
    "licence": One("Licence", by={"licenceNo": "licenceNo"}),
    "verifyPerson": Verdict(
        identity.citizen_check,
        known_by={"idNumber": "id_hash"},
        matches={"name": "name_hash"},
        hashed={"idNumber": "citizen-id", "name": "citizen-name"},
    ),
    "verifyAccount": Verdict(
        identity.account_check,
        known_by={"party": "party_id"},
        matches={"accountNumber": "account_hash"},
        hashed={"accountNumber": "bank-account"},
    ),
}
