"""Refusals: what the hub says when it does not answer. What happened, where, what to do; never a stack trace."""

from collections.abc import Sequence
from typing import Any

_MOST_IN_JSON = 2**53 - 1
"""The largest whole number that every reader of JSON understands (RFC 8259, section 6)."""


class Refusal(Exception):
    """A request that is not answered at all (a GraphQL request error), with a stable ``code`` and an HTTP status.

    ``status`` is what a client that accepts ``application/graphql-response+json`` gets; ``headers`` go out with it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        locations: Sequence[tuple[int, int]] = (),
        headers: Sequence[tuple[bytes, bytes]] = (),
        **extensions: Any,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.headers = headers
        places = [{"line": line, "column": column} for line, column in locations]
        self.errors: list[dict[str, Any]] = [
            {
                "message": message,
                **({"locations": places} if places else {}),
                "extensions": {"code": code, **extensions},
            }
        ]


class Invalid(Refusal):
    """A document that does not parse or validate: one error for each thing found."""

    def __init__(self, code: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(code, errors[0]["message"])
        self.errors = [{**error, "extensions": {"code": code}} for error in errors]


class LimitExceeded(Refusal):
    """A limit was met; names the limit, the value where it is known, the maximum."""

    def __init__(
        self,
        limit: str,
        value: float | None,
        maximum: float,
        *,
        status: int = 400,
        advice: str = "",
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        known = {"value": value} if value is not None and value <= _MOST_IN_JSON else {}
        told = f"{value}, and the maximum is {maximum}." if known else f"the maximum is {maximum}."
        extensions: dict[str, Any] = {"limit": limit, **known, "maximum": maximum}
        super().__init__(
            "LIMIT_EXCEEDED",
            f"This request is over the limit on {limit}: {told}{advice and ' ' + advice}",
            status=status,
            headers=headers,
            **extensions,
        )
