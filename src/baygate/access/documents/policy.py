"""A policy: what one agency grants and denies of its own records, field by field.

The source is readable JSON beside the signed file (``policies/<agency>/<name>.json``); what is signed are its bytes.
"""

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from baygate.access.documents.model import AgencyName, Closed, Code, Digest, Moment, Name, RuleId, ScopeName, Spec, Text

Jurisdiction = Literal["CN-GD", "HK", "MO"]
EVERY = "*"
"""In a denial: every field of the type, and with them its rows."""
SUBJECT = ("agency", "jurisdiction", "party", "region", "assurance")
"""Attributes of a caller that conditions can name."""


class ShareClass(StrEnum):
    """How records are shared (State Council, Guofa [2016] No. 51, art. 9)."""

    UNCONDITIONAL = "UNCONDITIONAL"
    CONDITIONAL = "CONDITIONAL"
    NOT_SHARED = "NOT_SHARED"


class Frequency(StrEnum):
    """How often the owner brings its records up to date."""

    REAL_TIME = "REAL_TIME"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"
    IRREGULAR = "IRREGULAR"


class Recipients(Closed):
    """Whom a rule is about: whoever fits each of the criteria that are named; of a list, any one of its members."""

    agencies: tuple[AgencyName, ...] = ()
    jurisdictions: tuple[Jurisdiction, ...] = ()
    roles: tuple[Code, ...] = ()
    min_assurance: Annotated[int, Field(ge=1, le=4)] | None = Field(None, alias="minAssurance")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.agencies or self.jurisdictions or self.roles):
            raise ValueError("name agencies, jurisdictions or roles: a rule for nobody in particular is for everybody")
        return self


class Clause(Closed):
    """A condition: an attribute of the caller (``subject.region``) or of the record (``record.partyId``) is compared.

    With ``value``, with a constant; with ``valueFrom``, an attribute of the record with one of the caller.
    """

    attr: Annotated[str, StringConstraints(pattern=r"^(subject|record)\.[a-z][A-Za-z0-9]*$")]
    op: Literal["eq", "ne", "in", "prefix", "gte", "lte", "includes"]
    value: str | int | bool | tuple[str, ...] | None = None
    value_from: Annotated[str, StringConstraints(pattern=r"^subject\.[a-z]+$")] | None = Field(None, alias="valueFrom")

    @property
    def side(self) -> str:
        """Return ``subject`` or ``record``."""
        return self.attr.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the attribute's name."""
        return self.attr.partition(".")[2]

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if (self.value is None) is (self.value_from is None):
            raise ValueError("compare with a value or with valueFrom, one of the two")
        if (self.op == "in") is not isinstance(self.value, tuple):
            raise ValueError("a list of values goes with the operator in, and no other")
        if self.side == "subject" and self.value_from is not None:
            raise ValueError("an attribute of the caller is compared with a value")
        for attribute in (self.attr, self.value_from):
            if attribute and attribute.startswith("subject.") and attribute.partition(".")[2] not in SUBJECT:
                raise ValueError(f"of a caller are known: {', '.join(SUBJECT)}")
        if self.side == "subject":
            self._check_subject()
        return self

    def _check_subject(self) -> None:
        """Refuse what would always hold, or never: a number held against a text, or an operator that is not its."""
        numeric = self.name == "assurance"
        operators = {"eq", "ne", "gte", "lte"} if numeric else {"eq", "ne", "in", "prefix"}
        kind = int if numeric else str
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        if self.op not in operators or not all(type(each) is kind for each in values):
            raise ValueError(
                f"{self.attr} is a {'number' if numeric else 'text'}, compared by {', '.join(sorted(operators))}"
            )


class Mask(Closed):
    """Stars for all but the ends."""

    kind: Literal["mask"]
    keep_first: Annotated[int, Field(ge=0, le=32)] = Field(0, alias="keepFirst")
    keep_last: Annotated[int, Field(ge=0, le=32)] = Field(0, alias="keepLast")


class Truncate(Closed):
    """A date cut to its month or year, or a code to its first characters."""

    kind: Literal["truncate"]
    to: Literal["MONTH", "YEAR"] | None = None
    length: Annotated[int, Field(ge=1, le=64)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.to is None) is (self.length is None):
            raise ValueError("truncate a date to MONTH or YEAR, or a code to a length")
        return self


class Hash(Closed):
    """A keyed hash, under a key of this recipient and purpose alone: two recipients cannot join on it."""

    kind: Literal["hash"]


class Generalise(Closed):
    """A number rounded down to a multiple."""

    kind: Literal["generalise"]
    step: Annotated[int, Field(ge=2, le=10**9)]


class Nullify(Closed):
    """No value, though the field is granted."""

    kind: Literal["null"]


Transform = Annotated[Mask | Truncate | Hash | Generalise | Nullify, Field(discriminator="kind")]


class Grant(Closed):
    """Fields of one concrete type, to some recipients, for some purposes, of the rows for which ``where`` holds."""

    id: RuleId
    type: Name
    fields: Annotated[tuple[Name, ...], Field(min_length=1)]
    to: Recipients
    purposes: tuple[Code, ...] = ()
    scopes: tuple[ScopeName, ...] = ()
    where: tuple[Clause, ...] = ()
    transform: dict[Name, Transform] = Field(default_factory=dict)
    min_cell: Annotated[int, Field(ge=2, le=10_000)] | None = Field(None, alias="minCell")
    legal_basis: Text | None = Field(None, alias="legalBasis")
    obligations: tuple[Code, ...] = ()
    contract_filing: Text | None = Field(None, alias="contractFiling")

    @model_validator(mode="after")
    def _own(self) -> Self:
        if len(set(self.fields)) < len(self.fields):
            raise ValueError("a field stands twice")
        strangers = sorted(self.transform.keys() - set(self.fields))
        if strangers:
            raise ValueError(f"{', '.join(strangers)}: a transformed field is among the grant's fields")
        return self


class Denial(Closed):
    """Fields that do not leave, whatever any grant says; without ``to`` they leave to nobody at all."""

    id: RuleId
    type: Name
    fields: Annotated[tuple[Name | Literal["*"], ...], Field(min_length=1)]
    to: Recipients | None = None
    reason: Code
    legal_basis: Text = Field(alias="legalBasis")

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.to and self.to.min_assurance is not None:
            raise ValueError("a denial to the well assured alone would let the others through: leave minAssurance out")
        return self


class Given(Closed):
    """Who asks for what, in a test: somebody with these attributes, and unless ``scopes`` are named, with all scopes.

    ``provider`` is whose row it is, the owner's own unless named.
    """

    agency: AgencyName | None = None
    jurisdiction: Jurisdiction | None = None
    party: Text | None = None
    roles: tuple[Code, ...] = ()
    assurance: Annotated[int, Field(ge=0, le=4)] = 0
    scopes: tuple[ScopeName, ...] | None = None
    purpose: Code
    field: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*$")]
    provider: AgencyName | None = None


class Outcome(StrEnum):
    """What becomes of a field: for all rows, masked, for some rows, or not at all."""

    ALLOW = "ALLOW"
    TRANSFORM = "TRANSFORM"
    CONDITIONAL = "CONDITIONAL"
    WITHHOLD = "WITHHOLD"


class Case(Closed):
    """A test that travels with its policy: it is not taken unless each of its tests passes."""

    given: Given
    expect: Outcome
    by: RuleId | None = None


class PolicyDocument(Closed):
    """All that an agency says of one of its views."""

    spec: Spec
    owner: AgencyName
    policy_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", max_length=128)] = Field(
        alias="policyId"
    )
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    prev: Digest | None
    not_before: Moment = Field(alias="notBefore")
    expires: Moment
    schema_hash: Digest = Field(alias="schemaHash")
    catalogue_id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]+$", max_length=64)] = Field(alias="catalogueId")
    title: Text | None = None
    share_class: ShareClass = Field(alias="shareClass")
    update_frequency: Frequency = Field(Frequency.IRREGULAR, alias="updateFrequency")
    legal_basis: Text | None = Field(None, alias="legalBasis")
    grants: tuple[Grant, ...] = ()
    denials: tuple[Denial, ...] = ()
    tests: tuple[Case, ...] = ()

    def coordinates(self) -> Iterator[tuple[str, str]]:
        """Yield each Type.field that the document names."""
        rules: tuple[Grant | Denial, ...] = (*self.grants, *self.denials)
        yield from ((rule.type, name) for rule in rules for name in rule.fields if name != EVERY)

    # a member that does not fit one before it is told at its place; one before it that is wrong is not there

    @field_validator("policy_id")
    @classmethod
    def _owned(cls, policy_id: str, before: ValidationInfo) -> str:
        if "owner" in before.data and policy_id.partition("/")[0] != before.data["owner"]:
            raise ValueError("policyId begins with the owner and a slash")
        return policy_id

    @field_validator("prev")
    @classmethod
    def _following(cls, prev: str | None, before: ValidationInfo) -> str | None:
        if "version" in before.data and (prev is None) is not (before.data["version"] == 1):
            raise ValueError("prev is null in version 1, and the digest of the version before in all others")
        return prev

    @field_validator("expires")
    @classmethod
    def _later(cls, expires: datetime.datetime, before: ValidationInfo) -> datetime.datetime:
        if "not_before" in before.data and before.data["not_before"] >= expires:
            raise ValueError("it expires before it begins")
        return expires

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [*(each.id for each in self.grants), *(each.id for each in self.denials)]
        if len(set(ids)) < len(ids):
            raise ValueError("two rules have one id")
        self._check_class()
        return self

    def _check_class(self) -> None:
        if self.share_class is ShareClass.NOT_SHARED:
            if self.grants or not self.legal_basis:
                raise ValueError("what is NOT_SHARED has no grants, and names the legal basis for that")
        elif self.share_class is ShareClass.CONDITIONAL:
            lacking = [each.id for each in self.grants if not (each.purposes and each.legal_basis)]
            if lacking:
                raise ValueError(
                    f"CONDITIONAL grants name purposes and a legal basis; these do not: {', '.join(lacking)}"
                )
