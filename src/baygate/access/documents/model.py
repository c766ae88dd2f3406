"""What all documents have in common: closed objects, exact moments, names that mean something."""

import datetime
import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from baygate.access.documents.envelope import Envelope
from baygate.access.documents.refusal import Refused, Step

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


class Closed(BaseModel):
    """An object without any member that is not declared: an unknown one could be a condition that nobody applies."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _moment(given: Any) -> Any:
    if isinstance(given, datetime.datetime):
        return given
    if not isinstance(given, str) or not _MOMENT.fullmatch(given):
        raise ValueError("a moment is UTC to the second, such as 2026-11-01T00:00:00Z")
    return datetime.datetime.fromisoformat(given)


def moment_text(moment: datetime.datetime) -> str:
    """Return a moment as documents write it."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[
    datetime.datetime,
    BeforeValidator(_moment),
    PlainSerializer(moment_text, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_MOMENT.pattern}$"}),
]
Spec = Annotated[int, Field(ge=1, le=1)]
"""The version of the documents' form; a ``Literal`` would take true for 1."""
AgencyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=64)]
ScopeName = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[a-z]+$", max_length=64)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]

Document = TypeVar("Document", bound=Closed)


def content(envelope: Envelope, model: type[Document]) -> Document:
    """Return what an envelope holds, as one kind of document; raise Refused."""
    envelope.content()  # what stands twice, pydantic would not see
    return interpreted(envelope.payload, model)


def interpreted(payload: bytes, model: type[Document]) -> Document:
    """Return a payload as one kind of document; raise Refused, naming every place that is wrong."""
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'document'}: {each['msg']}" for each in error.errors()[:5]
        )
        raise Refused(Step.SCHEMA, wrong) from error
