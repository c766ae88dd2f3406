"""The example certificates as they are in the repository: good ones are good, and bad ones bad as their names say."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, ObjectIdentifier
from tests.sample.verifying import Verifier

from baygate.access.documents.trust_list import Entry, Proof, Scheme, TrustList
from baygate.contract.identifiers import party_id
from baygate.sample import cases
from baygate.sample.certificates import CHAINS, E_CERT, GDCA_SM2, LISTED_AT, Chain
from baygate.sample.trust_list_sources import bring_up_to_date, sources_in

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CERTIFICATES, SOURCES = REPOSITORY / "certs.example", REPOSITORY / "policies" / "trust-lists"
LISTS = {each.stem: TrustList.model_validate_json(each.read_text(encoding="utf-8")) for each in SOURCES.glob("*.json")}
ATTRIBUTES = {
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
PARTIES = {
    "hk": cases.HONG_KONG_PLATFORM,
    "hk/p256": cases.HONG_KONG_PLATFORM,
    "mo": cases.MACAU_IMPORTER,
    "cn-gd": cases.EXPORTER,
    "cn-gd/sm2": cases.EXPORTER,
}
every_chain = pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.place)


def path(chain: Chain, name: str) -> Path:
    return CERTIFICATES / chain.place / name


def certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def verifier(chain: Chain) -> Verifier:
    crls = [path(chain, "root.crl"), path(chain, "issuing.crl")]
    return Verifier(path(chain, "root.pem"), path(chain, "issuing.pem"), crls, chain.algorithm)


def entry_of(chain: Chain) -> Entry:
    root, issuing = (
        certificate(path(chain, f"{name}.pem")).fingerprint(SHA256()).hex() for name in ("root", "issuing")
    )
    (found,) = (
        each for listed in LISTS.values() for each in listed.entries if (each.root, each.issuing) == (root, issuing)
    )
    return found


def says(found: x509.Certificate, attribute: str, beginning: str = "") -> list[str]:
    values = [str(each.value) for each in found.subject.get_attributes_for_oid(ATTRIBUTES[attribute])]
    return [each for each in values if each.startswith(beginning)]


def policies(found: x509.Certificate) -> list[ObjectIdentifier]:
    stated = found.extensions.get_extension_for_class(x509.CertificatePolicies).value
    return [each.policy_identifier for each in stated]


@every_chain
def test_a_partys_certificate_is_good_from_the_first_list_to_the_end(chain: Chain) -> None:
    holder = path(chain, f"{chain.holder}.pem")
    for at in (LISTED_AT, datetime.datetime(2036, 10, 31, tzinfo=datetime.UTC)):
        assert verifier(chain)(holder, "-purpose", "sslclient", at=at) == "OK"
    assert "certificate has expired" in verifier(chain)(holder, at=datetime.datetime(2036, 11, 2, tzinfo=datetime.UTC))


@every_chain
def test_a_partys_certificate_fulfils_its_entry(chain: Chain) -> None:
    entry, found = entry_of(chain), certificate(path(chain, f"{chain.holder}.pem"))
    assert says(found, entry.type_name.attribute) == [entry.type_name.value]
    (number,) = says(found, entry.party.attribute, entry.party.prefix)
    key = PARTIES[chain.place]
    assert party_id.parse(f"{key[:2]}-{number.removeprefix(entry.party.prefix)}") == key
    (policy,) = policies(found)
    assert policy.dotted_string == f"{entry.policy.arc}.2026.1.1"


def test_each_type_has_an_arc_of_its_own() -> None:
    assert len({chain.arc for chain in CHAINS} | {f"{E_CERT.arc}0"}) == len(CHAINS) + 1


@pytest.mark.parametrize("chain", [E_CERT, GDCA_SM2], ids=lambda chain: chain.place)
def test_the_revoked_one_is_on_the_list(chain: Chain) -> None:
    assert "certificate revoked" in verifier(chain)(path(chain, "revoked.pem"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("expired", "certificate has expired"),
        ("look-alike", "signature failure"),
        ("other-root", "unable to get local issuer certificate"),
    ],
)
def test_what_is_bad_in_its_path_is_bad_for_that_alone(name: str, told: str) -> None:
    assert told in verifier(E_CERT)(path(E_CERT, f"{name}.pem"))
    good, bad = (certificate(path(E_CERT, f"{each}.pem")) for each in (E_CERT.holder, name))
    assert good.subject == bad.subject
    assert policies(good) == policies(bad)


def test_the_look_alike_names_the_true_authority_and_its_key() -> None:
    good, bad = (certificate(path(E_CERT, f"{each}.pem")) for each in (E_CERT.holder, "look-alike"))
    assert good.issuer == bad.issuer
    keys = [each.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value for each in (good, bad)]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("name", ["other-type", "other-policy", "no-party", "two-parties"])
def test_what_is_bad_by_the_entry_has_a_good_path(name: str) -> None:
    assert verifier(E_CERT)(path(E_CERT, f"{name}.pem")) == "OK"
    entry, found = entry_of(E_CERT), certificate(path(E_CERT, f"{name}.pem"))
    assert (says(found, "O") == [entry.type_name.value]) is (name != "other-type")
    assert len(says(found, "OU", entry.party.prefix)) == {"no-party": 0, "two-parties": 2}.get(name, 1)
    (policy,) = policies(found)
    assert policy.dotted_string.startswith(entry.policy.arc)
    assert policy.dotted_string.startswith(f"{entry.policy.arc}.") is (name != "other-policy")


def test_a_responder_is_named_where_there_is_one() -> None:
    for chain in CHAINS:
        found = certificate(path(chain, f"{chain.holder}.pem"))
        stated = [each.value for each in found.extensions if isinstance(each.value, x509.AuthorityInformationAccess)]
        assert [each.access_location.value for access in stated for each in access] == (
            [chain.responder] if chain.responder else []
        )
        assert path(chain, "ocsp.pem").exists() is bool(chain.responder)


def test_there_is_a_list_of_each_jurisdiction_and_macaus_is_none_that_was_published() -> None:
    assert {name: listed.scheme for name, listed in LISTS.items()} == {
        "cn-gd": Scheme.PUBLISHED, "hk": Scheme.PUBLISHED, "mo": Scheme.CONFIGURED,
    }  # fmt: skip
    assert [name.upper() for name in LISTS] == [listed.jurisdiction for listed in LISTS.values()]


@every_chain
def test_a_list_names_no_server_of_crls_since_the_demo_has_them_as_files(chain: Chain) -> None:
    listed = LISTS[chain.place.partition("/")[0]]
    entry = entry_of(chain)
    assert not any(listed.by_fingerprint[each].crls for each in (entry.issuing, entry.root))
    assert listed.by_fingerprint[entry.issuing].responders == ((chain.responder,) if chain.responder else ())


@every_chain
def test_revocation_is_by_lists_that_stay_fresh_as_long_as_they_are_good(chain: Chain) -> None:
    rule = entry_of(chain).revocation
    assert rule.by is Proof.CRL
    for name in ("root.crl", "issuing.crl"):
        crl = x509.load_der_x509_crl(path(chain, name).read_bytes())
        assert crl.next_update_utc is not None
        assert crl.next_update_utc - crl.last_update_utc < datetime.timedelta(seconds=rule.freshness)


def test_the_sources_are_up_to_date() -> None:
    assert not list(bring_up_to_date(sources_in(SOURCES), CERTIFICATES))
