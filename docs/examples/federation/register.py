"""A whole service that joins the hub: it knows Hong Kong's companies by their numbers, and who wants to wind them up.

python register.py PORT
"""

import sys
from datetime import date
from typing import NewType

import strawberry
import uvicorn
from strawberry import federation
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

CrNumber = NewType("CrNumber", str)
SCALARS = {CrNumber: strawberry.scalar(name="CrNumber")}  # named as the hub names it
RECORDS = {"C2801234": (0, None), "C0031999": (1, date(2026, 9, 14))}  # here is your database


@federation.type(keys=["crNumber"])
class HongKongCompany:
    cr_number: CrNumber
    petitions: int | None
    last_petition_on: date | None

    @classmethod
    def resolve_reference(cls, /, **key):
        """The hub asks for companies by their key; None is one that the register does not have."""
        return found(key["crNumber"])


def found(number: str) -> HongKongCompany | None:
    record = RECORDS.get(number)
    return record and HongKongCompany(cr_number=number, petitions=record[0], last_petition_on=record[1])


@strawberry.type
class Query:
    @strawberry.field
    def petitioned_company(self, number: str) -> HongKongCompany | None:
        return found(number)


app = GraphQL(federation.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS)))

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
