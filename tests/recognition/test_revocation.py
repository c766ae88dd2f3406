"""CRLs and OCSP responses as authorities' servers give them: read strictly, and only what is newer is news."""

import dataclasses
import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtensionOID
from hypothesis import given
from hypothesis import strategies as st
from tests.recognition.hostile import element, elements, flipped
from tests.recognition.test_path import with_certificates
from tests.recognition.world import (
    BAD,
    GOOD,
    HOUR,
    LISTED,
    NEXT,
    UNKNOWN,
    VALID,
    Chain,
    answer,
    crl,
    fingerprint,
    key_of,
    named,
    response,
)

from baygate.recognition import revocation
from baygate.recognition.certificate import Certificate
from baygate.recognition.revocation import (
    LARGEST_RESPONSE,
    BadRevocationData,
    Crl,
    Known,
    Response,
    crl_der,
    read_crl,
    read_response,
)
from baygate.sample.authority import Authority, Issued, Terms
from baygate.sample.openssl import SM2


@pytest.fixture(scope="module")
def complete(chain: Chain) -> Crl:
    return crl(chain.issuing)


def built(signer: Issued, *extensions: x509.ExtensionType, name: x509.Name | None = None) -> bytes:
    """A CRL as openssl would not make it."""
    builder = x509.CertificateRevocationListBuilder(name or signer.x509.subject, LISTED, NEXT)
    for each in extensions:
        builder = builder.add_extension(each, critical=isinstance(each, x509.IssuingDistributionPoint))
    return builder.sign(key_of(signer), hashes.SHA256()).public_bytes(Encoding.DER)


def point(address: str) -> x509.IssuingDistributionPoint:
    names = [x509.UniformResourceIdentifier(address)]
    return x509.IssuingDistributionPoint(names, None, False, False, None, False, False)


# CRLs


def test_a_crl_says_whose_it_is_and_of_when(chain: Chain) -> None:
    first, second = crl(chain.issuing), crl(chain.issuing, LISTED + HOUR)
    assert first.authority == fingerprint(chain.issuing.identity.der)
    assert (first.this_update, first.next_update) == (LISTED, NEXT)
    assert (first.base, first.complete, first.scope) == (None, True, b"")
    assert second.number == first.number + 1
    assert first.digest == fingerprint(first.der)


def test_a_delta_crl_names_the_one_that_it_builds_on(chain: Chain) -> None:
    base, delta = crl(chain.issuing), crl(chain.issuing, delta=True)
    assert (delta.base, delta.complete) == (base.number, False)


def test_an_sm2_authoritys_crl_is_read(tmp_path: Path) -> None:
    root = Authority.root(tmp_path, "root", named("root"), SM2, Terms(validity=VALID))
    der = root.crl(LISTED, NEXT)
    assert read_crl(der, root.identity.der).number == 1
    other = Authority.root(tmp_path, "other", named("root"), SM2, Terms(validity=VALID))
    with pytest.raises(BadRevocationData, match="not signed"):
        read_crl(der, other.identity.der)


def test_a_crl_of_part_of_the_certificates_tells_of_which(chain: Chain) -> None:
    one, other, whole = (
        read_crl(built(chain.issuing.identity, *said), chain.issuing.identity.der)
        for said in ([point("http://crl.example/1")], [point("http://crl.example/2")], [])
    )
    assert len({one.scope, other.scope, whole.scope}) == 3
    assert whole.number == 0


def test_a_crl_of_another_authority_of_the_same_name_is_refused(chain: Chain, tmp_path: Path) -> None:
    same_key_identifier = {"subjectKeyIdentifier": chain.issuing.identity.key_identifier.hex()}
    terms = Terms(validity=VALID, extensions=same_key_identifier)
    impostor = Authority.root(tmp_path, "impostor", named("issuing"), terms=terms)
    with pytest.raises(BadRevocationData, match="the authority has not signed"):
        read_crl(impostor.crl(LISTED, NEXT), chain.issuing.identity.der)


def test_another_authoritys_crl_is_refused_also_if_it_has_the_same_key(chain: Chain, complete: Crl) -> None:
    with pytest.raises(BadRevocationData, match="another authority's"):
        read_crl(complete.der, chain.root.identity.der)
    renamed = built(chain.issuing.identity, name=chain.root.identity.x509.subject)
    with pytest.raises(BadRevocationData, match="another authority's"):
        read_crl(renamed, chain.issuing.identity.der)


def test_a_crl_that_does_not_say_when_the_next_is_due_is_refused(chain: Chain, complete: Crl) -> None:
    signed, algorithm, _ = elements(complete.der)
    *before, this_update, next_update = elements(signed)[:5]
    assert this_update[0] == next_update[0] == 23
    signed = element(0x30, *before, this_update, *elements(signed)[5:])
    signature = key_of(chain.issuing.identity).sign(signed, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(BadRevocationData, match="when the next one is due"):
        read_crl(element(0x30, signed, algorithm, element(3, b"\x00", signature)), chain.issuing.identity.der)


def test_an_authority_whose_key_may_not_sign_crls_has_none(tmp_path: Path) -> None:
    terms = Terms(validity=VALID, extensions={"keyUsage": "critical,keyCertSign"})
    root = Authority.root(tmp_path, "root", named("root"), terms=terms)
    with pytest.raises(BadRevocationData, match="may not sign CRLs"):
        crl(root)
    anything = Terms(validity=VALID, extensions={"keyUsage": None})
    assert crl(Authority.root(tmp_path, "anything", named("root"), terms=anything)).complete


@pytest.mark.parametrize("critical", [True, False])
def test_what_is_critical_in_a_crl_and_not_understood_refuses_it(critical: bool, chain: Chain) -> None:
    signer = chain.issuing.identity
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    builder = x509.CertificateRevocationListBuilder(signer.x509.subject, LISTED, NEXT).add_extension(unknown, critical)
    der = builder.sign(key_of(signer), hashes.SHA256()).public_bytes(Encoding.DER)
    if not critical:
        assert read_crl(der, signer.der).complete
        return
    with pytest.raises(BadRevocationData, match="critical extension that is not understood"):
        read_crl(der, signer.der)


def test_a_crl_for_a_point_whose_name_cannot_be_told_is_refused(chain: Chain) -> None:
    """RFC 5280 allows an X.400 address there; ``cryptography`` reads none."""
    of_x400 = x509.UnrecognizedExtension(
        ExtensionOID.ISSUING_DISTRIBUTION_POINT, element(0x30, element(0xA0, element(0xA0, b"\xa3\x00")))
    )
    with pytest.raises(BadRevocationData, match="no CRL in DER that RFC 5280 allows"):
        read_crl(built(chain.issuing.identity, of_x400), chain.issuing.identity.der)


def test_the_largest_crl_is_bounded(chain: Chain, complete: Crl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "LARGEST", len(complete.der))
    assert read_crl(complete.der, chain.issuing.identity.der) == complete
    monkeypatch.setattr(revocation, "LARGEST", len(complete.der) - 1)
    with pytest.raises(BadRevocationData, match="bytes"):
        read_crl(complete.der, chain.issuing.identity.der)


def test_a_crl_with_anything_changed_is_refused(chain: Chain, complete: Crl) -> None:
    authority = chain.issuing.identity.der
    for each in (*flipped(complete.der), *(complete.der[:length] for length in range(len(complete.der)))):
        with pytest.raises(BadRevocationData):
            read_crl(each, authority)
    with pytest.raises(BadRevocationData):
        read_crl(complete.der + b"\x00", authority)


def test_nor_is_one_that_calls_a_bit_of_its_signature_unused(chain: Chain) -> None:
    """Where the last bit is zero, the octets stay the same, and they alone are verified."""
    signer = chain.issuing.identity
    der = next(each for each in iter(lambda: built(signer), b"") if not each[-1] & 1)
    octets = x509.load_der_x509_crl(der).signature
    with pytest.raises(BadRevocationData, match="not signed"):
        read_crl(der.removesuffix(b"\0" + octets) + b"\1" + octets, signer.der)


@given(st.binary(max_size=300))
def test_garbage_is_refused_without_another_error(chain: Chain, text: bytes) -> None:
    with pytest.raises(BadRevocationData):
        read_crl(text, chain.issuing.identity.der)
    with pytest.raises(BadRevocationData):
        read_response(text, chain.certificate.parsed, chain.issuing.identity.x509)


def test_a_crl_in_pem_is_read_as_der(complete: Crl) -> None:
    pem = x509.load_der_x509_crl(complete.der).public_bytes(Encoding.PEM)
    assert crl_der(pem) == crl_der(b"\n" + pem) == crl_der(complete.der) == complete.der
    assert crl_der(b"garbage") == b"garbage"
    with pytest.raises(ValueError, match="parsing"):
        crl_der(b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")


# OCSP responses


@pytest.mark.parametrize(("status", "good"), [(GOOD, True), (BAD, False), (UNKNOWN, False)])
def test_a_response_says_about_which_certificate_it_is_and_of_when(
    status: ocsp.OCSPCertStatus, good: bool, chain: Chain
) -> None:
    read = response(chain.issuing.identity, chain.certificate, status)
    assert read.certificate == chain.certificate.fingerprint
    assert (read.good, read.this_update, read.next_update) == (good, LISTED, NEXT)
    assert read.digest == fingerprint(read.der)


def test_it_need_not_say_when_there_will_be_news(chain: Chain) -> None:
    assert response(chain.issuing.identity, chain.certificate, next_update=None).next_update is None


def test_a_response_about_another_certificate_is_refused(chain: Chain) -> None:
    about_another = answer(chain.issuing.identity, chain.issue())
    with pytest.raises(BadRevocationData, match="about another certificate"):
        read_response(about_another, chain.certificate.parsed, chain.issuing.identity.x509)


def test_a_response_about_another_issuers_certificate_of_the_same_number_is_refused(chain: Chain) -> None:
    about_another = answer(chain.root.identity, chain.certificate, responder=chain.issuing.identity)
    with pytest.raises(BadRevocationData, match="about another certificate"):
        read_response(about_another, chain.certificate.parsed, chain.issuing.identity.x509)


def test_somebody_to_whom_the_issuer_gave_a_certificate_for_that_may_answer(chain: Chain) -> None:
    responder = chain.issuing.ocsp_responder("delegated", named("responder"), Terms(validity=VALID))
    assert response(chain.issuing.identity, chain.certificate, responder=responder).good


def responders(chain: Chain, tmp_path: Path) -> dict[str, Issued]:
    """Whoever has no say."""
    stranger = Authority.root(tmp_path, "stranger", named("issuing"), terms=Terms(validity=VALID))
    usage = {"keyUsage": "critical,digitalSignature", "noCheck": "yes"}
    return {
        "a stranger": stranger.identity,
        "a stranger's responder": stranger.ocsp_responder("responder", named("responder"), Terms(validity=VALID)),
        "the root": chain.root.identity,
        "the root's responder": chain.root.ocsp_responder("of-the-root", named("responder"), Terms(validity=VALID)),
        "another holder": chain.issue_files(),
        "one for other uses": chain.issue_files(extensions={**usage, "extendedKeyUsage": "clientAuth,serverAuth"}),
        "one for any use": chain.issue_files(extensions={**usage, "extendedKeyUsage": "anyExtendedKeyUsage"}),
        "one for no use": chain.issue_files(extensions={**usage, "extendedKeyUsage": None}),
    }


def test_nobody_else_may_answer(chain: Chain, tmp_path: Path) -> None:
    issuer, certificate = chain.issuing.identity, chain.certificate
    for who, responder in responders(chain, tmp_path).items():
        assert not is_read(answer(issuer, certificate, responder=responder), certificate, issuer), who
    with pytest.raises(BadRevocationData, match=r"no responder of the certificate's issuer"):
        response(issuer, certificate, responder=chain.root.identity)


def test_an_sm2_authority_answers_for_itself(tmp_path: Path) -> None:
    own = Chain.made(tmp_path, SM2)
    request = own.issuing.ocsp_request(own.leaf)
    issuer = own.issuing.identity
    assert read_response(own.issuing.ocsp_response(request, issuer), own.certificate.parsed, issuer.x509).good
    responder = own.issuing.ocsp_responder("responder", named("responder"), Terms(validity=VALID))
    with pytest.raises(BadRevocationData, match="no responder"):
        read_response(own.issuing.ocsp_response(request, responder), own.certificate.parsed, issuer.x509)


@pytest.mark.parametrize("status", [each for each in ocsp.OCSPResponseStatus if each.value], ids=str)
def test_a_responder_that_does_not_answer_gives_nothing(status: ocsp.OCSPResponseStatus, chain: Chain) -> None:
    refused = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    with pytest.raises(BadRevocationData, match=f"the responder says {status.name}"):
        read_response(refused, chain.certificate.parsed, chain.issuing.identity.x509)


def test_a_response_with_anything_changed_is_refused_unless_nobody_looks_at_it(chain: Chain) -> None:
    """The certificates in it stand outside of what is signed."""
    issuer, certificate = chain.issuing.identity, chain.certificate
    sent = answer(issuer, certificate)
    signed_ends = sent.index(issuer.der)
    taken = [place for place, each in enumerate(flipped(sent)) if is_read(each, certificate, issuer)]
    assert all(place >= signed_ends for place in taken)
    assert not any(is_read(sent[:length], certificate, issuer) for length in range(len(sent)))


def is_read(der: bytes, certificate: Certificate, issuer: Issued) -> bool:
    try:
        read_response(der, certificate.parsed, issuer.x509)
    except BadRevocationData:
        return False
    return True


@pytest.mark.usefixtures("quick")
def test_the_largest_response_and_what_comes_along_are_bounded(chain: Chain) -> None:
    issuer, certificate = chain.issuing.identity, chain.certificate
    sent = answer(issuer, certificate)
    assert is_read(with_certificates(sent, *[issuer.der] * 8), certificate, issuer)
    with pytest.raises(BadRevocationData, match="more than 8 certificates"):
        read_response(with_certificates(sent, *[issuer.der] * 9), certificate.parsed, issuer.x509)
    with pytest.raises(BadRevocationData, match="bytes"):
        read_response(sent + b"\x00" * LARGEST_RESPONSE, certificate.parsed, issuer.x509)


# What is known


def made(number: int, hours: float = 0, base: int | None = None, scope: bytes = b"", authority: str = "a") -> Crl:
    """A CRL that some hours later than others; its text stands for it alone."""
    moment = LISTED + hours * HOUR
    return Crl(f"{authority}{scope!r}{number}{hours}{base}".encode(), authority, scope, number, base, moment, NEXT)


def known(*crls: Crl) -> set[Crl]:
    """What is held after these have come, one after the other."""
    held = Known()
    for each in crls:
        held = held.with_crls([each])
    assert all(each.authority == name for name, found in held.crls.items() for each in found)
    return {each for found in held.crls.values() for each in found}


def test_a_newer_crl_replaces_an_older_one() -> None:
    older, newer = made(1), made(2, 1)
    assert known(older, newer) == {newer}


def test_an_older_crl_never_replaces_a_newer_one() -> None:
    """Or whoever sits on the way to the server could have what was revoked since forgotten."""
    older, newer = made(1), made(2, 1)
    assert known(newer, older) == {newer}
    held = Known().with_crls([newer])
    assert held.with_crls([older]) is held


def test_of_the_same_moment_the_higher_number_is_newer() -> None:
    lower, higher = made(1), made(2)
    assert known(lower, higher) == known(higher, lower) == {higher}
    later = made(1, 1)
    assert known(higher, later) == known(later, higher) == {later}


def test_what_is_known_already_is_no_news() -> None:
    held = Known().with_crls([made(1)])
    assert held.with_crls([made(1)]) is held
    assert held.with_crls([]) is held


def test_several_come_at_once_in_any_order() -> None:
    newest, base, delta = made(3, 2), made(6, 3), made(7, 4, base=6)
    assert Known().with_crls([made(1), newest, made(2, 1)]).crls == {"a": (newest,)}
    assert Known().with_crls([made(5), delta, base]).crls == {"a": (base, delta)}


def test_authorities_are_kept_apart() -> None:
    one, other = made(1), made(2, 1, authority="b")
    assert known(one, other) == {one, other}


def test_scopes_are_kept_apart() -> None:
    one, other, newer = made(1), made(2, 1, scope=b"users"), made(3, 2, scope=b"users")
    assert known(one, other, newer) == known(newer, other, one) == {one, newer}


def test_a_delta_crl_is_kept_beside_the_complete_one_that_it_fits() -> None:
    base, delta, newer = made(5), made(6, 1, base=5), made(7, 2, base=5)
    assert known(base, delta) == known(delta, base) == {base, delta}
    assert known(base, delta, newer) == known(base, newer, delta) == {base, newer}
    assert known(base, made(6, 1, base=3)) == {base, made(6, 1, base=3)}


def test_a_delta_crl_that_builds_on_one_that_is_not_there_is_not_kept() -> None:
    base = made(5)
    assert known(base, made(7, 2, base=6)) == {base}
    assert known(base, made(6, 1, base=5, scope=b"users")) == {base, made(6, 1, base=5, scope=b"users")}


def test_it_does_not_drive_out_the_one_that_fits() -> None:
    """Else what that one lists would be good again until the next complete one."""
    base, delta = made(5), made(6, 1, base=5)
    assert known(base, delta, made(8, 3, base=7)) == {base, delta}


def test_a_complete_crl_ends_the_deltas_before_it() -> None:
    complete = made(7, 2)
    assert known(made(5), made(6, 1, base=5), complete) == {complete}
    assert known(complete, made(6, 1, base=5)) == {complete}
    later = made(8, 3, base=5)
    assert known(made(5), later, complete) == {complete, later}


def test_a_delta_crl_may_come_before_the_complete_one() -> None:
    alone = made(6, 1, base=5)
    assert known(alone) == {alone}
    complete = made(5)
    assert known(alone, complete) == {alone, complete}


def said(hours: float, next_update: datetime.datetime | None = NEXT, certificate: str = "c") -> Response:
    return Response(f"{certificate}{hours}".encode(), certificate, True, LISTED + hours * HOUR, next_update)


def answered(*responses: Response) -> dict[str, tuple[Response, ...]]:
    held = Known()
    for each in responses:
        held = held.with_response(each)
    return dict(held.responses)


def test_of_responses_the_newest_is_kept() -> None:
    one, two, three = said(1), said(2), said(3)
    assert answered(one, two) == {"c": two}
    assert answered(one, three, two) == {"c": three}


def test_an_older_response_is_no_news() -> None:
    held = Known().with_response(said(2))
    assert held.with_response(said(1)) is held
    assert held.with_response(dataclasses.replace(said(2), der=b"another of the same moment")) is held


def test_responses_are_kept_by_certificate() -> None:
    one, other = said(1), said(2, certificate="d")
    assert answered(one, other) == {"c": one, "d": other}


def test_crls_and_responses_do_not_touch_each_other() -> None:
    held = Known().with_crls([made(1)]).with_response(said(1))
    assert (held.crls, held.responses) == ({"a": (made(1),)}, {"c": said(1)})
