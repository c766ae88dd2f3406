"""What a field of a record may hold. Every check runs in pydantic's Rust core, except that of a check digit.

The texts of errors say what is expected. They never repeat what was given, which may be a person's.
"""

import datetime
import decimal
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Protocol, runtime_checkable

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from baygate.contract.clearance_codes import (
    ClearanceStatus,
    InspectionKind,
    InspectionResult,
    MatchOutcome,
    RefundStatus,
    SupervisionMode,
    TransportMode,
)
from baygate.contract.codes import Direction, Jurisdiction, LicenceStatus
from baygate.contract.credit import CreditScheme, ListKind, WarningCategory, WarningLevel
from baygate.contract.filings_codes import (
    BusinessType,
    ConformityKind,
    FilingOperation,
    FilingStatus,
    GoodsListKind,
    TestConclusion,
    TraceStage,
)
from baygate.contract.identifiers import (
    cr_number,
    customs_code,
    declaration_number,
    gtin,
    macau_registration,
    organisation_code,
    party_id,
    region,
    ubi,
    uscc,
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


@runtime_checkable
class Residual(Protocol):
    """What a field still has to be asked after pydantic, a whole column at a time."""

    @property
    def expected(self) -> str:
        """Say what will do."""

    def oddity(self) -> Callable[[Any], Any]:
        """Return a function that is true of the values that will not do."""


def _expecting(expected: str, schema: CoreSchema) -> CoreSchema:
    return core_schema.custom_error_schema(
        schema, custom_error_type="expected", custom_error_message=f"expected {expected}"
    )


@dataclass(frozen=True)
class _Matching:
    """Text of one shape; ``parse`` also verifies its check digit, and gives the canonical form."""

    pattern: str
    expected: str
    parse: Callable[[str], str] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = _expecting(self.expected, core_schema.str_schema(pattern=rf"\A(?:{self.pattern})\z"))
        if self.parse is None:
            return schema
        return core_schema.no_info_after_validator_function(self.parse, schema)


@dataclass(frozen=True)
class _Text:
    """Text of 1 to ``longest`` characters without control characters; nothing is cut or stripped."""

    longest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _expecting(
            f"text of 1 to {self.longest} characters without control characters",
            core_schema.str_schema(max_length=self.longest, pattern=r"\A[^\x00-\x1f\x7f]+\z"),
        )


@dataclass(frozen=True)
class _Names:
    """One of some names."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _expecting("one of " + ", ".join(self.names), core_schema.literal_schema(list(self.names)))


def _code(enum: type[StrEnum]) -> _Names:
    """Return the names of the members of an enum of the contract."""
    return _Names(tuple(member.value for member in enum))


@dataclass(frozen=True)
class _Amount:
    """A number of at most 18 digits, ``scale`` of them decimals, and not negative."""

    scale: int

    @property
    def expected(self) -> str:
        return f"an amount from 0 up, with at most {18 - self.scale} digits and {self.scale} decimals"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _expecting(self.expected, core_schema.decimal_schema(allow_inf_nan=False))

    def oddity(self) -> Callable[[decimal.Decimal], Any]:
        """See ``Residual``: pydantic's own bounds of a decimal cost five times as much."""
        nothing, end = decimal.Decimal(0), decimal.Decimal(10) ** (18 - self.scale)
        step = decimal.Decimal(1).scaleb(-self.scale)
        return lambda value: not nothing <= value < end or value % step


@dataclass(frozen=True)
class _Whole:
    """A whole number between two others, both included."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _expecting(
            f"a whole number from {self.least} to {self.most}",
            core_schema.int_schema(ge=self.least, le=self.most),
        )


class _Day:
    """A calendar day that a register can hold."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _expecting(
            "a day between 1900 and 2199",
            core_schema.date_schema(ge=datetime.date(1900, 1, 1), le=datetime.date(2199, 12, 31)),
        )


class _Moment:
    """A point in time with its zone; fractions of a second are refused, as the tables would round them."""

    expected = "a point in time between 1900 and 2199, with its zone and without a fraction of a second"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _expecting(self.expected, core_schema.datetime_schema())

    def oddity(self) -> Callable[[datetime.datetime], Any]:
        """See ``Residual``: pydantic's own bounds of a moment cost four times as much."""
        return lambda value: value.microsecond or value.tzinfo is None or not 1900 <= value.year < 2200


@lru_cache(maxsize=65_536)
def _gtin(text: str) -> str:
    return gtin.parse(text)


# Identifiers. A record's own identifier is verified with its check digit; where it only refers to another
# record, the shape will do: the record referred to was verified when it entered.
_PARTY = "CN-[0-9A-HJ-NP-RTUWXY]{18}|HK-(?:[0-9]{1,8}|[CF][0-9]{7})|MO-[0-9A-Z./-]{1,32}"
OwnPartyId = Annotated[str, _Matching(_PARTY, "a party's key: CN-, HK- or MO- and the number there", party_id.parse)]
PartyId = Annotated[str, _Matching(_PARTY, "a party's key: CN-, HK- or MO- and the number there")]
Uscc = Annotated[str, _Matching("[0-9A-Z]{18}", "a USCC of 18 characters", uscc.parse)]
OrganisationCode = Annotated[str, _Matching("[0-9A-Z]{8}[0-9X]", "an organisation code", organisation_code.parse)]
CustomsCode = Annotated[str, _Matching("[0-9A-Z]{10}", "a customs code of 10 characters", customs_code.parse)]
Ubi = Annotated[str, _Matching("[0-9]{8}", "a UBI of 8 digits", ubi.parse)]
CrNumber = Annotated[str, _Matching("[0-9CF][0-9]{0,7}", "a CR number", cr_number.parse)]
MacauRegistration = Annotated[str, _Matching("[0-9A-Z./-]{1,32}", "a Macau registration", macau_registration.parse)]
OwnDeclarationNo = Annotated[str, _Matching("[0-9]{18}", "a declaration number of 18 digits", declaration_number.parse)]
DeclarationNo = Annotated[str, _Matching("[0-9]{18}", "a declaration number of 18 digits")]
OwnRegionCode = Annotated[str, _Matching("[0-9]{6}", "a GB/T 2260 code of 6 digits", region.parse)]
HsCode = Annotated[str, _Matching("[0-9]{10}", "an HS code of 10 digits")]
Gtin = Annotated[str, _Matching("[0-9]{8}|[0-9]{12,14}", "a GTIN of 8, 12, 13 or 14 digits", _gtin)]
TraderCode = Annotated[str, _Matching("[0-9A-Z]{10}|[0-9A-Z]{18}", "a customs code of 10 or a USCC of 18 characters")]
RecordNo = Annotated[
    str, _Matching("[0-9A-Za-z][0-9A-Za-z._/-]{0,63}", "a number of 1 to 64 letters, digits, '.', '_', '/', '-'")
]
Digest = Annotated[str, _Matching("[0-9a-f]{64}", "a keyed hash of 64 hexadecimal digits")]

# Codes of others.
Currency = Annotated[str, _Matching("[A-Z]{3}", "a currency of ISO 4217, three letters")]
Country = Annotated[str, _Matching("[0-9]{3}", "a country as CEB messages have it, three digits")]
Unit = Annotated[str, _Matching("[0-9]{3}", "a unit as CEB messages have it, three digits")]
CustomsOffice = Annotated[str, _Matching("[0-9]{4}", "a customs office of 4 digits")]
InspectionOffice = Annotated[str, _Matching("[0-9]{6}", "an inspection office of 6 digits")]
PostalTaxCode = Annotated[str, _Matching("[0-9]{8}", "a code of 8 digits for the tax on postal articles")]
ProvinceCode = Annotated[str, _Matching("[0-9]{6}", "a GB/T 2260 code of 6 digits")]
IdKind = Annotated[str, _Matching("[0-9]", "the kind of an identity document as CEB messages have it, one digit")]
AgencyId = Annotated[str, _Matching("[a-z][a-z0-9]*(?:-[a-z0-9]+)*", "an agency id such as customs-gz")]

# Persons.
MaskedId = Annotated[
    str, _Matching(r"[0-9A-Z]{1,4}\*{3,16}[0-9A-Z()*]{0,4}", "a masked number: at least three stars in its middle")
]
Telephone = Annotated[str, _Matching("[0-9+][0-9 -]{4,19}", "a telephone number")]

# Texts by length.
Label = Annotated[str, _Text(64)]
Name = Annotated[str, _Text(200)]
Sentence = Annotated[str, _Text(500)]
Passage = Annotated[str, _Text(4000)]

# Numbers, days, moments.
Sequence = Annotated[int, _Whole(1, 2**31 - 1)]
Count = Annotated[int, _Whole(0, 2**31 - 1)]
Score = Annotated[int, _Whole(0, 1000)]
ReturnStatus = Annotated[int, _Whole(-(2**31), 899)]
Money = Annotated[decimal.Decimal, _Amount(2)]
Quantity = Annotated[decimal.Decimal, _Amount(5)]
Flag = bool
Day = Annotated[datetime.date, _Day()]
Moment = Annotated[datetime.datetime, _Moment()]

# The codes of the contract.
PartyKindCode = Annotated[str, _code(PartyKind)]
PartyStatusCode = Annotated[str, _code(PartyStatus)]
TradeRoleCode = Annotated[str, _code(TradeRole)]
JurisdictionCode = Annotated[str, _code(Jurisdiction)]
MacauRegistryCode = Annotated[str, _code(MacauRegistry)]
PersonRoleCode = Annotated[str, _code(PersonRole)]
IdentityDocumentCode = Annotated[str, _code(IdentityDocument)]
RegistrationStatusCode = Annotated[str, _code(RegistrationStatus)]
ZoneKindCode = Annotated[str, _code(ZoneKind)]
OwnershipCode = Annotated[str, _code(Ownership)]
TaxpayerKindCode = Annotated[str, _code(TaxpayerKind)]
RegistrationKindCode = Annotated[str, _Names(("CUSTOMS", "INSPECTION", "FOREIGN_EXCHANGE", "TAX"))]
LicenceStatusCode = Annotated[str, _code(LicenceStatus)]
CreditSchemeCode = Annotated[str, _code(CreditScheme)]
ListKindCode = Annotated[str, _code(ListKind)]
WarningCategoryCode = Annotated[str, _code(WarningCategory)]
WarningLevelCode = Annotated[str, _code(WarningLevel)]
DirectionCode = Annotated[str, _code(Direction)]
FilingOperationCode = Annotated[str, _code(FilingOperation)]
BusinessTypeCode = Annotated[str, _code(BusinessType)]
FilingStatusCode = Annotated[str, _code(FilingStatus)]
TraceStageCode = Annotated[str, _code(TraceStage)]
ConformityKindCode = Annotated[str, _code(ConformityKind)]
TestConclusionCode = Annotated[str, _code(TestConclusion)]
GoodsListKindCode = Annotated[str, _code(GoodsListKind)]
SupervisionModeCode = Annotated[str, _code(SupervisionMode)]
ClearanceStatusCode = Annotated[str, _code(ClearanceStatus)]
TransportModeCode = Annotated[str, _code(TransportMode)]
MatchOutcomeCode = Annotated[str, _code(MatchOutcome)]
InspectionKindCode = Annotated[str, _code(InspectionKind)]
InspectionResultCode = Annotated[str, _code(InspectionResult)]
RefundStatusCode = Annotated[str, _code(RefundStatus)]
