"""What a policy can speak of: the governed types, their fields, and what the contract and the tables say of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

ENUM, OBJECT = "enum", "object"
"""Kinds that no table has: a value of a closed set, and something with fields of its own."""


@dataclass(frozen=True)
class FieldFacts:
    """A field of the contract.

    ``kind`` is what its values are (``text``, ``date``, ``timestamptz``, ``int4``, ``numeric``, ``bool``, ``text[]``,
    ``enum``, ``object``); ``said`` is what the contract says of it: type, nullability, inputs, personal mark, and
    nothing of its descriptions. ``publisher`` is the agency that gives it, whoever published the row that it is of.
    """

    kind: str
    nullable: bool
    personal: bool
    key: bool
    said: str
    publisher: str | None = None


@dataclass(frozen=True)
class TypeFacts:
    """A concrete type.

    ``columns`` are what row conditions can compare, with their kinds; some are no fields of the contract (``partyId``).
    ``publisher`` is the one provider of a type whose rows name none. ``choices`` are all values of a closed set.
    """

    fields: Mapping[str, FieldFacts]
    columns: Mapping[str, str]
    publisher: str | None = None
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def giver(self, field_name: str) -> str | None:
        """Return the agency whose source adds a field to rows of others; None if it comes with the rows."""
        publisher = self.fields[field_name].publisher
        return publisher if publisher != self.publisher else None


@dataclass(frozen=True)
class Facts:
    """All governed types by name; ``interfaces`` are what somebody might name instead of one."""

    types: Mapping[str, TypeFacts]
    interfaces: frozenset[str]

    def field(self, type_name: str, field_name: str) -> FieldFacts | None:
        """Return what is known of a field of a concrete type."""
        known = self.types.get(type_name)
        return known.fields.get(field_name) if known else None

    def schema_hash(self, coordinates: Iterable[tuple[str, str]]) -> str:
        """Return the digest of what the contract says of these coordinates: ``sha256:`` and hexadecimal digits."""
        said = []
        for type_name, field_name in sorted(set(coordinates)):
            known = self.field(type_name, field_name)
            said.append(f"{type_name}.{field_name} {known.said if known else '-'}\n")
        return f"sha256:{sha256(''.join(said).encode()).hexdigest()}"
