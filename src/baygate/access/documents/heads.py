"""Heads: the highest versions that were ever seen, kept outside the database, so that an older one is noticed.

A database restored from a backup looks sound to itself. What it lacks is told by a file that was not restored with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from baygate.access.documents.trust import Trusted


@dataclass(frozen=True)
class Heads:
    """The version of the root, the sequences of manifests and trust lists, and each policy's version."""

    root: int = 0
    manifests: Mapping[str, int] = field(default_factory=dict)
    policies: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, int] = field(default_factory=dict)

    def behind(self, other: "Heads") -> list[str]:
        """Return in words where these heads are behind others that were seen."""
        ours, theirs = self.named(), other.named()
        return [
            f"{name} was seen at {version}, and the database has {ours.get(name, 'none')}"
            for name, version in sorted(theirs.items())
            if ours.get(name, 0) < version
        ]

    def joined(self, other: "Heads") -> "Heads":
        """Return the higher of each."""
        return Heads(
            max(self.root, other.root),
            _higher(self.manifests, other.manifests),
            _higher(self.policies, other.policies),
            _higher(self.lists, other.lists),
        )

    def text(self) -> str:
        """Return them as they are written down: as before there were trust lists, where there are none."""
        written = {"root": self.root, "manifests": dict(self.manifests), "policies": dict(self.policies)}
        if self.lists:
            written["lists"] = dict(self.lists)
        return orjson.dumps(written, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2).decode()

    def named(self) -> dict[str, int]:
        """Return each head by the words for what it is the head of."""
        manifests = {f"the manifest of {name}": sequence for name, sequence in self.manifests.items()}
        lists = {f"the trust list of {name}": sequence for name, sequence in self.lists.items()}
        return {"the root document": self.root, **manifests, **self.policies, **lists}


def _higher(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {*one, *other}}


def heads_of(trusted: Trusted) -> Heads:
    """Return the heads of what is trusted."""
    return Heads(
        trusted.root.document.version,
        {name: each.document.sequence for name, each in trusted.manifests.items()},
        {name: each.document.version for name, each in trusted.policies.items()},
        {name: each.document.sequence for name, each in trusted.lists.items()},
    )


def parse(text: str) -> Heads:
    """Read heads as they were written down, also when there were no trust lists yet; raise ValueError."""
    said: Any = orjson.loads(text)
    if not isinstance(said, dict) or said.keys() | {"lists"} != {"root", "manifests", "policies", "lists"}:
        raise ValueError("it does not hold the heads of root, manifests, policies and trust lists")
    lists = said.get("lists", {})
    numbers = [said["root"], *said["manifests"].values(), *said["policies"].values(), *lists.values()]
    if not all(isinstance(each, int) for each in numbers):
        raise ValueError("a head is not a number")
    return Heads(said["root"], said["manifests"], said["policies"], lists)
