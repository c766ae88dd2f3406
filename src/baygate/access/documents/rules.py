"""Rules in force: of each owner its grants and denials, and what stops some of them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from baygate.access.documents.policy import Denial, Grant, PolicyDocument
from baygate.access.documents.root import Agency, RootDocument


@dataclass(frozen=True)
class Rule:
    """A grant or a denial, and the document that it stands in."""

    policy: PolicyDocument
    rule: Grant | Denial

    @property
    def name(self) -> str:
        """What an answer calls it: ``customs-gz/credit#g1``."""
        return f"{self.policy.policy_id}#{self.rule.id}"


@dataclass(frozen=True)
class Owner:
    """One agency's rules that are in force, and why others of it are not."""

    agency: Agency
    grants: tuple[Rule, ...]
    denials: tuple[Rule, ...]
    policies: tuple[PolicyDocument, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class InForce:
    """All that decides from ``valid_from`` until ``valid_until``; ``version`` names exactly these documents.

    ``digests`` are those of the policies whose rules are in force, by the policies' names.
    """

    root: RootDocument | None
    owners: tuple[Owner, ...]
    version: str
    valid_from: datetime.datetime
    valid_until: datetime.datetime
    problems: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def policies(self) -> Mapping[str, PolicyDocument]:
        """The policies whose rules are in force, by their names."""
        return {each.policy_id: each for owner in self.owners for each in owner.policies}
