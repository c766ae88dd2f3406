"""Agencies and coordinating bodies as tests play them: certificates, and documents that they sign.

Documents are dictionaries until they are signed, so that a test can write into them whatever it wants. What is built
without changes is right, and in force at ``NOW`` as well as when the tests run.
"""

import base64
import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from joserfc.jwk import ECKey, OKPKey, RSAKey
from tests.log_keys import LOG_KEYS

from baygate.access.documents.envelope import SigningIdentity, document_digest, sign
from baygate.access.documents.trust import Trusted
from baygate.access.facts import Facts
from baygate.access.purposes import PURPOSES
from baygate.contract.schema import graphql_schema
from baygate.sources.bindings import resident_binding
from baygate.sources.facts import facts_of

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

BEGIN, NOW, END = (datetime.datetime(year, 12, 1, tzinfo=datetime.UTC) for year in (2020, 2026, 2040))
DAY = datetime.timedelta(days=1)
SCOPES = (
    "identity:read", "identity:personal", "identity:verify", "credit:read", "credit:investigation", "filings:read",
    "clearance:read", "clearance:personal", "clearance:investigation",
)  # fmt: skip
CREDIT = ("grade", "validTo", "evidenceNo")
"""What the policies built here grant of CreditRating, unless a test says otherwise."""

_USES = (
    "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only",
)  # fmt: skip


@cache
def facts() -> Facts:
    """What the real contract and tables have for policies to speak of."""
    return facts_of(graphql_schema(), resident_binding())


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def issue(
    subject: str,
    issuer: Holder | None = None,
    *,
    key: PrivateKey | None = None,
    ca: bool = False,
    begins: datetime.datetime = BEGIN,
    ends: datetime.datetime = END,
) -> Holder:
    """Issue a certificate; self-signed without an issuer. Nobody checks whether the issuer may issue."""
    key = key or new_key()
    signer, own = (issuer.key if issuer else key), x509.Name.from_rfc4514_string(subject)
    use: dict[str, Any] = dict.fromkeys(_USES, False)
    builder = (
        x509.CertificateBuilder(issuer.certificate.subject if issuer else own, own, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=ca, crl_sign=ca, **use), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return Holder(builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()), key)


def identity(holder: Holder, *chain: Holder) -> SigningIdentity:
    """Return whoever signs with a certificate, sending ``chain`` along."""
    key: ECKey | RSAKey | OKPKey
    match holder.key:
        case rsa.RSAPrivateKey():
            key = RSAKey.import_key(holder.key)
        case ed25519.Ed25519PrivateKey():
            key = OKPKey.import_key(holder.key)
        case _:
            key = ECKey.import_key(holder.key)
    return SigningIdentity(holder.certificate, tuple(each.certificate for each in chain), key)


CA = issue("CN=Guangdong Test CA", ca=True)
"""The authority that every root document built here trusts."""


def signer(subject: str, **how: Any) -> SigningIdentity:
    """Return somebody whose certificate the CA issued."""
    return identity(issue(subject, CA, **how))


COORDINATORS = tuple(signer(f"CN=Coordinator {number}") for number in (1, 2, 3))
"""Of these three it takes two to sign a root document."""
CUSTOMS, TAX, SAMR = signer("CN=Customs"), signer("CN=Tax"), signer("CN=SAMR")
"""Who signs for customs-gz, tax-gd and samr-gd."""
SIGNERS = {"customs-gz": CUSTOMS, "tax-gd": TAX, "samr-gd": SAMR}
LIST_SIGNERS = {
    "HK": tuple(signer(f"CN=Hong Kong List Signer {number}") for number in (1, 2, 3)),
    "MO": tuple(signer(f"CN=Macau List Signer {number}") for number in (1, 2)),
}
"""Of those of each jurisdiction it takes two to sign its trust list. Nobody signs a list of CN-GD here."""
HK_ROOT = issue("CN=Hong Kong Test Root CA", ca=True)
HK_CA = issue("CN=Hong Kong Test CA", HK_ROOT, ca=True)


def subject(who: SigningIdentity) -> dict[str, str]:
    """Return how a root document allows a signer by his subject."""
    return {"subject": who.certificate.subject.rfc4514_string()}


def moment(when: datetime.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def agency(name: str, **changes: Any) -> dict[str, Any]:
    """An agency of Guangdong that owns nothing; signed for by its signer, if it is one of ``SIGNERS``."""
    signers = [subject(SIGNERS[name])] if name in SIGNERS else []
    built = {"id": name, "name": name, "jurisdiction": "CN-GD", "region": "44", "signers": signers}
    return {**built, "providers": [name] if signers else [], **changes}


def agencies() -> list[dict[str, Any]]:
    """Return the agencies of the root documents built here: three with rows of their own, two that only ask."""
    return [
        agency("customs-gz", owns={"CreditRating": ["*"], "Declaration": ["*"], "PersonInCharge": ["*"]}),
        agency("tax-gd", owns={"CreditRating": ["grade", "validTo", "evidenceNo", "score"], "ExportRefund": ["*"]}),
        agency("samr-gd", owns={"MainlandEnterprise": ["*"], "CreditRating": ["*"]}),
        agency("hk-customs", jurisdiction="HK", region=None),
        agency("mo-dsedt", jurisdiction="MO", region=None),
    ]


def root_document(**changes: Any) -> dict[str, Any]:
    """Version 1 of a root document, which two of three coordinators sign."""
    return {
        "spec": 1,
        "kind": "root",
        "version": 1,
        "prev": None,
        "notBefore": moment(BEGIN),
        "expires": moment(END),
        "coordinators": {"threshold": 2, "signers": [subject(each) for each in COORDINATORS]},
        "anchors": [base64.b64encode(CA.der).decode()],
        "agencies": agencies(),
        "purposes": list(PURPOSES),
        "scopes": list(SCOPES),
        "trustLists": list_signers(),
        "logKeys": LOG_KEYS,
        **changes,
    }


def list_signers() -> list[dict[str, Any]]:
    """Say in a root document who signs trust lists."""
    return [
        {"jurisdiction": name, "threshold": 2, "signers": [subject(each) for each in signers]}
        for name, signers in LIST_SIGNERS.items()
    ]


def grant(name: str = "g1", **changes: Any) -> dict[str, Any]:
    """A grant of ``CREDIT`` to samr-gd for judging risks."""
    return {
        "id": name,
        "type": "CreditRating",
        "fields": list(CREDIT),
        "to": {"agencies": ["samr-gd"]},
        "purposes": ["RISK_ASSESSMENT"],
        "scopes": ["credit:read"],
        "legalBasis": "Guofa [2016] No. 51",
        **changes,
    }


def denial(name: str = "d1", *fields: str, **changes: Any) -> dict[str, Any]:
    """A denial of fields of CreditRating to everybody."""
    named = list(fields or ["grade"])
    rule = {
        "id": name,
        "type": "CreditRating",
        "fields": named,
        "reason": "NO_SHARE",
        "legalBasis": "Data Security Law",
    }
    return {**rule, **changes}


def policy(owner: str = "customs-gz", name: str = "credit", **changes: Any) -> dict[str, Any]:
    """Version 1 of a policy with one grant; its ``schemaHash`` is right for the rules that it has."""
    built = {
        "spec": 1,
        "owner": owner,
        "policyId": f"{owner}/{name}",
        "version": 1,
        "prev": None,
        "notBefore": moment(BEGIN),
        "expires": moment(END),
        "catalogueId": "GD-GZC-0012",
        "shareClass": "CONDITIONAL",
        "grants": [grant()],
        "denials": [],
        **changes,
    }
    return {"schemaHash": schema_hash(built), **built}


def schema_hash(document: Mapping[str, Any], known: Facts | None = None) -> str:
    """Return the schema hash of what a policy's rules name; of a malformed one, whatever can be made of it."""
    rules = [each for each in (*(document["grants"] or ()), *(document["denials"] or ())) if isinstance(each, Mapping)]
    named = [(str(each.get("type")), name) for each in rules for name in each.get("fields", ()) if name != "*"]
    return (known or facts()).schema_hash(named)


def manifest(owner: str = "customs-gz", *policies: bytes, **changes: Any) -> dict[str, Any]:
    """Manifest 1 of an owner, which lists signed policies."""
    return {
        "spec": 1,
        "kind": "manifest",
        "owner": owner,
        "sequence": 1,
        "notBefore": moment(BEGIN),
        "expires": moment(END),
        "policies": [listed(each) for each in policies],
        **changes,
    }


def listed(text: bytes) -> dict[str, Any]:
    """Return the line of a manifest for a signed policy."""
    document = payload(text)
    return {"policyId": document["policyId"], "version": document["version"], "hash": digest(text)}


def entry(name: str = "e-cert", /, **changes: Any) -> dict[str, Any]:
    """An entry of a trust list of Hong Kong, which admits nobody but registered parties."""
    return {
        "id": name,
        "name": "Test e-Cert (Organisational)",
        "validFrom": moment(BEGIN),
        "root": fingerprint(HK_ROOT),
        "issuing": fingerprint(HK_CA),
        "typeName": {"attribute": "O", "value": "Test e-Cert (Organisational)"},
        "policy": {"arc": "2.16.344.8.2.2008.810.2.1.1"},
        "party": {"attribute": "OU", "prefix": "BRN"},
        "assurance": 3,
        "revocation": {"by": "CRL", "freshness": 86_400},
        **changes,
    }


def fingerprint(holder: Holder) -> str:
    return hashlib.sha256(holder.der).hexdigest()


def trust_list(jurisdiction: str = "HK", **changes: Any) -> dict[str, Any]:
    """List 1 of a jurisdiction, with one entry."""
    return {
        "spec": 1,
        "kind": "trust-list",
        "jurisdiction": jurisdiction,
        "scheme": "PUBLISHED",
        "sequence": 1,
        "prev": None,
        "issuedAt": moment(BEGIN),
        "nextUpdate": moment(END),
        "authorities": [
            {"certificate": base64.b64encode(each.der).decode(), "crls": ["http://crl.example/test.crl"]}
            for each in (HK_ROOT, HK_CA)
        ],
        "entries": [entry()],
        **changes,
    }


def after(text: bytes, **changes: Any) -> dict[str, Any]:
    """Return the document that follows a signed root, policy or trust list, and names its digest."""
    document = payload(text)
    counted = "sequence" if "sequence" in document else "version"
    return {**document, counted: document[counted] + 1, "prev": digest(text), **changes}


def payload(text: bytes) -> dict[str, Any]:
    """Return what an envelope holds."""
    found: dict[str, Any] = json.loads(_payload(text))
    return found


def digest(text: bytes) -> str:
    """Return what documents call the one in an envelope."""
    return document_digest(_payload(text))


def _payload(text: bytes) -> bytes:
    body = json.loads(text)["payload"]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def signed(document: Mapping[str, Any], *by: SigningIdentity) -> bytes:
    """Sign a document as whoever should: two a root or a trust list, its owner's signer any other."""
    if not by:
        match document.get("kind"):
            case "root":
                by = COORDINATORS[:2]
            case "trust-list":
                by = LIST_SIGNERS[document["jurisdiction"]][:2]
            case _:
                by = (SIGNERS[document["owner"]],)
    return sign(json.dumps(document, ensure_ascii=False).encode(), by)


def library(*policies: Mapping[str, Any], **changes: Any) -> list[bytes]:
    """Sign policies, and of each of their owners a manifest that lists them; ``changes`` are those of the manifests."""
    texts = [signed(each) for each in policies]
    owners: Sequence[str] = list(dict.fromkeys(each["owner"] for each in policies))
    return [*texts, *(signed(manifest(each, *_of(each, texts), **changes)) for each in owners)]


def _of(owner: str, texts: Iterable[bytes]) -> list[bytes]:
    return [each for each in texts if payload(each)["owner"] == owner]


ROOT = signed(root_document())
"""Version 1 of the root, without changes."""


def taken(*texts: bytes, root: bytes = ROOT, now: datetime.datetime = NOW, known: Facts | None = None) -> Trusted:
    """Take documents one after the other, by what each says that it is; raise Refused."""
    trusted = Trusted(root, known or facts(), now)
    for each in texts:
        take(trusted, each, now)
    return trusted


def take(trusted: Trusted, text: bytes, now: datetime.datetime = NOW) -> None:
    """Take one more document; raise Refused."""
    match payload(text).get("kind"):
        case "root":
            trusted.update_root(text, now)
        case "manifest":
            trusted.update_manifest(text, now)
        case "trust-list":
            trusted.update_list(text, now)
        case _:
            trusted.update_policy(text, now)
