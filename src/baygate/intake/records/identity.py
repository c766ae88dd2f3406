"""The records of the identity view."""

from typing import NamedTuple

from baygate.intake import fields as f
from baygate.intake.record_kind import RecordKind, Rule, in_order
from baygate.storage.tables import identity

_SIDES = {"MAINLAND": ("CN-", "CN_GD"), "HONG_KONG": ("HK-", "HK"), "MACAU": ("MO-", "MO")}


class Party(NamedTuple):
    """An enterprise on one side of the boundary."""

    party_id: f.OwnPartyId
    kind: f.PartyKindCode
    name: f.Name
    name_en: f.Name | None
    status: f.PartyStatusCode
    established_on: f.Day
    region_code: f.OwnRegionCode
    jurisdiction: f.JurisdictionCode
    trade_roles: list[f.TradeRoleCode]
    updated_at: f.Moment


class MainlandEnterprise(NamedTuple):
    """What the mainland's register adds."""

    party_id: f.PartyId
    uscc: f.Uscc
    organisation_code: f.OrganisationCode
    customs_code: f.CustomsCode | None
    enterprise_type: f.Label
    registered_capital: f.Money | None
    capital_currency: f.Currency | None
    registered_address: f.Name
    business_scope: f.Passage
    registration_authority: f.Name
    approved_on: f.Day


class HongKongCompany(NamedTuple):
    """What the Companies Registry adds."""

    party_id: f.PartyId
    ubi: f.Ubi | None
    cr_number: f.CrNumber
    company_type: f.Label
    registered_office: f.Name
    place_of_incorporation: f.Label


class MacauCompany(NamedTuple):
    """What a register of Macau adds."""

    party_id: f.PartyId
    registry: f.MacauRegistryCode
    registration_no: f.MacauRegistration
    company_type: f.Label
    registered_office: f.Name
    capital_mop: f.Money | None


class StatusChange(NamedTuple):
    """A change of standing in the register."""

    party_id: f.PartyId
    seq: f.Sequence
    from_status: f.PartyStatusCode | None
    to_status: f.PartyStatusCode
    changed_on: f.Day
    reason: f.Sentence
    updated_at: f.Moment


class Licence(NamedTuple):
    """A licence to do business."""

    party_id: f.PartyId
    licence_no: f.RecordNo
    kind: f.Label
    name: f.Name
    issuing_authority: f.Name
    scope: f.Passage | None
    status: f.LicenceStatusCode
    issued_on: f.Day
    valid_to: f.Day | None
    updated_at: f.Moment


class PersonInCharge(NamedTuple):
    """A person who answers for an enterprise."""

    party_id: f.PartyId
    seq: f.Sequence
    role: f.PersonRoleCode
    name: f.Name
    id_type: f.IdentityDocumentCode
    id_masked: f.MaskedId
    telephone: f.Telephone | None
    since: f.Day
    updated_at: f.Moment


class Registration(NamedTuple):
    """A registration with an authority of trade."""

    party_id: f.PartyId
    registration_no: f.RecordNo
    kind: f.RegistrationKindCode
    authority: f.Name
    status: f.RegistrationStatusCode
    registered_on: f.Day
    valid_to: f.Day | None
    updated_at: f.Moment


class CustomsRegistration(NamedTuple):
    """What customs adds to a registration."""

    party_id: f.PartyId
    registration_no: f.RecordNo
    zone_kind: f.ZoneKindCode
    ownership: f.OwnershipCode
    business_category: f.Label


class InspectionRegistration(NamedTuple):
    """What inspection and quarantine adds."""

    party_id: f.PartyId
    registration_no: f.RecordNo
    category: f.Label
    self_declaring: f.Flag


class ForeignExchangeRegistration(NamedTuple):
    """What the foreign exchange administration adds."""

    party_id: f.PartyId
    registration_no: f.RecordNo
    management_class: f.Label
    trade_credit_reporting: f.Flag


class TaxRegistration(NamedTuple):
    """What the tax authority adds."""

    party_id: f.PartyId
    registration_no: f.RecordNo
    taxpayer_kind: f.TaxpayerKindCode
    export_refund_filed: f.Flag


class CitizenCheck(NamedTuple):
    """A citizen as far as the hub knows one: two keyed hashes."""

    id_hash: f.Digest
    name_hash: f.Digest
    updated_at: f.Moment


class AccountCheck(NamedTuple):
    """A bank account of a party, as a keyed hash."""

    party_id: f.PartyId
    account_hash: f.Digest
    updated_at: f.Moment


class Region(NamedTuple):
    """An administrative division."""

    code: f.OwnRegionCode
    name: f.Name
    name_en: f.Name | None
    province_code: f.ProvinceCode


def _on_its_side(kind: str, party_id: str, jurisdiction: str) -> bool:
    return (party_id[:3], jurisdiction) == _SIDES[kind]


PARTY = RecordKind(
    Party,
    identity.party,
    Rule("the kind that its key and jurisdiction say", ("kind", "party_id", "jurisdiction"), _on_its_side),
)
MAINLAND_ENTERPRISE = RecordKind(
    MainlandEnterprise,
    identity.mainland_enterprise,
    Rule("the key of its USCC", ("party_id", "uscc"), lambda key, code: key[3:] == code),
    Rule("that inside its USCC", ("organisation_code", "uscc"), lambda inner, code: inner == code[8:17]),
    Rule(
        "a currency with the capital, and only then",
        ("capital_currency", "registered_capital"),
        lambda currency, capital: (currency is None) == (capital is None),
    ),
)
HONG_KONG_COMPANY = RecordKind(
    HongKongCompany,
    identity.hong_kong_company,
    Rule(
        "the key of its UBI, or of its CR number if it has none",
        ("party_id", "ubi", "cr_number"),
        lambda key, ubi, cr_number: key[3:] == (ubi or cr_number),
    ),
)
MACAU_COMPANY = RecordKind(
    MacauCompany,
    identity.macau_company,
    Rule("the key of its registration", ("party_id", "registration_no"), lambda key, no: key[3:] == no),
)
STATUS_CHANGE = RecordKind(StatusChange, identity.status_change)
LICENCE = RecordKind(Licence, identity.licence, in_order("issued_on", "valid_to"))
PERSON_IN_CHARGE = RecordKind(PersonInCharge, identity.person_in_charge)
REGISTRATION = RecordKind(Registration, identity.registration, in_order("registered_on", "valid_to"))
CUSTOMS_REGISTRATION = RecordKind(CustomsRegistration, identity.customs_registration)
INSPECTION_REGISTRATION = RecordKind(InspectionRegistration, identity.inspection_registration)
FOREIGN_EXCHANGE_REGISTRATION = RecordKind(ForeignExchangeRegistration, identity.foreign_exchange_registration)
TAX_REGISTRATION = RecordKind(TaxRegistration, identity.tax_registration)
CITIZEN_CHECK = RecordKind(CitizenCheck, identity.citizen_check)
ACCOUNT_CHECK = RecordKind(AccountCheck, identity.account_check)
REGION = RecordKind(Region, identity.region)

KINDS = (
    PARTY,
    MAINLAND_ENTERPRISE,
    HONG_KONG_COMPANY,
    MACAU_COMPANY,
    STATUS_CHANGE,
    LICENCE,
    PERSON_IN_CHARGE,
    REGISTRATION,
    CUSTOMS_REGISTRATION,
    INSPECTION_REGISTRATION,
    FOREIGN_EXCHANGE_REGISTRATION,
    TAX_REGISTRATION,
    CITIZEN_CHECK,
    ACCOUNT_CHECK,
    REGION,
)
