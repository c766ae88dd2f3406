"""A hub over the sample world and remote sources, on which policies are in force: the real road, real HTTP."""

import asyncio
import contextlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from tests.access.generated import as_json, in_force
from tests.access.signing import root_document
from tests.gateway.sources.service import LINK, Service
from tests.oracle.engine import CURSOR_KEY, WIDE
from tests.subgraph_service import serving

from baygate.access.access import Access
from baygate.access.compile import compiled, who
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.root import RootDocument
from baygate.access.documents.rules import InForce
from baygate.access.principal import Principal
from baygate.access.scopes import Gates
from baygate.contract.schema import graphql_schema, sdl
from baygate.gateway.call import Call
from baygate.gateway.control import Control
from baygate.gateway.cursor import Cursors
from baygate.gateway.documents import Documents, Trust
from baygate.gateway.introspection import Introspection
from baygate.gateway.operation import Strictness
from baygate.gateway.planning.plan import Plan, Supergraph
from baygate.gateway.receipt import NoReceipts
from baygate.gateway.refusal import Refusal
from baygate.gateway.result import Executor
from baygate.gateway.road import Road
from baygate.gateway.sources import Sources
from baygate.gateway.statements import Statements
from baygate.gateway.visible import VisibleSchemas
from baygate.sources.bindings import resident_binding
from baygate.sources.composition import Subgraph, compose
from baygate.sources.facts import facts_of
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.source import RemoteSource
from baygate.sources.resident.dispatcher import Dispatcher, Dispatching
from baygate.sources.supergraph.contributions import Contributions, contributions
from baygate.sources.supergraph.join import read
from baygate.storage.database import Database

Json = dict[str, Any]
ASKING = Principal(
    client="judge",
    person=None,
    agency="asker-gd",
    party=None,
    jurisdiction="CN-GD",
    roles=frozenset(),
    scopes=frozenset({"identity:read", "credit:read"}),
    purpose="RISK_ASSESSMENT",
    legal_basis=None,
    case_no=None,
    assurance=3,
)
PURPOSES = ("RISK_ASSESSMENT", "STATISTICS")
SCOPES = ("identity:read", "credit:read", "vault:open")


def grant(type_name: str, *fields: str, **changes: Any) -> Json:
    """Grant fields of a type to whoever asks for judging risks."""
    rule = {
        "type": type_name,
        "fields": list(fields),
        "to": {"jurisdictions": ["CN-GD", "HK"]},
        "purposes": ["RISK_ASSESSMENT"],
        "legalBasis": "law",
    }
    return {**rule, **changes}


def where(column: str, op: str, value: Any = None, *, subject: str | None = None) -> list[Json]:
    """A condition on the record, compared with a value or an attribute of the caller."""
    compared = {"valueFrom": f"subject.{subject}"} if subject else {"value": value}
    return [{"attr": f"record.{column}", "op": op, **compared}]


def denial(type_name: str, *fields: str, **changes: Any) -> Json:
    """Deny fields of a type to everybody."""
    return {"type": type_name, "fields": list(fields), "reason": "NO_SHARE", "legalBasis": "law", **changes}


@dataclass(frozen=True)
class Answer:
    """What a caller was answered, to the byte."""

    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def errors(self) -> list[Json]:
        found: list[Json] = self.json.get("errors", [])
        return found

    @property
    def withheld(self) -> list[str]:
        """The coordinates that errors say are withheld."""
        named = (each["extensions"] for each in self.errors)
        return sorted(each["coordinate"] for each in named if each["code"] == "FIELD_WITHHELD")

    @property
    def codes(self) -> list[str]:
        return [each["extensions"]["code"] for each in self.errors]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Which places are not told in full, by their kind and coordinate."""
        notices = self.json.get("extensions", {}).get("access", [])
        return [(each["code"], each["coordinate"]) for each in notices]


class Federation:
    """The hub's subgraph with those of services that run, composed."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = {each.name: each for each in services}
        texts = [Subgraph(each.name, each.url, LINK + each.sdl) for each in services]
        self.contributed: Contributions = contributions(
            graphql_schema(),
            read(compose([Subgraph("hub", "", sdl()), *texts])),
            {each.name: each.agency for each in services},
        )
        self.facts = facts_of(self.contributed.schema, resident_binding(), self.contributed)
        self.gates = Gates(self.contributed.schema)


@contextlib.contextmanager
def running(*services: Service) -> Iterator[Federation]:
    """Serve them until the end, and compose."""
    with contextlib.ExitStack() as stack:
        for each in services:
            each.url = stack.enter_context(serving(each.app)).url
        yield Federation(services)


class Hub:
    """The road over a world's database and the sources of a federation. ``owns`` is what each agency may decide."""

    def __init__(
        self, world: Any, federation: Federation, owns: Mapping[str, Json], shown: Introspection = Introspection.NONE
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.federation = federation
        self.keys = world.keys
        self.owns = owns
        self.database = Database(world.dsn)
        self.dispatcher = Dispatcher(lambda: self.database.connect(statement_cache_size=0), Dispatching(connections=2))
        self.statements = Statements(self.dispatcher, Cursors(CURSOR_KEY), world.keys)
        self.remote = self.loop.run_until_complete(_connected(federation))
        self._shown = shown
        self.policies: list[Json] = []
        self.known = self._in_force()
        self.road = self._road()

    def _road(self) -> Road:
        schema, binding = self.federation.contributed.schema, resident_binding()
        supergraph = Supergraph(schema, binding, "tests", self.federation.contributed)
        sources = Sources(self.statements, schema, self.remote, _assertion, self.keys.derived, WIDE)
        hides = self._shown is Introspection.NONE
        return Road(
            supergraph=supergraph,
            executor=Executor(self.statements, supergraph, WIDE, self._control, sources),
            documents=Documents({}, Trust.ANY, 10**6),
            receipts=NoReceipts(),
            limits=WIDE,
            strictness=Strictness(introspection=not hides, suggestions=not hides),
            visible=VisibleSchemas(schema, binding, self.federation.gates, self._shown),
        )

    def _control(self, principal: Principal, schema: Any) -> Control:
        asking = who(principal, self.known)
        return Control(principal, self.known, asking, self.federation.facts, self.federation.gates.demanded, schema)

    def govern(self, **rules: Sequence[Json]) -> None:
        """Put the rules of owners in force, and no others; ``hk_cr`` stands for hk-cr."""
        self.policies = [self._policy(name.replace("_", "-"), given) for name, given in rules.items()]
        self.known = self._in_force()

    def _policy(self, owner: str, rules: Sequence[Json]) -> Json:
        named = [{"id": f"r{number}", **each} for number, each in enumerate(rules, 1)]
        return {
            "spec": 1,
            "owner": owner,
            "policyId": f"{owner}/rules",
            "version": 1,
            "prev": None,
            "notBefore": "2020-12-01T00:00:00Z",
            "expires": "2040-12-01T00:00:00Z",
            "catalogueId": "T-1",
            "shareClass": "CONDITIONAL",
            "grants": [each for each in named if "reason" not in each],
            "denials": [each for each in named if "reason" in each],
        }

    @property
    def root(self) -> RootDocument:
        agencies = [
            {
                "id": name,
                "name": name,
                "jurisdiction": "HK" if name.endswith("hk") or name.startswith("hk") else "CN-GD",
                "region": "81" if "hk" in name else "44",
                "signers": [{"subject": f"CN={name}"}],
                "providers": [name] if name in self.owns else [],
                "owns": self.owns.get(name, {}),
            }
            for name in (*self.owns, "asker-gd", "other-gd")
        ]
        document = root_document(agencies=agencies, purposes=list(PURPOSES), scopes=list(SCOPES), trustLists=[])
        return RootDocument.model_validate_json(as_json(document))

    def _in_force(self) -> InForce:
        facts = self.federation.facts
        documents = []
        for each in self.policies:
            rules = (*each["grants"], *each["denials"])
            named = [(rule["type"], name) for rule in rules for name in rule["fields"] if name != "*"]
            hashed = {**each, "schemaHash": facts.schema_hash(named)}
            documents.append(PolicyDocument.model_validate_json(as_json(hashed)))
        return in_force(self.root, documents)

    def access(self, principal: Principal = ASKING) -> Access:
        asking = who(principal, self.known)
        access = compiled(self.known, asking, self.federation.facts)
        return self.federation.gates.behind(principal.scopes, access, principal.roles)

    def ask(self, query: str, principal: Principal = ASKING, access: Access | None = None, **variables: Any) -> Answer:
        """Ask as somebody; the answer of one who is refused altogether has no data."""
        known = replace(principal, attributes=who(principal, self.known).attributes)
        travelling = self.road.travel(Call(query, variables=variables), known, access or self.access(principal))
        try:
            return Answer(self.loop.run_until_complete(travelling).body)
        except Refusal as refusal:
            return Answer(_refused(refusal))

    def plan(self, query: str, principal: Principal = ASKING) -> Plan:
        access = self.access(principal)
        operation = self.road.operation(Call(query), access)
        return self.road.plan(operation, operation.variables.coerce({}), access)

    def hashed(self, value: str, recipient: str = "asker-gd", purpose: str = "RISK_ASSESSMENT") -> str:
        """Return what a hash of a value is for a recipient."""
        return hmac.new(self.keys.derived(f"recipient {recipient} {purpose}"), value.encode(), "sha256").hexdigest()

    def close(self) -> None:
        async def close() -> None:
            for each in self.remote.values():
                await each.close()
            await self.dispatcher.close()

        self.loop.run_until_complete(close())
        self.loop.close()


async def _connected(federation: Federation) -> dict[str, RemoteSource]:
    services = federation.services.values()
    return {each.name: RemoteSource(Remote(each.name, each.agency, each.url, retries=0)) for each in services}


def _refused(refusal: Refusal) -> bytes:
    return orjson.dumps({"data": None, "errors": list(refusal.errors)})


def _assertion(principal: Principal, source: str) -> str:
    return f"{principal.client} to {source}"


def received(services: Iterable[Service]) -> bytes:
    """Return all that sources were sent."""
    return b"".join(each.everything for each in services)
