"""A slow, obvious reading of policy documents: for one principal and one record, is it there, and what leaves of it.

Written from the specification of policies alone. It shares nothing with ``baygate.access``: documents are plain JSON,
records plain dictionaries of columns under their names in the contract, and nothing is compiled. What the hub's table
decides must be what stands here.

1. Nothing leaves unless a grant lets it.
2. Grants and denials reach the rows of the providers that the root document names for their owner, and no others.
3. A record is there if the ``where`` of any grant of its type holds that applies to the principal: he is among its
   recipients, asks for one of its purposes (one that is registered at all), and has its scopes.
4. A value leaves if one of the grants that hold for the record names its field; of several, the weakest transform.
   A hash is keyed for its recipient: there is none for a caller of whom neither agency nor party is known.
5. A denial wins over all grants; one of every field (``*``) takes the record too.
6. What is unknown or NULL makes a grant not hold, and a denial hold.
"""

import datetime
import decimal
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Withheld:
    """No value leaves, which is something else than that the value is NULL."""


WITHHELD = Withheld()


@dataclass(frozen=True)
class Principal:
    """Who asks, in plain attributes; None is what nobody knows of him."""

    agency: str | None
    party: str | None
    jurisdiction: str
    roles: frozenset[str]
    scopes: frozenset[str]
    purpose: str
    assurance: int


class Interpreter:
    """Reads documents anew for each question. ``key`` gives the key of hashes for a recipient and a purpose."""

    def __init__(
        self, root: Json, documents: Sequence[Json], principal: Principal, key: Callable[[str, str], bytes]
    ) -> None:
        self.root = root
        self.documents = documents
        self.principal = principal
        self.key = key
        self.agency = next((each for each in root["agencies"] if each["id"] == principal.agency), None)

    def visible(self, type_name: str, record: Record) -> bool:
        """Say whether a record of a concrete type is there."""
        if self._denied(type_name, "*", record["provider"]):
            return False
        return any(self._holds(grant, record) for grant in self._grants(type_name, record["provider"]))

    def value(self, type_name: str, name: str, record: Record) -> Any:
        """Return the value that leaves, transformed as it may be, or WITHHELD."""
        if not self.visible(type_name, record) or self._denied(type_name, name, record["provider"]):
            return WITHHELD
        holding = [
            grant
            for grant in self._grants(type_name, record["provider"])
            if self._gives(grant, name) and self._holds(grant, record)
        ]
        if not holding:
            return WITHHELD
        transforms = [grant.get("transform", {}).get(name) for grant in holding]
        return self._transformed(min(transforms, key=weakness), record[name])

    def some_rows(self, type_name: str, provider: str) -> bool:
        """Say whether any record of a provider could be there, judged without one."""
        return not self._denied(type_name, "*", provider) and bool(self._possible(type_name, provider))

    def always_plain(self, type_name: str, name: str, provider: str) -> bool:
        """Say whether the value leaves as it is of whichever record is there, judged without one."""
        return self._always(type_name, name, provider, lambda transform: transform is None)

    def always_given(self, type_name: str, name: str, provider: str) -> bool:
        """Say whether a value leaves of whichever record is there, judged without one."""
        return self._always(type_name, name, provider, lambda transform: transform != {"kind": "null"})

    def smallest_count(self, type_name: str) -> int:
        """Return the size under which a count is not told: the largest that any grant which applies demands."""
        providers = [each for agency in self.root["agencies"] for each in agency.get("providers", ())]
        return max(
            (grant.get("minCell") or 0 for each in providers for grant in self._possible(type_name, each)), default=0
        )

    def _always(self, type_name: str, name: str, provider: str, well: Callable[[Json | None], bool]) -> bool:
        """Say whether of all that brings a record here, nothing brings it without the field, well transformed."""
        if self._denied(type_name, name, provider):
            return False
        possible = self._possible(type_name, provider)
        giving = [
            _on_records(each)
            for each in possible
            if self._gives(each, name) and well(each.get("transform", {}).get(name))
        ]
        return all(any(all(c in _on_records(grant) for c in each) for each in giving) for grant in possible)

    def _possible(self, type_name: str, provider: str) -> list[Json]:
        """Return the grants that hold for some record, as far as the caller decides."""
        return [
            grant
            for grant in self._grants(type_name, provider)
            if all(self._clause(each, {}) for each in grant.get("where", ()) if each["attr"].startswith("subject."))
        ]

    def _gives(self, grant: Json, name: str) -> bool:
        """Say whether a grant is of a field; there is no hash for somebody of whom nobody knows who he is."""
        hashed = grant.get("transform", {}).get(name) == {"kind": "hash"}
        return name in grant["fields"] and not (hashed and self._recipient() is None)

    def _recipient(self) -> str | None:
        party = self.principal.party
        return self._attribute("agency") or (f"party {party}" if party else None)

    def _documents_of(self, provider: str) -> Iterator[Json]:
        for agency in self.root["agencies"]:
            if provider in agency.get("providers", ()):
                yield from (each for each in self.documents if each["owner"] == agency["id"])

    def _denied(self, type_name: str, name: str, provider: str) -> bool:
        for document in self._documents_of(provider):
            for denial in document.get("denials", ()):
                about = denial["type"] == type_name and (name in denial["fields"] or "*" in denial["fields"])
                if about and (denial.get("to") is None or self._among(denial["to"], unknown=True)):
                    return True
        return False

    def _grants(self, type_name: str, provider: str) -> list[Json]:
        """Return the grants of a type, by those who govern the provider's rows, that apply to the principal."""
        if self.principal.purpose not in self.root["purposes"]:
            return []
        return [
            grant
            for document in self._documents_of(provider)
            for grant in document.get("grants", ())
            if grant["type"] == type_name
            and self._among(grant["to"], unknown=False)
            and (not grant.get("purposes") or self.principal.purpose in grant["purposes"])
            and set(grant.get("scopes", ())) <= self.principal.scopes
        ]

    def _among(self, to: Json, *, unknown: bool) -> bool:
        """Say whether the principal fits each criterion; ``unknown`` is the answer where nobody knows."""
        agency = self.agency["id"] if self.agency else None
        if to.get("agencies") and not (unknown if agency is None else agency in to["agencies"]):
            return False
        jurisdiction = self._attribute("jurisdiction")
        if to.get("jurisdictions") and not (unknown if jurisdiction is None else jurisdiction in to["jurisdictions"]):
            return False
        roles = self.principal.roles
        if to.get("roles") and not (set(to["roles"]) & roles if roles else unknown):
            return False
        return to.get("minAssurance") is None or self.principal.assurance >= to["minAssurance"]

    def _attribute(self, name: str) -> Any:
        """Return what is known of the principal: of an agency, the root document knows it better than he does."""
        match name:
            case "agency":
                return self.agency["id"] if self.agency else None
            case "jurisdiction":
                return self.agency["jurisdiction"] if self.agency else self.principal.jurisdiction or None
            case "region":
                return self.agency.get("region") if self.agency else None
            case "party":
                return self.principal.party
            case "assurance":
                return self.principal.assurance
        raise AssertionError(name)

    def _as_text(self, name: str) -> str | None:
        """Return an attribute as records are compared with it: a number among texts is a text."""
        known = self._attribute(name)
        return None if known is None else str(known)

    def _holds(self, grant: Json, record: Record) -> bool:
        return all(self._clause(each, record) for each in grant.get("where", ()))

    def _clause(self, clause: Json, record: Record) -> bool:
        side, _, name = clause["attr"].partition(".")
        left = self._attribute(name) if side == "subject" else record[name]
        source = clause.get("valueFrom")
        right = clause["value"] if source is None else self._as_text(source.partition(".")[2])
        if left is None or right is None:
            return False
        return compared(left, clause["op"], right)

    def _transformed(self, transform: Json | None, value: Any) -> Any:
        if transform is None or value is None:
            return value
        match transform["kind"]:
            case "null":
                return None
            case "hash":
                recipient = self._recipient()
                assert recipient is not None
                key = self.key(recipient, self.principal.purpose)
                return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
            case "generalise":
                return value - value % transform["step"]
            case "mask":
                return masked(value, transform.get("keepFirst", 0), transform.get("keepLast", 0))
            case "truncate":
                return value[: transform["length"]] if "length" in transform else cut(value, transform["to"])
        raise AssertionError(transform)


def _on_records(grant: Json) -> list[Json]:
    return [each for each in grant.get("where", ()) if each["attr"].startswith("record.")]


def compared(left: Any, operator: str, right: Any) -> bool:
    """Say whether a comparison holds; one between kinds that do not compare does not."""
    if operator == "in":
        return any(compared(left, "eq", each) for each in right)
    if operator == "includes":
        return right in left
    right = like(left, right)
    if right is None:
        return False
    match operator:
        case "eq":
            return bool(left == right)
        case "ne":
            return bool(left != right)
        case "prefix":
            return isinstance(left, str) and left.startswith(right)
        case "gte":
            return bool(left >= right)
        case "lte":
            return bool(left <= right)
    raise AssertionError(operator)


def like(left: Any, right: Any) -> Any:
    """Return ``right`` as the kind of value that ``left`` is, None if it is not one."""
    try:
        match left:
            case bool():
                return right if isinstance(right, bool) else None
            case int():
                return None if isinstance(right, bool) else int(right)
            case str():
                return right if isinstance(right, str) else None
            case decimal.Decimal():
                return decimal.Decimal(right)
            case datetime.datetime():
                return datetime.datetime.fromisoformat(right)
            case datetime.date():
                return datetime.date.fromisoformat(right)
    except (TypeError, ValueError, decimal.InvalidOperation):
        return None
    raise AssertionError(left)


def masked(value: str, first: int, last: int) -> str:
    """Put stars for all but the ends; for all, if the ends would be everything."""
    if len(value) <= first + last:
        return "*" * len(value)
    return "".join(letter if index < first or index >= len(value) - last else "*" for index, letter in enumerate(value))


def cut(value: datetime.date, to: str) -> datetime.date:
    """Return the first day, or moment, of the month or the year."""
    month = value.month if to == "MONTH" else 1
    if isinstance(value, datetime.datetime):
        return datetime.datetime(value.year, month, 1, tzinfo=datetime.UTC)
    return datetime.date(value.year, month, 1)


def weakness(transform: Json | None) -> tuple[int, ...]:
    """Return what transforms are ordered by, the weakest first; None is no transform."""
    match transform:
        case None:
            return (0,)
        case {"kind": "generalise", "step": step}:
            return (1, step)
        case {"kind": "truncate", "to": "MONTH"}:
            return (2,)
        case {"kind": "truncate", "to": "YEAR"}:
            return (3,)
        case {"kind": "truncate", "length": length}:
            return (4, -length)
        case {"kind": "mask"}:
            return (5, -transform.get("keepFirst", 0) - transform.get("keepLast", 0), -transform.get("keepFirst", 0))
        case {"kind": "hash"}:
            return (6,)
        case {"kind": "null"}:
            return (7,)
    raise AssertionError(transform)
