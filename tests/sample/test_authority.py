"""Authorities to try things with: what they make is what OpenSSL takes, and refuses, as it should."""

import datetime
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtensionOID
from tests.sample.verifying import Verifier

from baygate.errors import OperatorError
from baygate.sample.authority import EXAMPLES, Authority, Issued, Subject, Terms, Validity
from baygate.sample.openssl import P256, RSA, SM2, Algorithm

DAY = datetime.timedelta(days=1)
LISTED = EXAMPLES.begins + DAY
POLICY = "2.16.344.8.2.2008.810.2.1.1.2026.1.1"


def named(name: str) -> Subject:
    return (("C", "HK"), ("O", "Example"), ("CN", name))


@dataclass(frozen=True)
class World:
    """A root and an issuing authority, a good certificate and a revoked one, of one kind of key."""

    root: Authority
    issuing: Authority
    good: Issued
    revoked: Issued

    def verifier(self, directory: Path) -> Verifier:
        crls = [directory / "root.crl", directory / "issuing.crl"]
        for authority, file in zip((self.root, self.issuing), crls, strict=True):
            file.write_bytes(authority.crl(LISTED, EXAMPLES.ends))
        authorities = self.root.identity, self.issuing.identity
        return Verifier(*(each.certificate for each in authorities), crls, self.root.identity.algorithm)


def world(directory: Path, algorithm: Algorithm) -> World:
    root = Authority.root(directory, "root", named("root"), algorithm)
    issuing = root.issue_ca("issuing", named("issuing"), terms=Terms(policies=("2.5.29.32.0",)))
    good, revoked = (issuing.issue(name, named(name), terms=Terms(policies=(POLICY,))) for name in ("good", "revoked"))
    issuing.revoke(revoked, "keyCompromise", EXAMPLES.begins)
    return World(root, issuing, good, revoked)


@pytest.fixture(scope="module")
def p256(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("p256"), P256)


@pytest.fixture(scope="module", params=[RSA, P256, SM2], ids=["RSA", "P-256", "SM2"])
def any_kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    if request.param is P256:
        found: World = request.getfixturevalue("p256")
        return found
    return world(tmp_path_factory.mktemp("kind"), request.param)


def test_a_certificate_is_good_with_the_lists_of_its_whole_path_and_its_policy(any_kind: World, tmp_path: Path) -> None:
    verify = any_kind.verifier(tmp_path)
    assert verify(any_kind.good.certificate, "-explicit_policy", "-policy_check", "-policy", POLICY) == "OK"
    assert "no explicit policy" in verify(any_kind.good.certificate, "-explicit_policy", "-policy", "1.2.3")


def test_a_revoked_certificate_is_refused(any_kind: World, tmp_path: Path) -> None:
    assert "certificate revoked" in any_kind.verifier(tmp_path)(any_kind.revoked.certificate)


def test_a_responder_tells_which_is_which(any_kind: World) -> None:
    issuing = any_kind.issuing
    responder = Issued(issuing.directory / "ocsp.pem", issuing.directory / "ocsp.key.pem", issuing.identity.algorithm)
    if not responder.certificate.exists():
        responder = issuing.ocsp_responder("ocsp", named("ocsp"))
    told = {
        each: ocsp.load_der_ocsp_response(issuing.ocsp_response(issuing.ocsp_request(each), responder, 60))
        for each in (any_kind.good, any_kind.revoked)
    }
    assert told[any_kind.good].certificate_status is ocsp.OCSPCertStatus.GOOD
    revoked = told[any_kind.revoked]
    assert revoked.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert revoked.revocation_time_utc == EXAMPLES.begins
    assert revoked.revocation_reason is x509.ReasonFlags.key_compromise
    assert revoked.next_update_utc is not None
    assert revoked.next_update_utc - revoked.this_update_utc == datetime.timedelta(hours=1)


def test_openssl_takes_a_responders_word(p256: World, tmp_path: Path) -> None:
    responder = p256.issuing.ocsp_responder("another-ocsp", named("another ocsp"))
    answer = tmp_path / "answer.der"
    answer.write_bytes(p256.issuing.ocsp_response(p256.issuing.ocsp_request(p256.good), responder))
    root, issuing = p256.root.identity.certificate, p256.issuing.identity.certificate
    line = ["openssl", "ocsp", "-respin", answer, "-issuer", issuing, "-cert", p256.good.certificate, "-CAfile", root]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert "Response verify OK" in done.stderr
    assert ": good" in done.stdout


def test_a_nonce_that_is_asked_comes_back(p256: World) -> None:
    responder = p256.issuing.ocsp_responder("nonce-ocsp", named("nonce ocsp"))
    asked = p256.issuing.ocsp_request(p256.good, nonce=True)
    answered = ocsp.load_der_ocsp_response(p256.issuing.ocsp_response(asked, responder))
    expected = ocsp.load_der_ocsp_request(asked).extensions.get_extension_for_class(x509.OCSPNonce).value
    assert answered.extensions.get_extension_for_class(x509.OCSPNonce).value == expected
    plain = ocsp.load_der_ocsp_request(p256.issuing.ocsp_request(p256.good))
    assert not list(plain.extensions)


def test_a_responders_certificate_may_sign_answers_and_is_exempt_from_revocation(p256: World) -> None:
    extensions = p256.issuing.ocsp_responder("exempt", named("exempt")).x509.extensions
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(usage.value) == [x509.ExtendedKeyUsageOID.OCSP_SIGNING]
    assert extensions.get_extension_for_oid(ExtensionOID.OCSP_NO_CHECK)


def test_a_certificate_says_what_its_terms_say(p256: World) -> None:
    ends = EXAMPLES.begins + DAY
    terms = Terms(
        validity=Validity(EXAMPLES.begins, ends),
        policies=(POLICY, "1.2.3.4"),
        crl="http://crl.example/list.crl",
        ocsp="http://ocsp.example/",
        extensions={"extendedKeyUsage": None, "keyUsage": "critical,keyAgreement", "inhibitAnyPolicy": "0"},
    )
    subject = (
        ("C", "HK"), ("O", "A/B + C\\D=E"), ("OU", "BRN1"), ("OU", "部門"), ("organizationIdentifier", "USCC9"),
        ("serialNumber", "7"), ("UID", "u"), ("CN", "滙港"),
    )  # fmt: skip
    made = p256.issuing.issue("said", subject, SM2, terms).x509
    assert [each.value for each in made.subject] == [value for _, value in subject]
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == terms.validity
    text = {each.oid: each.value for each in made.extensions}
    policies = text[ExtensionOID.CERTIFICATE_POLICIES]
    assert [each.policy_identifier.dotted_string for each in policies] == [POLICY, "1.2.3.4"]
    assert text[ExtensionOID.CRL_DISTRIBUTION_POINTS][0].full_name[0].value == terms.crl
    assert text[ExtensionOID.AUTHORITY_INFORMATION_ACCESS][0].access_location.value == terms.ocsp
    assert text[ExtensionOID.KEY_USAGE].key_agreement
    assert not text[ExtensionOID.KEY_USAGE].digital_signature
    assert text[ExtensionOID.INHIBIT_ANY_POLICY].skip_certs == 0
    assert ExtensionOID.EXTENDED_KEY_USAGE not in text


def test_an_expired_certificate_is_refused(p256: World, tmp_path: Path) -> None:
    over = Terms(validity=Validity(EXAMPLES.begins, LISTED + DAY))
    expired = p256.issuing.issue("expired", named("expired"), terms=over).certificate
    verify = p256.verifier(tmp_path)
    assert "certificate has expired" in verify(expired)
    assert verify(expired, at=LISTED + DAY / 2) == "OK"


def test_a_list_ends_when_it_is_said_to(p256: World, tmp_path: Path) -> None:
    verify = p256.verifier(tmp_path)
    verify.crls[1].write_bytes(p256.issuing.crl(LISTED, LISTED + DAY))
    assert "CRL has expired" in verify(p256.good.certificate)
    assert verify(p256.good.certificate, at=LISTED + DAY / 2) == "OK"


def test_an_authority_of_the_same_names_and_key_identifier_does_not_pass_for_another(
    p256: World, tmp_path: Path
) -> None:
    same = {"subjectKeyIdentifier": p256.issuing.identity.key_identifier.hex()}
    other_root = Authority.root(tmp_path, "root", named("root"))
    impostor = other_root.issue_ca("issuing", named("issuing"), terms=Terms(extensions=same))
    forged = impostor.issue("good", named("good"))
    verify = p256.verifier(tmp_path)
    assert "signature failure" in verify(forged.certificate)
    own = World(other_root, impostor, forged, forged).verifier(tmp_path)
    assert own(forged.certificate) == "OK"


def _listed(crl: x509.CertificateRevocationList) -> list[int]:
    return [each.serial_number for each in crl]


def test_a_delta_lists_what_was_revoked_since_the_complete_list_that_it_names(tmp_path: Path) -> None:
    root = Authority.root(tmp_path, "root", named("root"))
    before, since, after = (root.issue(name, named(name)) for name in ("before", "since", "after"))

    def crl(*, delta: bool) -> x509.CertificateRevocationList:
        return x509.load_der_x509_crl(root.crl(LISTED, EXAMPLES.ends, delta=delta))

    root.revoke(before, "superseded", EXAMPLES.begins)
    crl(delta=False)
    base = crl(delta=False)
    root.revoke(since, "keyCompromise", LISTED)
    delta, complete = crl(delta=True), crl(delta=False)
    assert _listed(base) == [before.x509.serial_number]
    assert _listed(delta) == [since.x509.serial_number]
    assert set(_listed(complete)) == {before.x509.serial_number, since.x509.serial_number}
    numbers = [each.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for each in (base, delta)]
    assert numbers == [2, 3]
    indicator = delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert indicator.critical
    assert indicator.value.crl_number == numbers[0]
    assert delta.is_signature_valid(root.identity.x509.public_key())  # type: ignore[arg-type]
    assert after.x509.serial_number not in _listed(delta)


def test_nothing_is_issued_twice_under_a_name(p256: World) -> None:
    with pytest.raises(FileExistsError):
        p256.issuing.issue("good", named("good"))
    with pytest.raises(FileExistsError):
        p256.root.issue_ca("issuing", named("issuing"))


def test_keys_are_their_owners_alone(any_kind: World) -> None:
    for each in (any_kind.root.identity, any_kind.good):
        assert each.key.stat().st_mode & 0o077 == 0


@pytest.fixture
def openssl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put another openssl on the PATH, by what it does, as a shell's line."""

    def put(line: str) -> None:
        program = tmp_path / "bin" / "openssl"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return put


@pytest.mark.parametrize("version", ["OpenSSL 1.1.1w  11 Sep 2023", "LibreSSL 3.3.6", ""])
def test_an_openssl_that_is_too_old_or_another_is_refused(
    version: str, openssl: Callable[[str], None], tmp_path: Path
) -> None:
    openssl(f"echo '{version}'")
    with pytest.raises(OperatorError, match=r"Install OpenSSL 3\.0 or newer"):
        Authority.root(tmp_path, "root", named("root"))
    assert not (tmp_path / "root").exists()


def test_without_openssl_there_is_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperatorError, match="There is no openssl"):
        Authority.root(tmp_path, "root", named("root"))


def test_openssls_own_complaint_is_passed_on(p256: World) -> None:
    with pytest.raises(OperatorError, match=r"openssl ca failed\.\n(.|\n)*no-such-extension"):
        p256.issuing.issue("wrong", named("wrong"), terms=Terms(extensions={"no-such-extension": "x"}))


def test_openssl_does_not_keep_anybody_waiting(
    openssl: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl("exec /bin/sleep 30")
    monkeypatch.setattr("baygate.sample.openssl._LIMIT", 0.2)
    with pytest.raises(OperatorError, match="did not run"):
        Authority.root(tmp_path, "root", named("root"))
