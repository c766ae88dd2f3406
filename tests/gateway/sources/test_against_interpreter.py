"""Generated policies and questions over the hub and three services: no secret leaves that a slow reading keeps.

Every value of the services is a secret that stands nowhere else. What comes to the caller, and what one service is
sent of another's, must be what ``tests.access.interpreter`` lets out; and nothing of what services add unasked.
"""

import hmac
import itertools
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from tests.access.generated import interpreted
from tests.gateway.sources.hub import ASKING, Federation, Hub, Json, running
from tests.gateway.sources.service import Record, Service

from baygate.access.principal import Principal

FLEET = """
scalar CrNumber
type HongKongCompany @key(fields: "crNumber") {
  crNumber: CrNumber! f1: String f2: String @shareable f3: String @requiresScopes(scopes: [["vault:open"]])
  boats: [Boat] flag: Boat marks: [Mark]
}
type Boat { a: String b: String region: String master: Boat }
interface Mark { a: String region: String }
type RedMark implements Mark { a: String b: String region: String }
type BlueMark implements Mark { a: String c: String region: String }
type Fund @key(fields: "no") { no: String! a: String b: String region: String }
type Query { fleetCompanies: [HongKongCompany] funds: [Fund] fund: Fund fleetMotto: String }
"""
PORT = """
scalar CrNumber
type HongKongCompany @key(fields: "crNumber") {
  crNumber: CrNumber! f1: String @external boats: [Boat] @external
  g1: String @requires(fields: "f1") g2: String @requires(fields: "boats { a }") g3: String
}
type Boat { a: String @external }
type Fund @key(fields: "no") { no: String! c: String }
"""
CELLAR = 'type HongKongCompany @key(fields: "f2") { f2: String h1: String }'
SECRET = re.compile(rb"S3CR-[0-9a-f]{6}-")
LIE = "S3CR-LIE"
OF_COMPANY = {
    "reg-hk": ("f1", "f2", "f3", "boats", "flag", "marks"),
    "bank-hk": ("g1", "g2", "g3"),
    "vault-hk": ("h1",),
}
LEAVES = {
    "HongKongCompany": ("f1", "f2", "f3", "g1", "g2", "g3", "h1", "name", "crNumber"),
    "Boat": ("a", "b", "region"),
    "RedMark": ("a", "b", "region"),
    "BlueMark": ("a", "c", "region"),
    "Fund": ("no", "a", "b", "c", "region"),
}
LEADING = {
    "HongKongCompany": {"boats": ("Boat",), "flag": ("Boat",), "marks": ("RedMark", "BlueMark")},
    "Boat": {"master": ("Boat",)},
}
OWNED: Json = {key: ["*"] for key in (*LEAVES, "Query")}
OWNS = dict.fromkeys(("hk-cr", "reg-hk", "bank-hk", "vault-hk"), OWNED)
NAMES = (
    *("crNumber", "_0_crNumber", "_1_crNumber", "no", "_0_no", "region", "_compared_region", "_compared0_region"),
    *("_compared0_a", "a", "b", "c", "f1", "f2", "_0_f2", "_0_f1", "name", "z1", "z2", "z3"),
)
"""Response keys: such as plans might choose for themselves are among them."""
TRANSFORMS: tuple[Json, ...] = (
    {"kind": "mask"},
    {"kind": "mask", "keepLast": 2},
    {"kind": "hash"},
    {"kind": "null"},
    {"kind": "truncate", "length": 4},
)


@dataclass(frozen=True)
class Planted:
    """Where a secret stands."""

    agency: str
    type_name: str
    field: str
    record: Record


class World:
    """The services, and where each secret of theirs stands."""

    def __init__(self, numbers: list[str]) -> None:
        self.secrets: dict[bytes, Planted] = {}
        self._count = itertools.count(1)
        companies = [self._company(each) for each in numbers]
        funds = [self._of("reg-hk", "Fund", ("a", "b"), region=each, no=f"F{each}") for each in ("44", "81", "4401")]
        fleet = Service("fleet", "reg-hk", FLEET)
        fleet.entities = {"HongKongCompany": companies, "Fund": funds}
        fleet.roots = {"fleetCompanies": companies, "funds": funds, "fund": funds[1], "fleetMotto": self._motto()}
        port = Service("port", "bank-hk", PORT)
        port.entities = {
            "HongKongCompany": [
                self._of("bank-hk", "HongKongCompany", ("g1", "g2", "g3"), crNumber=n) for n in numbers
            ],
            "Fund": [{"no": each["no"], **self._of("bank-hk", "Fund", ("c",))} for each in funds],
        }
        cellar = Service("cellar", "vault-hk", CELLAR)
        of_cellar = (self._of("vault-hk", "HongKongCompany", ("h1",), f2=each["f2"]) for each in companies)
        cellar.entities = {"HongKongCompany": list(of_cellar)}
        self.services = [each.built() for each in (fleet, port, cellar)]

    def _motto(self) -> str:
        motto: str = self._of("reg-hk", "Query", ("fleetMotto",))["fleetMotto"]
        return motto

    def _of(self, agency: str, type_name: str, fields: tuple[str, ...], **more: Any) -> dict[str, Any]:
        record: dict[str, Any] = {"__typename": type_name, **more}
        for each in fields:
            secret = f"S3CR-{next(self._count):06x}-"
            record[each] = secret
            self.secrets[secret.encode()] = Planted(agency, type_name, each, record)
        return record

    def _company(self, number: str) -> Record:
        def boat(region: str, master: Any = None) -> Record:
            return self._of("reg-hk", "Boat", ("a", "b"), region=region, master=master)

        return {
            **self._of("reg-hk", "HongKongCompany", ("f1", "f2", "f3"), crNumber=number),
            "boats": [boat("44"), None, boat("81", boat("44")), boat("4401", boat("81"))],
            "flag": boat("81"),
            "marks": [
                self._of("reg-hk", "RedMark", ("a", "b"), region="44"),
                self._of("reg-hk", "BlueMark", ("a", "c"), region="81"),
                self._of("reg-hk", "BlueMark", ("a", "c"), region="44"),
            ],
        }


@pytest.fixture(scope="module")
def planted(numbers: list[str]) -> World:
    return World(numbers[:2])


@pytest.fixture(scope="module")
def around(planted: World) -> Iterator[Federation]:
    with running(*planted.services) as federation:
        yield federation


@pytest.fixture(scope="module")
def governed(world: Any, around: Federation) -> Iterator[Hub]:
    hub = Hub(world, around, OWNS)
    yield hub
    hub.close()


class Chance:
    """Policies and questions by chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def some(self, choices: Any, least: int = 1) -> list[Any]:
        choices = list(choices)
        return self.random.sample(choices, self.random.randint(min(least, len(choices)), len(choices)))

    def rules(self) -> dict[str, list[Json]]:
        entries = self._grant("Query", ["fleetCompanies", "funds", "fund", "fleetMotto"], bare=True)
        named = self._grant("HongKongCompany", ["crNumber", "name"], bare=True)
        if self.random.random() < 0.3:
            named["where"] = [{"attr": "record.status", "op": "ne", "value": "DISSOLVED"}]
        made: dict[str, list[Json]] = {"hk_cr": [named, *self._of_boats(0.1)], "reg_hk": [entries]}
        for agency, fields in OF_COMPANY.items():
            rules = made.setdefault(agency.replace("-", "_"), [])
            rules += [self._grant("HongKongCompany", self.some(fields)) for _ in range(self.random.randint(1, 2))]
            rules += self._of_boats(0.7 if agency == "reg-hk" else 0.15)
        return made

    def _of_boats(self, likely: float) -> list[Json]:
        rules = []
        for name in ("Boat", "RedMark", "BlueMark", "Fund"):
            fields = [*LEAVES[name], *LEADING.get(name, {})]
            while self.random.random() < likely:
                rules.append(self._grant(name, self.some(fields)))
            if self.random.random() < 0.1:
                denied = ["*"] if self.random.random() < 0.4 else self.some(fields)
                rules.append({"type": name, "fields": denied, "reason": "NO_SHARE", "legalBasis": "law"})
        return rules

    def _grant(self, type_name: str, fields: list[str], *, bare: bool = False) -> Json:
        leaves = [each for each in fields if each in LEAVES.get(type_name, ()) and each not in {"crNumber", "no"}]
        rule: Json = {"type": type_name, "fields": fields, "to": {"jurisdictions": ["CN-GD"]}, "legalBasis": "law"}
        rule["purposes"] = ["RISK_ASSESSMENT"]
        if bare:
            return rule
        if self.random.random() < 0.2:
            rule["purposes"] = [self.random.choice(["RISK_ASSESSMENT", "STATISTICS"])]
        if self.random.random() < 0.2:
            rule["to"] = {"agencies": [self.random.choice(["asker-gd", "other-gd"])]}
        if self.random.random() < 0.35:
            rule["where"] = [self._clause(type_name)]
        if leaves and self.random.random() < 0.35:
            rule["transform"] = {each: self.random.choice(TRANSFORMS) for each in self.some(leaves)}
        return rule

    def _clause(self, type_name: str) -> Json:
        if type_name == "HongKongCompany" or self.random.random() < 0.2:
            return {"attr": "subject.region", "op": "eq", "value": self.random.choice(["44", "81"])}
        if self.random.random() < 0.3:
            return {"attr": "record.region", "op": self.random.choice(["eq", "prefix"]), "valueFrom": "subject.region"}
        op = self.random.choice(["eq", "ne", "prefix", "gte"])
        return {"attr": "record.region", "op": op, "value": self.random.choice(["44", "81", "4401"])}

    def principal(self) -> Principal:
        scopes = ASKING.scopes | (frozenset({"vault:open"}) if self.random.random() < 0.4 else frozenset())
        return replace(ASKING, scopes=scopes, agency=self.random.choice(["asker-gd", "other-gd"]))

    def question(self, numbers: list[str]) -> str:
        company = self._on("HongKongCompany", 3)
        parts = [
            f'one: hongKongCompanyByCrNumber(crNumber: "{self.random.choice(numbers)}") {company}',
            f"fleetCompanies {self._on('HongKongCompany', 3)}",
            f"funds {self._on('Fund', 1)} fund {self._on('Fund', 1)}",
            "fleetMotto",
        ]
        return f"{{ {' '.join(self.some(parts))} }}"

    def _on(self, type_name: str, depth: int) -> str:
        names = self.some(NAMES, 8)
        fields = [f"{names.pop()}: {each}" for each in self.some(LEAVES[type_name]) if names]
        if depth:
            for name, targets in LEADING.get(type_name, {}).items():
                if self.random.random() < 0.6:
                    fields.append(f"{name} {self._of_several(targets, depth - 1)}")
        self.random.shuffle(fields)
        return f"{{ {' '.join(fields)} }}"

    def _of_several(self, targets: tuple[str, ...], depth: int) -> str:
        if len(targets) == 1:
            return self._on(targets[0], depth)
        fragments = [f"... on {each} {self._on(each, depth)}" for each in self.some(targets)]
        return f"{{ {'__typename' if self.random.random() < 0.7 else ''} {' '.join(fragments)} }}"


class Reading:
    """What a slow reading of the rules lets out of services' records."""

    def __init__(self, hub: Hub, principal: Principal) -> None:
        def key(recipient: str, purpose: str) -> bytes:
            return hmac.digest(hub.keys["recipient-hash"].secret, f"recipient {recipient} {purpose}".encode(), "sha256")

        def apart(document: Json) -> Json:
            """A service has no record of the companies that it adds fields to, and can hold no condition on them."""
            kept = [each for each in document["grants"] if not self._on_others(document["owner"], each)]
            return {**document, "grants": kept}

        documents = [apart(each) for each in hub.policies]
        self._interpreter = interpreted(hub.root, documents, principal, key)
        self._scopes = principal.scopes

    def _on_others(self, owner: str, rule: Mapping[str, Any]) -> bool:
        conditional = any(each["attr"].startswith("record.") for each in rule.get("where", ()))
        added = rule["type"] == "HongKongCompany" or (rule["type"] == "Fund" and owner == "bank-hk")
        return owner != "hk-cr" and added and conditional

    def lets_out(self, secret: bytes, where: Planted) -> bool:
        if where.field == "f3" and "vault:open" not in self._scopes:
            return False
        record = {**where.record, "provider": where.agency}
        return bool(self._interpreter.value(where.type_name, where.field, record) == secret.decode())


def overeager(value: Any) -> Any:
    """What a service answers that adds something under every name that somebody could have asked for."""
    if isinstance(value, list):
        return [overeager(each) for each in value]
    if isinstance(value, dict):
        return {**dict.fromkeys(NAMES, LIE), **{name: overeager(each) for name, each in value.items()}}
    return value


@settings(
    max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,)
)
@given(seed=st.integers(min_value=0, max_value=2**32), lies=st.booleans())
def test_no_secret_leaves_that_the_policies_keep(
    governed: Hub, planted: World, numbers: list[str], seed: int, lies: bool
) -> None:
    chance = Chance(seed)
    governed.govern(**chance.rules())
    for service in planted.services:
        service.forget()
        service.lie = overeager if lies else None
    for _ in range(4):
        principal = chance.principal()
        reading = Reading(governed, principal)
        question = chance.question(numbers[:2])
        for service in planted.services:
            service.received.clear()
        answer = governed.ask(question, principal)
        assert not set(answer.codes) & {"GRAPHQL_VALIDATION_FAILED", "UNREACHABLE", "GRAPHQL_PARSE_FAILED"}, (
            answer.errors
        )
        assert LIE.encode() not in answer.body, question
        found = SECRET.findall(answer.body)
        for secret in found:
            assert reading.lets_out(secret, planted.secrets[secret]), (secret, planted.secrets[secret].field, question)
        for service in planted.services:
            assert LIE.encode() not in service.everything
            for secret in SECRET.findall(service.everything):
                assert reading.lets_out(secret, planted.secrets[secret]), (service.name, question)
        event("something" if found else "nothing")
