"""``baygate policy sign`` and ``verify``: signatures on a document, and whether they are the right ones."""

from collections.abc import Sequence
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from baygate.access.certificate import BadCertificate, read_certificates
from baygate.access.documents.envelope import Signer, SigningIdentity, add_signature, read
from baygate.access.documents.envelope import sign as signed
from baygate.access.documents.library import UPDATES
from baygate.access.documents.refusal import Refused
from baygate.access.documents.root import RootDocument
from baygate.access.documents.trust import Trusted
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import (
    SIGNED,
    DocumentFile,
    bytes_of,
    document_of,
    explained,
    required_root,
    root_option,
)
from baygate.cli.policy_governed import SupergraphFile, supergraph_options
from baygate.cli.policy_root import certified
from baygate.cli.policy_store import governed_by, now


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--certificate", type=click.Path(path_type=Path), required=True, help="The signer's certificate (PEM).")
@click.option("--key", type=click.Path(path_type=Path), required=True, help="Its private key (PEM).")
@click.option("--chain", type=click.Path(path_type=Path), help="Certificates between it and the authority (PEM).")
def sign(file: Path, certificate: Path, key: Path, chain: Path | None) -> None:
    """Sign the source FILE, into the .jws beside it.

    If it is signed already, the signature is added: several bodies sign one after the other. What is signed are the
    source's very bytes.
    """
    source = document_of(file)
    if source.envelope is not None:
        raise Failure(f"{file} is a signed file.", "Name the source: the signature goes into the .jws beside it.")
    identity = _identity(certificate, key, chain)
    before = document_of(source.signed) if source.signed.exists() else None
    text = explained(file, lambda: _with_signature(source, before, identity))
    source.signed.write_bytes(text)
    if before is not None and before.digest != source.digest:
        click.echo(f"{source.signed} held another text, with its signatures: it is replaced.", err=True)
    by = ", ".join(each.subject for each in read(text).signers)
    click.echo(f"{source.signed}: {source.name}, version {source.version}, signed by {by}.\n{source.digest}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@root_option
@supergraph_options
@config_option
@dsn_option
def verify(
    file: Path, root: Path | None, supergraph: SupergraphFile | None, config: Path | None, dsn: str | None
) -> None:
    """Say who signed FILE (.jws), and whether that is enough by the root document.

    Whether it follows the version before it is seen when it is published.
    """
    if file.suffix != SIGNED:
        raise Failure(f"{file} is not a signed file ({SIGNED}).", "Sign it first: baygate policy sign")
    found = document_of(file)
    assert found.envelope is not None  # noqa: S101 - a signed file has one
    click.echo(f"{found.name}, version {found.version}\n{found.digest}")
    for each in found.envelope.signers:
        click.echo(_told(each))
    if isinstance(found.document, RootDocument):
        for line in certified(found.document):
            click.echo(line)
    pinned, facts = required_root(root, config), governed_by(supergraph, config, dsn).facts
    trusted = explained("The root document", lambda: Trusted(pinned, facts, now()))
    try:
        take(trusted, found)
    except Refused as refused:
        raise Failure(f"{file} is refused at the step {refused}.") from None
    click.echo(f"It holds by the root document of version {trusted.root.document.version}.")


def take(trusted: Trusted, found: DocumentFile) -> None:
    """Take a signed file into what is trusted; raise Refused."""
    assert found.envelope is not None  # noqa: S101 - a signed file has one
    UPDATES[found.kind](trusted, found.envelope.text, now())


def _with_signature(source: DocumentFile, before: DocumentFile | None, identity: SigningIdentity) -> bytes:
    """Return the envelope with one signature more; raise Refused if it would not hold together."""
    if before is None or before.envelope is None or before.digest != source.digest:
        text = signed(source.payload, [identity])
    else:
        text = add_signature(before.envelope.text, identity)
    read(text)
    return text


def _told(signer: Signer) -> str:
    certificate = signer.certificate
    chain = [certificate.issuer.rfc4514_string(), *(each.issuer.rfc4514_string() for each in signer.chain)]
    until = min(each.not_valid_after_utc for each in (certificate, *signer.chain))
    return (
        f"signed by {signer.subject}\n    certificate {signer.thumbprint}, until {until:%Y-%m-%d %H:%M:%S} UTC\n"
        f"    issued by {', which is issued by '.join(dict.fromkeys(chain))}"
    )


def _identity(certificate: Path, key: Path, chain: Path | None) -> SigningIdentity:
    """Read a certificate with its private key; raise Failure unless they belong together."""
    leaf, *more = _certificates(certificate)
    between = [*more, *(_certificates(chain) if chain else [])]
    private = _private_key(key)
    if private.public_key() != leaf.public_key():
        raise Failure(f"{key} is not the key of the certificate {certificate}.")
    match private:
        case EllipticCurvePrivateKey():
            return SigningIdentity(leaf, tuple(between), ECKey.import_key(private))
        case RSAPrivateKey():
            return SigningIdentity(leaf, tuple(between), RSAKey.import_key(private))
        case _:
            return SigningIdentity(leaf, tuple(between), OKPKey.import_key(private))


def _certificates(path: Path) -> Sequence[x509.Certificate]:
    try:
        return read_certificates(bytes_of(path))
    except BadCertificate as error:
        raise Failure(f"{path} holds no certificate in PEM: {error}") from None


def _private_key(path: Path) -> EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey:
    pem = bytes_of(path)
    try:
        try:
            key = load_pem_private_key(pem, None)
        except TypeError:  # it is encrypted
            passphrase = click.prompt(f"Passphrase of {path}", hide_input=True, err=True)
            key = load_pem_private_key(pem, passphrase.encode())
    except ValueError as error:
        raise Failure(f"{path} holds no private key that can be read: {error}") from None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey):
        raise Failure(f"{path} is a key of a kind that nothing is signed with here.", "Use P-256, RSA or Ed25519.")
    return key
