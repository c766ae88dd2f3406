"""A remote agency: Hong Kong's company register, which answers for itself what it does not publish to the hub.

It is a federation v2 subgraph: an entity of the hub, known by one of its keys, with fields that the hub does not hold.
``docs/federation.md`` walks through a smaller one. It serves this machine alone:

    python -m baygate.sample.hong_kong_register --port 8081
"""

import argparse
import datetime
import sys
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry import federation
from strawberry.asgi import GraphQL
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig

from baygate.contract.declaring import Personal
from baygate.contract.identifiers import cr_number, ubi
from baygate.contract.identifiers.errors import IdentifierError
from baygate.contract.scalars import SCALARS, CrNumber
from baygate.sample import hong_kong_records as records

READ, PERSONAL = "identity:read", "identity:personal"


def told(description: str, *scopes: str, personal: bool = False, resolver: Any = None) -> Any:
    """Declare a field: what it means, the scopes that a caller needs, and whether it is personal information."""
    needed: Any = [list(scopes)] if scopes else None
    directives = [Personal()] if personal else []
    return federation.field(resolver=resolver, description=description, requires_scopes=needed, directives=directives)


@strawberry.enum(description="Legal form of a company of Hong Kong. 香港公司類別")
class HongKongLegalForm(Enum):
    """Companies Ordinance (Cap. 622), section 66."""

    PRIVATE_LIMITED_BY_SHARES = "PRIVATE_LIMITED_BY_SHARES"
    PUBLIC_LIMITED_BY_SHARES = "PUBLIC_LIMITED_BY_SHARES"
    LIMITED_BY_GUARANTEE = "LIMITED_BY_GUARANTEE"
    PRIVATE_UNLIMITED = "PRIVATE_UNLIMITED"
    PUBLIC_UNLIMITED = "PUBLIC_UNLIMITED"


@strawberry.type(description="A place in Hong Kong. 香港地址")
class HongKongAddress:
    """A value: it has no key, and nobody extends it."""

    lines: list[str] | None = told("As on a letter, up to the area. 地址")
    district: str | None = told("District. 地區")


@strawberry.type(description="A registered charge on a company's property. 已登記押記")
class HongKongCharge:
    """Companies Ordinance (Cap. 622), part 8."""

    charge_no: str = told("Number of the charge. 押記編號")
    amount: Decimal | None = told("Amount secured. 抵押款額")
    currency: str | None = told("Currency of the amount, ISO 4217. 貨幣")
    created_on: datetime.date | None = told("Day of creation. 設立日期")
    satisfied: bool | None = told("Whether what it secured is paid. 是否已解除")


@strawberry.type(description="A director of a company. 董事")
class HongKongDirector:
    """A natural person; the name is personal information, which policies may mask."""

    name: str | None = told("Name. 姓名", READ, PERSONAL, personal=True)
    appointed_on: datetime.date | None = told("Day of appointment. 委任日期")


@strawberry.type(description="Where a company stands with its annual returns. 周年申報表")
class HongKongAnnualReturn:
    """Companies Ordinance (Cap. 622), section 662."""

    last_filed_year: int | None = told("Year of the last return that was filed. 最近申報年度")
    overdue: bool | None = told("Whether one is overdue. 是否逾期")


@federation.type(keys=["crNumber"])
class HongKongCompany:
    """The hub's entity. All but its key may be null: who may not see a field gets null, and the rest stands."""

    cr_number: CrNumber
    incorporated_on: datetime.date | None = told("Day of incorporation. 成立日期", READ)
    legal_form: HongKongLegalForm | None = told("Legal form. 公司類別", READ)
    office: HongKongAddress | None = told("Registered office. 註冊辦事處", READ)
    charges: list[HongKongCharge] | None = told("Registered charges. 押記", READ)
    directors: list[HongKongDirector] | None = told("Directors. 董事", READ)
    annual_return: HongKongAnnualReturn | None = told("Its annual returns. 周年申報表", READ)

    @classmethod
    def resolve_reference(cls, /, **key: Any) -> "HongKongCompany | None":
        """Return the company that a representation stands for; None if the register has none of this number."""
        if not isinstance(key.get("crNumber"), str):
            raise GraphQLError("A HongKongCompany is known here by its crNumber, a string.")
        return cls.found(_canonical(key["crNumber"], cr_number.parse))

    @classmethod
    def found(cls, number: str) -> "HongKongCompany | None":
        """Return the company with this number, if there is one."""
        record = records.find(number)
        if record is None:
            return None
        return cls(
            cr_number=CrNumber(record.cr_number),
            incorporated_on=record.incorporated_on,
            legal_form=HongKongLegalForm.PRIVATE_LIMITED_BY_SHARES,
            office=HongKongAddress(**record.office._asdict()),
            charges=[HongKongCharge(**each._asdict()) for each in record.charges],
            directors=[HongKongDirector(**each._asdict()) for each in record.directors],
            annual_return=HongKongAnnualReturn(**record.returns._asdict()),
        )


def _canonical(number: str, parse: Callable[[str], str]) -> str:
    try:
        return parse(number)
    except IdentifierError as error:
        raise GraphQLError(str(error)) from None


def _search(
    number: Annotated[str, strawberry.argument(description="UBI, or CR number, its letter left out or not. 公司編號")],
) -> HongKongCompany | None:
    digits = number.strip()
    if len(digits) == 8 and digits.isdigit():
        return HongKongCompany.found(_canonical(digits, ubi.parse))
    return HongKongCompany.found(_canonical(f"C{digits:0>7}" if digits.isdigit() else digits, cr_number.parse))


@strawberry.type
class Query:
    """Where a question may begin at the register."""

    hong_kong_register_search: HongKongCompany | None = told(
        "A company by a number as people write it. 公司查冊", READ, resolver=_search
    )


class Schema(federation.Schema):
    """A subgraph that says what is wrong with a representation, where Strawberry would quote an exception."""

    def entities_resolver(self, info: strawberry.Info, representations: list[FederationAny]) -> list[FederationAny]:
        """Return what representations stand for."""
        if not all(isinstance(each, dict) and each.get("__typename") == "HongKongCompany" for each in representations):
            raise GraphQLError("A representation is an object whose __typename is HongKongCompany.")
        return super().entities_resolver(info, representations)


schema = Schema(query=Query, types=[HongKongCompany], config=StrawberryConfig(scalar_map=dict(SCALARS)))
app = Starlette(routes=[Route("/graphql", GraphQL(schema, graphql_ide=None))])


def main() -> None:
    """Serve this machine until told to end."""
    parser = argparse.ArgumentParser(description="Hong Kong's company register in the sample world.")
    parser.add_argument("--port", type=int, default=8081)
    said = parser.parse_args()
    sys.stdout.write(f"The register answers at http://127.0.0.1:{said.port}/graphql\n")
    sys.stdout.flush()
    uvicorn.run(app, host="127.0.0.1", port=said.port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
