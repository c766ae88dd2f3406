"""Which media type an answer is in, by the Accept header (RFC 9110, section 12.5.1)."""

import pytest

from baygate.gateway.negotiation import GRAPHQL_RESPONSE, JSON, accepted
from baygate.gateway.refusal import Refusal

J = "application/json"
G = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("header", "media"),
    [
        ("", JSON),
        (J, JSON),
        (G, GRAPHQL_RESPONSE),
        ("*/*", JSON),
        ("application/*", JSON),
        (f"{G}, {J};q=0.9", GRAPHQL_RESPONSE),
        (f"{J};q=0.9, {G}", GRAPHQL_RESPONSE),
        (f"{G}, {J}", GRAPHQL_RESPONSE),
        (f"{J}, {G}", JSON),
        (f"{G}, */*", GRAPHQL_RESPONSE),
        (f"*/*, {G}", GRAPHQL_RESPONSE),
        (f"{G};q=0.5, */*;q=0.1", GRAPHQL_RESPONSE),
        (f"{J};q=0, */*", GRAPHQL_RESPONSE),
        (f"{J};q=0.1, */*", GRAPHQL_RESPONSE),
        (f"{G};q=0, */*;q=0.1", JSON),
        (f"{G.upper()} ; Q=0.3", GRAPHQL_RESPONSE),
        (f"{J};charset=utf-8", JSON),
        (f"{J};charset=gbk, {G}", GRAPHQL_RESPONSE),
        (f"text/html, {J};q=0.2", JSON),
        (f"{J};q=nan, {G};q=0.001", GRAPHQL_RESPONSE),
        (f"{J};q=inf, {G};q=0.001", GRAPHQL_RESPONSE),
    ],
)
def test_the_client_gets_what_it_likes_best(header: str, media: bytes) -> None:
    assert accepted(header.encode()) == media


@pytest.mark.parametrize(
    "header", ["text/html", f"{J};q=0", f"{J};q=0, {G};q=0", "*/*;q=0", f"{J};q=-1", ",", ";;,", "\xff"]
)
def test_a_client_that_wants_neither_is_refused(header: str) -> None:
    with pytest.raises(Refusal) as refused:
        accepted(header.encode("latin-1"))
    assert refused.value.status == 406
