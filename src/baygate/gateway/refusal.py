"""Refusals: what the hub says when it does not answer. What happened, where, what to do; never a stack trace."""

from collections.abc import Sequence
from typing import Any


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
        self.errors = [
            {
                "message": message,
                **({"locations": [{"line": line, "column": column} for line, column in locations]} if locations else {}),
                "extensions": {"code": code, **extensions},
            }
        ]


class Invalid(Refusal):
    """A document that does not parse or validate: one error for each thing found."""

    def __init__(self, code: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(code, errors[0]["message"])
        self.errors = [{**error, "extensions": {"code": code}} for error in errors]


class LimitExceeded(Refusal):
    """A limit was met; names the limit, the value and the maximum."""

    def __init__(self, limit: str, value: int | None, maximum: int, *, status: int = 400, advice: str = "") -> None:
        got = f"is {value}, over the maximum of" if value is not None else "is over the maximum of"
        super().__init__(
            "LIMIT_EXCEEDED",
            f"The {limit} of this request {got} {maximum}.{advice and ' ' + advice}",
            status=status,
            limit=limit,
            **({"value": value} if value is not None else {}),
            maximum=maximum,
        )
