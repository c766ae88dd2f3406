"""Policy documents, principals and records as hypothesis makes them: small sets of values, so that rules often meet."""

import base64
import datetime
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import strategies as st
from tests.access import interpreter
from tests.access.interpreter import Interpreter
from tests.oauth.server.certificates import certificate

from baygate.access.access import FOREVER, NEVER
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.root import RootDocument
from baygate.access.documents.rules import InForce, Owner, Rule
from baygate.access.facts import Facts
from baygate.access.principal import Principal
from baygate.contract.schema import graphql_schema
from baygate.sources.bindings import resident_binding
from baygate.sources.facts import facts_of

Json = dict[str, Any]

PURPOSES = ("RISK_ASSESSMENT", "EXPORT_REFUND", "STATISTICS")
SCOPES = ("credit:read", "identity:read")
ROLES = ("BROKER", "SHIPPER")
JURISDICTIONS = ("CN-GD", "HK", "MO")
EVERYBODY: Json = {"jurisdictions": list(JURISDICTIONS)}
RECIPIENTS = ("samr-gd", "tax-gd", "customs-hk")
STRANGER = "nobody-knows"
PROVIDERS = {
    "samr-gd": ("samr-gd", "hk-cr", "mo-dsaj"),
    "tax-gd": ("tax-gd", "safe-gd"),
    "customs-gz": ("customs-gz", "customs-sz"),
    "commerce-gd": ("commerce-gd",),
}
"""Who governs whose rows; those of ciq-gd are governed by nobody."""
UNGOVERNED = "ciq-gd"

COLUMN_VALUES: Mapping[str, Sequence[Any]] = {
    "text": (None, "", "44", "4401", "samr-gd", "CN-914", "広州abc", "S"),
    "int4": (None, -7, 0, 2, 3, 44, 1001),
    "bool": (None, True, False),
    "date": (None, datetime.date(2024, 2, 29), datetime.date(2025, 12, 31), datetime.date(2026, 1, 1)),
    "timestamptz": (
        None,
        datetime.datetime(2025, 12, 31, 23, 59, 59, tzinfo=datetime.UTC),
        datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC),
    ),
    "numeric": (None, Decimal(0), Decimal("44.00"), Decimal("1234.50")),
    "text[]": (None, [], ["44"], ["CN-914", "S"]),
}
CONSTANTS: Mapping[str, Sequence[Any]] = {
    "text": ("", "44", "440", "samr-gd", "S"),
    "int4": (-7, 2, 44),
    "bool": (True, False),
    "date": ("2025-12-31", "2024-02-29"),
    "timestamptz": ("2026-01-01T00:00:00Z", "2026-01-01T07:59:59+08:00"),
    "numeric": ("44", "1234.5"),
    "text[]": ("44", "S"),
}
OPERATORS: Mapping[str, Sequence[str]] = {
    "text": ("eq", "ne", "in", "prefix", "gte", "lte"),
    "bool": ("eq", "ne"),
    "text[]": ("includes",),
} | dict.fromkeys(("int4", "date", "timestamptz", "numeric"), ("eq", "ne", "gte", "lte"))
SUBJECT: Mapping[str, Sequence[str]] = {
    "agency": RECIPIENTS,
    "jurisdiction": ("CN-GD", "HK", "MO"),
    "party": ("CN-914", "S"),
    "region": ("44", "4401"),
}
# of masks no two keep equally much: the specification does not say which of those is the weaker
TRANSFORMS: Mapping[str, Sequence[Json]] = {
    "text": (
        {"kind": "mask"},
        {"kind": "mask", "keepLast": 1},
        {"kind": "mask", "keepFirst": 2, "keepLast": 2},
        {"kind": "truncate", "length": 1},
        {"kind": "truncate", "length": 3},
        {"kind": "hash"},
    ),
    "int4": ({"kind": "generalise", "step": 2}, {"kind": "generalise", "step": 10}),
    "date": ({"kind": "truncate", "to": "MONTH"}, {"kind": "truncate", "to": "YEAR"}),
    "timestamptz": ({"kind": "truncate", "to": "MONTH"}, {"kind": "truncate", "to": "YEAR"}),
}


@cache
def facts() -> Facts:
    """Return what policies can speak of."""
    return facts_of(graphql_schema(), resident_binding())


@cache
def root(owned: tuple[str, ...]) -> RootDocument:
    """Return a root document under which each owner owns the types ``owned``, wholly."""
    anchor = certificate("CN=Anchor", ca=True).certificate.public_bytes(Encoding.DER)
    regions = {"samr-gd": "44", "tax-gd": None, "customs-gz": "4401", "customs-hk": "81"}
    agencies = [
        {
            "id": name,
            "name": name,
            "jurisdiction": "HK" if name == "customs-hk" else "CN-GD",
            "region": regions.get(name),
            "signers": [{"subject": f"CN={name}"}],
            "providers": PROVIDERS.get(name, ()),
            "owns": {each: ["*"] for each in owned} if name in PROVIDERS else {},
        }
        for name in (*PROVIDERS, "customs-hk")
    ]
    document = {
        "spec": 1,
        "kind": "root",
        "version": 1,
        "prev": None,
        "notBefore": "2026-01-01T00:00:00Z",
        "expires": "2030-01-01T00:00:00Z",
        "coordinators": {"threshold": 1, "signers": [{"subject": "CN=Coordinator"}]},
        "anchors": [base64.b64encode(anchor).decode()],
        "agencies": agencies,
        "purposes": PURPOSES,
        "scopes": SCOPES,
    }
    return RootDocument.model_validate_json(as_json(document))


def as_json(document: Any) -> bytes:
    """Return a document as it is signed."""
    return orjson.dumps(document)


def in_force(root_document: RootDocument, policies: Iterable[PolicyDocument]) -> InForce:
    """Return what is in force if all these are, signatures aside."""
    owners = []
    for agency in root_document.agencies:
        own = tuple(each for each in policies if each.owner == agency.id)
        grants = tuple(Rule(each, rule) for each in own for rule in each.grants)
        denials = tuple(Rule(each, rule) for each in own for rule in each.denials)
        owners.append(Owner(agency, grants, denials, own, ()))
    return InForce(root_document, tuple(owners), "generated", NEVER, FOREVER)


def seeds() -> st.SearchStrategy[random.Random]:
    """Give chances: what is made of one is the same in every run, and spreads wider than hypothesis' own choices."""
    return st.integers(0, 2**64).map(random.Random)


def principals() -> st.SearchStrategy[Principal]:
    """Make callers: known agencies and strangers, with few or many scopes, for registered and other purposes."""
    return seeds().map(_principal)


def documents(
    type_names: Sequence[str], generous: Mapping[str, Sequence[str]] | None = None
) -> st.SearchStrategy[list[Json]]:
    """Make the policies of several owners on some types; with ``generous``, most give those fields to everybody."""
    return seeds().map(lambda chance: _Author(chance, type_names).documents(generous or {}))


def _principal(chance: random.Random) -> Principal:
    return Principal(
        client="client",
        person=None,
        agency=chance.choice((*RECIPIENTS, *RECIPIENTS, STRANGER)),
        party=chance.choice((None, "CN-914", "S")),
        jurisdiction=chance.choice(("CN-GD", "CN-GD", "HK", "MO", "")),
        roles=frozenset(_some(chance, ROLES)),
        scopes=frozenset(chance.choice((SCOPES, SCOPES, SCOPES[:1], ()))),
        purpose=chance.choice((*PURPOSES[:2] * 4, PURPOSES[2], "NOT_REGISTERED")),
        legal_basis=None,
        case_no=None,
        assurance=chance.randint(0, 4),
    )


def _some(chance: random.Random, values: Sequence[Any], least: int = 0, most: int = 99) -> list[Any]:
    return chance.sample(list(values), chance.randint(least, min(most, len(values))))


class _Author:
    """Writes policies. Of a type, all speak of the same few fields and conditions, so that rules overlap."""

    def __init__(self, chance: random.Random, type_names: Sequence[str]) -> None:
        self.chance = chance
        self.types = type_names
        self.fields = {name: _some(chance, sorted(facts().types[name].fields), 1, 6) for name in type_names}
        self.conditions = {name: [self._clause(name) for _ in range(3)] for name in type_names}

    def documents(self, generous: Mapping[str, Sequence[str]]) -> list[Json]:
        return [self._document(owner, generous) for owner in PROVIDERS]

    def _document(self, owner: str, generous: Mapping[str, Sequence[str]]) -> Json:
        given = [self._grant(name, fields) for name, fields in generous.items() if self.chance.random() < 0.9]
        given += [self._grant(self.chance.choice(self.types)) for _ in range(self.chance.randint(0, 5))]
        count = self.chance.choice((0, 0, 1) if generous else (0, 0, 1, 2))
        denied = [self._denial(self.chance.choice(self.types)) for _ in range(count)]
        return {
            "spec": 1,
            "owner": owner,
            "policyId": f"{owner}/generated",
            "version": 1,
            "prev": None,
            "notBefore": "2026-01-01T00:00:00Z",
            "expires": "2030-01-01T00:00:00Z",
            "catalogueId": "GD-1",
            "shareClass": "UNCONDITIONAL",
            "grants": [{"id": f"g{number}", **each} for number, each in enumerate(given)],
            "denials": [{"id": f"d{number}", **each} for number, each in enumerate(denied)],
        }

    def _grant(self, type_name: str, generous: Sequence[str] = ()) -> Json:
        """Grant some fields to somebody; what is ``generous``, as it is and to everybody."""
        chance = self.chance
        chosen = [*generous, *(each for each in _some(chance, self.fields[type_name], 1) if each not in generous)]
        transform = {
            name: chance.choice(possible)
            for name in chosen[len(generous) :]
            if (possible := transforms(type_name, name)) and chance.random() < 0.5
        }
        conditional = chance.random() < (0.3 if generous else 0.6)
        return {
            "type": type_name,
            "fields": chosen,
            "to": EVERYBODY if generous else self._recipients(),
            "purposes": [] if generous or chance.random() < 0.5 else _some(chance, PURPOSES, 1),
            "scopes": [] if generous or chance.random() < 0.5 else _some(chance, SCOPES, 1, 1),
            "where": _some(chance, self.conditions[type_name], 1, 2) if conditional else [],
            "transform": transform,
            "contractFiling": "GF-1",
            **chance.choice(({}, {"minCell": 5}, {"minCell": 10})),
        }

    def _denial(self, type_name: str) -> Json:
        every = self.chance.random() < 0.2
        fields = ["*"] if every else _some(self.chance, self.fields[type_name], 1, 2)
        to = {"to": self._recipients(denied=True)} if self.chance.random() < 0.7 else {}
        return {"type": type_name, "fields": fields, "reason": "NO_SHARE", "legalBasis": "a law", **to}

    def _recipients(self, *, denied: bool = False) -> Json:
        """Say whom a rule is about; a denial names no assurance."""
        chance = self.chance
        if not denied and chance.random() < 0.4:
            return EVERYBODY
        possible = {"agencies": RECIPIENTS, "jurisdictions": JURISDICTIONS, "roles": ROLES}
        said: Json = {name: _some(chance, possible[name], 1) for name in _some(chance, sorted(possible), 1, 2)}
        return said if denied or chance.random() < 0.7 else {**said, "minAssurance": chance.randint(1, 4)}

    def _clause(self, type_name: str) -> Json:
        """State a condition that can be carried out."""
        chance, columns = self.chance, facts().types[type_name].columns
        if chance.random() < 0.25:
            return self._on_subject()
        name = chance.choice(sorted(columns))
        kind = columns[name]
        said: Json = {"attr": f"record.{name}", "op": chance.choice(OPERATORS[kind])}
        constants = choices(type_name, name) or CONSTANTS[kind]
        if said["op"] == "in":
            return {**said, "value": _some(chance, constants, 0, 3)}
        if kind.startswith("text") and chance.random() < 0.4:
            return {**said, "valueFrom": f"subject.{chance.choice((*SUBJECT, 'assurance'))}"}
        return {**said, "value": chance.choice(constants)}

    def _on_subject(self) -> Json:
        chance = self.chance
        name = chance.choice((*SUBJECT, "assurance"))
        if name == "assurance":
            operator = chance.choice(("eq", "ne", "gte", "lte"))
            return {"attr": "subject.assurance", "op": operator, "value": chance.randint(0, 4)}
        operator = chance.choice(("eq", "ne", "prefix", "in"))
        value = _some(chance, SUBJECT[name], 0, 2) if operator == "in" else chance.choice(SUBJECT[name])
        return {"attr": f"subject.{name}", "op": operator, "value": value}


def choices(type_name: str, name: str) -> Sequence[str]:
    """Return some of the values of a closed set; nothing for other columns."""
    return sorted(facts().types[type_name].choices.get(name, ()))[:3]


def _column_values(type_name: str, name: str, kind: str) -> Sequence[Any]:
    if chosen := choices(type_name, name):
        return (None, [], chosen[:1], chosen) if kind == "text[]" else (None, *chosen)
    return COLUMN_VALUES[kind]


def transforms(type_name: str, name: str) -> Sequence[Json]:
    """Return the transforms that a policy may name for a field."""
    known = facts().types[type_name].fields[name]
    nullable: tuple[Json, ...] = ({"kind": "null"},) if known.nullable else ()
    return () if known.key else (*TRANSFORMS.get(known.kind, ()), *nullable)


def policy(document: Mapping[str, Any]) -> PolicyDocument:
    """Return a document as the hub reads it, under the contract as it is."""
    rules = (*document["grants"], *document["denials"])
    coordinates = [(each["type"], name) for each in rules for name in each["fields"] if name != "*"]
    return PolicyDocument.model_validate_json(as_json({**document, "schemaHash": facts().schema_hash(coordinates)}))


def record(type_name: str, chance: random.Random) -> Json:
    """Make a record: a value or NULL in each column, and a provider."""
    known = facts().types[type_name]
    columns = {
        name: chance.choice(_column_values(type_name, name, kind)) for name, kind in sorted(known.columns.items())
    }
    everybody = [each for providers in PROVIDERS.values() for each in providers]
    return {**columns, "provider": known.publisher or chance.choice((*everybody, UNGOVERNED))}


def interpreted(
    root_document: RootDocument, policies: Sequence[Json], principal: Principal, key: Callable[[str, str], bytes]
) -> Interpreter:
    """Return the interpreter of documents for a principal; ``key`` is as it takes it."""
    plain = interpreter.Principal(
        principal.agency,
        principal.party,
        principal.jurisdiction,
        principal.roles,
        principal.scopes,
        principal.purpose,
        principal.assurance,
    )
    return Interpreter(orjson.loads(root_document.model_dump_json(by_alias=True)), policies, plain, key)
