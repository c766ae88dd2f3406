"""Three agencies' services around companies of Hong Kong: a register, a bank that asks more of them, a vault."""

from typing import Any

from tests.gateway.sources.hub import Json, grant
from tests.gateway.sources.service import Record, Service

REGISTER = """
scalar CrNumber
scalar Date
type HongKongCompany @key(fields: "crNumber") {
  crNumber: CrNumber!
  legalForm: String
  secretNote: String
  taxNo: String @shareable
  ledgerNo: String @inaccessible
  turnover: Int
  foundedOn: Date
  aliases: [String!]
  office: Office
  directors: [Director!]
  chair: Director
  notices: [Notice]
  latest: Notice
  holders: [Holder!]
  opened: String @requiresScopes(scopes: [["vault:open"]])
  audited: String @policy(policies: [["AUDITOR"]])
  signedOff: String @authenticated
  telephone: String @personal
  mustBe: String!
}
type Office { line: String district: String }
type Director { name: String nationality: String salary: Int region: String appointedOn: Date deputy: Director }
interface Notice { no: String text: String }
type PublicNotice implements Notice { no: String text: String }
type SealedNotice implements Notice { no: String text: String seal: String }
union Holder = Person | Trust
type Person { label: String passport: String }
type Trust { label: String deed: String }
type Fund @key(fields: "fundNo") { fundNo: String! name: String region: String manager: String nickname: String }
type Query {
  search(number: String!): HongKongCompany
  companies: [HongKongCompany!]
  fund(no: String!): Fund
  funds: [Fund!]
  motd: String
  count: Int!
}
"""
BANK = """
scalar CrNumber
type HongKongCompany @key(fields: "crNumber") {
  crNumber: CrNumber!
  registeredOffice: String @external
  secretNote: String @external
  region: Region @external
  directors: [Director!] @external
  risk: String @requires(fields: "registeredOffice")
  gossip: String @requires(fields: "secretNote")
  boardRisk: String @requires(fields: "directors { name }")
  placeRisk: String @requires(fields: "region { name }")
  solvency: String
}
type Director { name: String @external }
type Region { name: String @external }
type Fund @key(fields: "fundNo") { fundNo: String! rating: String outlook: String }
"""
VAULT = """
type HongKongCompany @key(fields: "taxNo") { taxNo: String policies: Int }
"""

SECRETS = {
    name: f"S3CR-{name}"
    for name in (
        "secretNote", "taxNo", "ledgerNo", "opened", "audited", "telephone", "line", "name", "deputy", "sealed", "seal",
        "passport", "deed", "manager", "gossip", "policies", "hidden",
    )
}  # fmt: skip


def director(name: str, /, **more: Any) -> Record:
    known = {"name": f"{SECRETS['name']}-{name}", "nationality": "HK", "salary": 4321, "region": "81"}
    return {"__typename": "Director", **known, "appointedOn": "2019-08-17", "deputy": None, **more}


def company(number: str) -> Record:
    """What the register knows of a company."""
    deputy = director("deputy", name=SECRETS["deputy"], nationality="MO")
    return {
        "__typename": "HongKongCompany",
        "crNumber": number,
        "legalForm": "PRIVATE",
        "secretNote": f"{SECRETS['secretNote']}-{number}",
        "taxNo": f"{SECRETS['taxNo']}-{number}",
        "ledgerNo": f"{SECRETS['ledgerNo']}-{number}",
        "turnover": 123456,
        "foundedOn": "1997-07-15",
        "aliases": ["one", "two"],
        "office": {"line": SECRETS["line"], "district": "Wan Chai"},
        "directors": [
            director("abc"),
            director("hidden", name=SECRETS["hidden"], nationality="MO", region="82"),
            director("def", deputy=deputy),
        ],
        "chair": director("chair", name=SECRETS["hidden"], nationality="MO", region="82"),
        "notices": [
            {"__typename": "PublicNotice", "no": "P1", "text": "open"},
            {"__typename": "SealedNotice", "no": "S1", "text": SECRETS["sealed"], "seal": SECRETS["seal"]},
            None,
        ],
        "latest": {"__typename": "SealedNotice", "no": "S1", "text": SECRETS["sealed"], "seal": SECRETS["seal"]},
        "holders": [
            {"__typename": "Person", "label": "Ms Wong", "passport": SECRETS["passport"]},
            {"__typename": "Trust", "label": "Harbour", "deed": SECRETS["deed"]},
        ],
        "opened": SECRETS["opened"],
        "audited": SECRETS["audited"],
        "signedOff": "yes",
        "telephone": SECRETS["telephone"],
        "mustBe": "there",
    }


FUNDS: list[Record] = [
    {
        "__typename": "Fund",
        "fundNo": f"F{number}",
        "name": f"Fund {number}" if region == "44" else f"{SECRETS['hidden']}-{number}",
        "region": region,
        "manager": f"{SECRETS['manager']}-{number}",
        "nickname": "44",
    }
    for number, region in ((1, "44"), (2, "81"), (3, "44"))
]


def services(numbers: list[str]) -> tuple[Service, Service, Service]:
    """The register, the bank and the vault, which know companies of these numbers."""
    companies = [company(each) for each in numbers]
    by_number = {each["crNumber"]: each for each in companies}
    register = Service("register", "reg-hk", REGISTER)
    register.entities = {"HongKongCompany": companies, "Fund": FUNDS}
    register.roots = {
        "search": lambda number: by_number.get(str(number)),
        "companies": companies,
        "fund": lambda no: next((each for each in FUNDS if each["fundNo"] == no), None),
        "funds": FUNDS,
        "motd": "hello",
        "count": 17,
    }
    bank = Service("trade-bank", "bank-hk", BANK)
    bank.entities = {
        "HongKongCompany": [
            {
                "crNumber": each,
                "risk": "low",
                "gossip": SECRETS["gossip"],
                "boardRisk": "none",
                "placeRisk": "none",
                "solvency": "good",
            }
            for each in numbers
        ],
        "Fund": [{"fundNo": each["fundNo"], "rating": f"A{each['fundNo']}", "outlook": "fair"} for each in FUNDS],
    }
    vault = Service("vault", "vault-hk", VAULT)
    vault.entities = {"HongKongCompany": [{"taxNo": each["taxNo"], "policies": 7} for each in companies]}
    return tuple(each.built() for each in (register, bank, vault))  # type: ignore[return-value]


KEYS = grant("HongKongCompany", "crNumber", "id", "name")
"""What the registrar of companies gives, unless a test says otherwise."""


def company_of(number: str, selection: str) -> str:
    """Ask for one company in the hub."""
    return f'{{ hongKongCompanyByCrNumber(crNumber: "{number}") {{ {selection} }} }}'


def added(*fields: str, **changes: Any) -> Json:
    """Grant fields that a service adds to companies."""
    return grant("HongKongCompany", *fields, **changes)


def entry(*fields: str) -> Json:
    """Grant entry points."""
    return grant("Query", *fields)
