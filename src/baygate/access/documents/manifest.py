"""A manifest: which versions of an owner's policies are in force together. It lives shortly; the owner signs it.

It stops that an old document is brought out again beside new ones, and that one is kept back (freeze, mix and match).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from baygate.access.documents.model import AgencyName, Closed, Digest, Moment, Spec


class Listed(Closed):
    """One policy: its version, and the digest of its payload."""

    policy_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", max_length=128)] = Field(
        alias="policyId"
    )
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    hash: Digest


class Manifest(Closed):
    """An owner's policies; ``sequence`` grows by at least one each time."""

    spec: Spec
    kind: Literal["manifest"]
    owner: AgencyName
    sequence: Annotated[int, Field(ge=1, le=2**31 - 1)]
    not_before: Moment = Field(alias="notBefore")
    expires: Moment
    policies: tuple[Listed, ...]

    @model_validator(mode="after")
    def _own(self) -> Self:
        if self.not_before >= self.expires:
            raise ValueError("it expires before it begins")
        names = [each.policy_id for each in self.policies]
        if len(set(names)) < len(names):
            raise ValueError("a policy stands twice")
        if any(each.partition("/")[0] != self.owner for each in names):
            raise ValueError("it lists another owner's policy")
        return self
