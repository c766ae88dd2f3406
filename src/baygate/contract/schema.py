"""The contract as a whole: one federation schema, built once."""

from functools import cache

from graphql import GraphQLSchema
from strawberry import federation
from strawberry.schema.config import StrawberryConfig

from baygate.contract.filings import Certification, TestReport
from baygate.contract.identity import HongKongCompany, MacauCompany, MainlandEnterprise
from baygate.contract.query import Query
from baygate.contract.scalars import SCALARS


@cache
def build_schema() -> federation.Schema:
    """Build the schema; the concrete types that only an interface leads to are named here."""
    return federation.Schema(
        query=Query,
        types=[MainlandEnterprise, HongKongCompany, MacauCompany, Certification, TestReport],
        config=StrawberryConfig(scalar_map=dict(SCALARS)),
    )


def graphql_schema() -> GraphQLSchema:
    """Return the contract as the engine reads it, in the terms of graphql-core alone."""
    return build_schema()._schema  # noqa: SLF001  # Strawberry has no public name for it


@cache
def sdl() -> str:
    """Print the contract in the schema definition language, with its federation directives."""
    return build_schema().as_str()
