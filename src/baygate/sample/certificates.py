"""The example certificates of Hong Kong, Macau and Guangdong: good ones, and each kind that must be refused.

They are like those of the authorities there, by names that say that they are not. One ``Chain`` is a root, an issuing
authority and what it issued for one party of the sample world.
"""

import datetime
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baygate.sample import cases
from baygate.sample.authority import EXAMPLES, Authority, Issued, Subject, Terms, Validity
from baygate.sample.openssl import P256, RSA, SM2, Algorithm

REVOKED_AT = datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC)
LISTED_AT = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
"""When all revocation lists were issued; they are good as long as the certificates, for demonstrations to come."""
EXPIRED_AT = datetime.datetime(2026, 11, 10, tzinfo=datetime.UTC)
_RELEASE = "2026.1.1"
"""What follows a policy's arc in a certificate: year, version, release."""
_ANY_POLICY = "2.5.29.32.0"
_OTHER_TYPE = "Hongkong Post e-Cert (Personal) (example)"
_ANOTHER_PARTY = "BRN30000012"


@dataclass(frozen=True)
class Chain:
    """An issuing authority with its root, and the one certificate type that it issues."""

    place: str
    """Its directory; its lists' addresses end in it too."""
    root: Subject
    issuing: Subject
    algorithm: Algorithm
    type_name: str
    arc: str
    """Its policy without year, version and release."""
    holder: str
    """The file of the party's certificate."""
    party: tuple[str, str]
    """The attribute that says which party it is, and how."""
    common_name: str
    responder: str | None = None
    """Where its OCSP responder is."""

    def subject(self, type_name: str | None = None, numbers: Sequence[str] | None = None) -> Subject:
        """Return a holder's name; its type and the numbers that say which party it is may be others."""
        attribute, number = self.party
        return (
            self.issuing[0],
            ("O", type_name or self.type_name),
            *((attribute, each) for each in (numbers if numbers is not None else (number,))),
            ("CN", self.common_name),
        )

    def terms(self, arc: str | None = None) -> Terms:
        """Return what its certificates say; the policy's arc may be another."""
        return Terms(policies=(f"{arc or self.arc}.{_RELEASE}",), crl=self._list("issuing"), ocsp=self.responder)

    def authorities(self, directory: Path, key_identifier: str = "hash") -> tuple[Authority, Authority]:
        """Set up its root and its issuing authority in a directory; the latter's key may have another's identifier."""
        root = Authority.root(directory, "root", self.root, self.algorithm)
        named = {"subjectKeyIdentifier": key_identifier}
        terms = Terms(policies=(_ANY_POLICY,), crl=self._list("root"), extensions=named)
        return root, root.issue_ca("issuing", self.issuing, terms=terms)

    def _list(self, authority: str) -> str:
        return f"http://crl.example/{self.place}/{authority}.crl"


def _names(country: str, organisation: str, authority: str) -> Subject:
    return (("C", country), ("O", f"{organisation} (example)"), ("CN", f"{authority} (example)"))


_PARTIES = {each.party_id: each for each in cases.CASES}
_PLATFORM, _IMPORTER, _EXPORTER = (
    _PARTIES[each] for each in (cases.HONG_KONG_PLATFORM, cases.MACAU_IMPORTER, cases.EXPORTER)
)

E_CERT = Chain(
    place="hk",
    root=_names("HK", "Hongkong Post", "Hongkong Post Root CA"),
    issuing=_names("HK", "Hongkong Post", "Hongkong Post e-Cert CA"),
    algorithm=RSA,
    type_name="Hongkong Post e-Cert (Organisational) (example)",
    arc="2.16.344.8.2.2008.810.2.1.1",
    holder="platform",
    party=("OU", f"BRN{_PLATFORM.number}"),
    common_name=_PLATFORM.name_en,
)
ID_CERT = Chain(
    place="hk/p256",
    root=_names("HK", "Digi-Sign", "Digi-Sign Root CA"),
    issuing=_names("HK", "Digi-Sign", "Digi-Sign ID-Cert CA"),
    algorithm=P256,
    type_name="Digi-Sign ID-Cert (Organisational) (example)",
    arc="2.16.344.8.2.2008.810.2.2.1",
    holder="platform",
    party=("OU", f"BRN{_PLATFORM.number}"),
    common_name=_PLATFORM.name_en,
    responder="http://ocsp.example/hk/p256",
)
E_SIGN_TRUST = Chain(
    place="mo",
    root=_names("MO", "Macao Post eSignTrust", "eSignTrust Root CA"),
    issuing=_names("MO", "Macao Post eSignTrust", "eSignTrust Corporate CA"),
    algorithm=P256,
    type_name="eSignTrust Corporate Certificate (example)",
    arc="2.16.446.8.2.2008.810.2.1.1",
    holder="importer",
    party=("OU", f"REG{_IMPORTER.number}"),
    common_name=_IMPORTER.name_en,
)
GDCA = Chain(
    place="cn-gd",
    root=_names("CN", "Guangdong Certificate Authority", "GDCA Root CA"),
    issuing=_names("CN", "Guangdong Certificate Authority", "GDCA Organisation CA"),
    algorithm=RSA,
    type_name="GDCA Organisation Certificate (example)",
    arc="2.16.156.8.2.2008.810.2.1.1",
    holder="exporter",
    party=("organizationIdentifier", f"USCC{_EXPORTER.number}"),
    common_name=_EXPORTER.name,
)
GDCA_SM2 = replace(
    GDCA,
    place="cn-gd/sm2",
    root=_names("CN", "Guangdong Certificate Authority", "GDCA SM2 Root CA"),
    issuing=_names("CN", "Guangdong Certificate Authority", "GDCA SM2 Organisation CA"),
    algorithm=SM2,
    type_name="GDCA Organisation Certificate SM2 (example)",
    arc="2.16.156.8.2.2008.810.2.1.2",
)
CHAINS = (E_CERT, ID_CERT, E_SIGN_TRUST, GDCA, GDCA_SM2)


def authority_files(directory: Path) -> list[Path]:
    """Return where the certificates of all roots and issuing authorities are."""
    return [directory / chain.place / f"{name}.pem" for chain in CHAINS for name in ("root", "issuing")]


def make(directory: Path) -> list[Path]:
    """Make all of it anew in ``directory``, once all of it could be made; return what was written."""
    with tempfile.TemporaryDirectory() as work:
        made = {chain.place: _made(chain, Path(work) / str(number)) for number, chain in enumerate(CHAINS)}
        return [each for place, files in made.items() for each in _written(directory / place, files)]


def _made(chain: Chain, work: Path) -> Mapping[str, Path]:
    """Make what a chain has; return each file by the name that it is to have."""
    root, issuing = chain.authorities(work)
    issued = {chain.holder: issuing.issue(chain.holder, chain.subject(), terms=chain.terms())}
    if chain.responder:
        name = (*chain.issuing[:-1], ("CN", f"{chain.issuing[-1][1]} OCSP responder"))
        issued["ocsp"] = issuing.ocsp_responder("ocsp", name)
    if chain is E_CERT:
        issued |= _faulty(chain, issuing, work)
    if chain in (E_CERT, GDCA_SM2):
        issued["revoked"] = issuing.issue("revoked", chain.subject(), terms=chain.terms())
        issuing.revoke(issued["revoked"], "keyCompromise", REVOKED_AT)
    return {
        **dict(_files({"root": root.identity, "issuing": issuing.identity, **issued})),
        "root.crl": _list(root),
        "issuing.crl": _list(issuing),
    }


def _faulty(chain: Chain, issuing: Authority, work: Path) -> dict[str, Issued]:
    """Issue what must be refused, each for the one thing that its name says.

    Their keys are P-256, which is no fault, and quicker to make.
    """

    def issue(name: str, by: Authority, subject: Subject, terms: Terms) -> tuple[str, Issued]:
        return name, by.issue(name, subject, P256, terms)

    good, terms = chain.subject(), chain.terms()
    # with the very key identifier of the one that it is like: nothing but its signatures tells them apart
    _, look_alike = chain.authorities(work / "look-alike", issuing.identity.key_identifier.hex())
    stranger = replace(
        chain,
        algorithm=P256,
        root=_names("HK", "Nobody", "Nobody's Root CA"),
        issuing=_names("HK", "Nobody", "Nobody's CA"),
    )
    _, other_root = stranger.authorities(work / "other-root")
    return dict(
        (
            issue("expired", issuing, good, replace(terms, validity=Validity(EXAMPLES.begins, EXPIRED_AT))),
            issue("look-alike", look_alike, good, terms),
            issue("other-root", other_root, good, terms),
            issue("other-type", issuing, chain.subject(type_name=_OTHER_TYPE), terms),
            # as a string it begins with the arc; as nodes it does not, for its last one is 10
            issue("other-policy", issuing, good, chain.terms(f"{chain.arc}0")),
            issue("no-party", issuing, chain.subject(numbers=()), terms),
            issue("two-parties", issuing, chain.subject(numbers=(chain.party[1], _ANOTHER_PARTY)), terms),
        )
    )


def _list(authority: Authority) -> Path:
    made = authority.directory / "list.crl"
    made.write_bytes(authority.crl(LISTED_AT, EXAMPLES.ends))
    return made


def _files(issued: Mapping[str, Issued]) -> Iterator[tuple[str, Path]]:
    for name, each in issued.items():
        yield f"{name}.pem", each.certificate
        yield f"{name}.key.pem", each.key


def _written(directory: Path, files: Mapping[str, Path]) -> Iterator[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    for name, made in files.items():
        shutil.copy(made, directory / name)
        yield directory / name
