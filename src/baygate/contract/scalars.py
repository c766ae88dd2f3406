"""The scalars of the contract: every identifier validates itself, every value has one canonical form.

A moment is ``2026-11-01T08:30:00+00:00`` (RFC 3339, UTC, to the second), a day ``2026-11-01``, a decimal a
string at its declared scale. There is no Float: money does not round.
"""

import datetime
import decimal
import re
from collections.abc import Callable, Mapping
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from baygate.contract.identifiers import (
    bank_account,
    cr_number,
    customs_code,
    declaration_number,
    gtin,
    hs_code,
    macau_registration,
    organisation_code,
    party_id,
    person_name,
    region,
    resident_id,
    ubi,
    uscc,
)

PartyId = NewType("PartyId", str)
Uscc = NewType("Uscc", str)
OrganisationCode = NewType("OrganisationCode", str)
CustomsCode = NewType("CustomsCode", str)
DeclarationNo = NewType("DeclarationNo", str)
Ubi = NewType("Ubi", str)
CrNumber = NewType("CrNumber", str)
MacauRegistrationNo = NewType("MacauRegistrationNo", str)
HsCode = NewType("HsCode", str)
Gtin = NewType("Gtin", str)
RegionCode = NewType("RegionCode", str)
ResidentId = NewType("ResidentId", str)
AgencyId = NewType("AgencyId", str)
PersonName = NewType("PersonName", str)
BankAccount = NewType("BankAccount", str)

_AGENCY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,8})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


def _agency(text: str) -> str:
    if len(text) > 64 or not _AGENCY.fullmatch(text):
        raise ValueError("an agency id is lower-case words joined by hyphens, such as customs-gz")
    return text


def _day(text: str) -> datetime.date:
    if not _DAY.fullmatch(text):
        raise ValueError("a date is written YYYY-MM-DD")
    return datetime.date.fromisoformat(text)


def _moment(text: str) -> datetime.datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError("a date-time is written YYYY-MM-DDThh:mm:ss with Z or an offset (RFC 3339), to the second")
    try:
        return datetime.datetime.fromisoformat(text.upper()).astimezone(datetime.UTC)
    except OverflowError:
        raise ValueError("a date-time lies between the years 1 and 9999 in UTC") from None


def _decimal(text: str) -> decimal.Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError('a decimal is a string such as "1234.50": at most 18 digits, then at most 8 decimals')
    return decimal.Decimal(text)


def _written(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="seconds")
    return str(value)


def _scalar(name: str, description: str, parse: Callable[[str], Any], source: str | None = None) -> ScalarDefinition:
    def parse_value(value: object) -> Any:
        if not isinstance(value, str):
            raise GraphQLError(f"{name} is written as a string.")
        try:
            return parse(value)
        except ValueError as error:
            raise GraphQLError(f"{name}: {error}") from None

    return strawberry.scalar(
        name=name, description=description, serialize=_written, parse_value=parse_value, specified_by_url=source
    )


SCALARS: Mapping[object, ScalarDefinition] = {
    PartyId: _scalar(
        "PartyId",
        "The hub's key of a party: CN-<USCC>, HK-<UBI or CR number>, MO-<registration>. 主体标识",
        party_id.parse,
    ),
    Uscc: _scalar("Uscc", "Unified social credit code, GB 32100-2015. 统一社会信用代码", uscc.parse),
    OrganisationCode: _scalar("OrganisationCode", "Organisation code, GB 11714. 组织机构代码", organisation_code.parse),
    CustomsCode: _scalar("CustomsCode", "Customs enterprise code, 10 characters. 海关注册编码", customs_code.parse),
    DeclarationNo: _scalar(
        "DeclarationNo", "Customs declaration number, 18 digits. 报关单号", declaration_number.parse
    ),
    Ubi: _scalar("Ubi", "Hong Kong unique business identifier, 8 digits. 香港商业登记号码", ubi.parse),
    CrNumber: _scalar("CrNumber", "Hong Kong Companies Registry number. 香港公司注册编号", cr_number.parse),
    MacauRegistrationNo: _scalar(
        "MacauRegistrationNo",
        "Registration number in a Macau registry. 澳门登记编号",
        macau_registration.parse,
    ),
    HsCode: _scalar("HsCode", "Commodity code, 10 digits. 商品编码", hs_code.parse),
    Gtin: _scalar("Gtin", "GTIN-8, -12, -13 or -14. 商品条码", gtin.parse),
    RegionCode: _scalar("RegionCode", "Administrative division, GB/T 2260. 行政区划代码", region.parse),
    ResidentId: _scalar(
        "ResidentId",
        "Resident identity number, GB 11643; taken, never given. 公民身份号码",
        resident_id.parse,
    ),
    PersonName: _scalar(
        "PersonName",
        "A person's name as the identity document spells it; taken, never given. 姓名",
        person_name.parse,
    ),
    BankAccount: _scalar("BankAccount", "A bank account number; taken, never given. 银行账号", bank_account.parse),
    AgencyId: _scalar("AgencyId", "An agency of the hub. 部门标识", _agency),
    datetime.date: _scalar("Date", "A calendar day, YYYY-MM-DD. 日期", _day),
    datetime.datetime: _scalar("DateTime", "A point in time, RFC 3339, given in UTC to the second. 时间", _moment),
    decimal.Decimal: _scalar("Decimal", "A decimal number as a string, at its declared scale. 十进制数", _decimal),
}
