"""Certificate authorities to try things with, all of whose cryptography is OpenSSL's.

An authority is a directory with its certificate, its key, and the index of what it issued. It is for the example
certificates and for tests, which need what no real authority would issue: the expired, the wrong, the contradictory.
All dates are given, but for those of OCSP responses, which openssl dates now.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from baygate.sample.openssl import P256, Algorithm, require, run

Subject = Sequence[tuple[str, str]]
"""A distinguished name, attribute by attribute, by openssl's short names."""
Extensions = Mapping[str, str | None]
"""Extensions by name, as openssl's configuration writes them; None leaves one out that would be there."""


class Validity(NamedTuple):
    """From when to when."""

    begins: datetime.datetime
    ends: datetime.datetime


EXAMPLES = Validity(
    datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC), datetime.datetime(2036, 11, 1, tzinfo=datetime.UTC)
)
"""When the example certificates are valid."""


@dataclass(frozen=True)
class Terms:
    """What a certificate says, but for its subject and its key."""

    validity: Validity = EXAMPLES
    policies: tuple[str, ...] = ()
    crl: str | None = None
    """Where the list is on which it would stand (RFC 5280, section 4.2.1.13)."""
    ocsp: str | None = None
    """Where a responder tells whether it is good (RFC 5280, section 4.2.2.1)."""
    extensions: Extensions = field(default_factory=dict)
    """These in place of the usual ones, or besides them."""

    def over(self, usual: Extensions) -> Mapping[str, str]:
        """Return the extensions of a certificate on these terms."""
        said = {
            "certificatePolicies": ",".join(self.policies) or None,
            "crlDistributionPoints": f"URI:{self.crl}" if self.crl else None,
            "authorityInfoAccess": f"OCSP;URI:{self.ocsp}" if self.ocsp else None,
        }
        every = {**_KEY_IDENTIFIERS, **usual, **said, **self.extensions}
        return {name: value for name, value in every.items() if value is not None}


_KEY_IDENTIFIERS = {"subjectKeyIdentifier": "hash", "authorityKeyIdentifier": "keyid:always"}
_ROOT = {"basicConstraints": "critical,CA:TRUE", "keyUsage": "critical,keyCertSign,cRLSign"}
_ISSUING = {**_ROOT, "basicConstraints": "critical,CA:TRUE,pathlen:0"}
_LEAF = {
    "basicConstraints": "critical,CA:FALSE",
    "keyUsage": "critical,digitalSignature,nonRepudiation",
    "extendedKeyUsage": "clientAuth",
}
_RESPONDER = {
    "basicConstraints": "critical,CA:FALSE",
    "keyUsage": "critical,digitalSignature",
    "extendedKeyUsage": "critical,OCSPSigning",
    "noCheck": "yes",
}
_USUAL = Terms()
_CONFIGURATION = """\
[ca]
default_ca = authority
[authority]
database = {database}
new_certs_dir = issued
crlnumber = crlnumber
rand_serial = yes
policy = any
unique_subject = no
[any]
[req]
distinguished_name = any
string_mask = utf8only
[extensions]
{extensions}
"""


@dataclass(frozen=True)
class Issued:
    """A certificate and its private key, as files."""

    certificate: Path
    key: Path
    algorithm: Algorithm

    @property
    def x509(self) -> x509.Certificate:
        """The certificate."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes())

    @property
    def der(self) -> bytes:
        """The certificate's DER."""
        return self.x509.public_bytes(Encoding.DER)

    @property
    def key_identifier(self) -> bytes:
        """What certificates signed with its key call that key."""
        return self.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


@dataclass(frozen=True)
class Authority:
    """An authority in ``directory``, known by ``identity``."""

    directory: Path
    identity: Issued

    @classmethod
    def root(
        cls, directory: Path, name: str, subject: Subject, algorithm: Algorithm = P256, terms: Terms = _USUAL
    ) -> Self:
        """Set up a root authority in ``directory/name``; raise OperatorError if there is no fit openssl."""
        require()
        made = cls._in(directory.resolve() / name, algorithm)
        made._certify(made.identity, subject, terms.over(_ROOT), terms.validity)  # noqa: SLF001 - its own
        return made

    def issue_ca(
        self, name: str, subject: Subject, algorithm: Algorithm | None = None, terms: Terms = _USUAL
    ) -> "Authority":
        """Set up an authority below this one, in a directory beside it; its key is of the same kind, if of no other."""
        made = self._in(self.directory.parent / name, algorithm or self.identity.algorithm)
        self._certify(made.identity, subject, terms.over(_ISSUING), terms.validity)
        return made

    def issue(self, name: str, subject: Subject, algorithm: Algorithm | None = None, terms: Terms = _USUAL) -> Issued:
        """Issue a certificate that is no authority's, for a new key."""
        return self._issue(name, subject, algorithm, terms, _LEAF)

    def ocsp_responder(self, name: str, subject: Subject, terms: Terms = _USUAL) -> Issued:
        """Issue a certificate for signing OCSP responses, itself exempt from revocation (RFC 6960, 4.2.2.2)."""
        return self._issue(name, subject, None, terms, _RESPONDER)

    def revoke(self, issued: Issued, reason: str, at: datetime.datetime) -> None:
        """Revoke a certificate, for a reason by openssl's name, such as ``keyCompromise``.

        ``openssl ca -revoke`` would always date it now, so the line of the index is written here.
        """
        digits = f"{issued.x509.serial_number:X}"
        serial = digits.zfill(len(digits) + len(digits) % 2)
        lines = self._index()
        (place,) = (number for number, line in enumerate(lines) if line.split("\t")[3] == serial)
        _, expires, _, *rest = lines[place].split("\t")
        lines[place] = "\t".join(("R", expires, f"{at.astimezone(datetime.UTC):%y%m%d%H%M%SZ},{reason}", *rest))
        self._write("index", lines)

    def crl(self, this_update: datetime.datetime, next_update: datetime.datetime, *, delta: bool = False) -> bytes:
        """Return the list of what is revoked, in DER, under the next number (RFC 5280, section 5.2.3).

        A delta holds what was revoked since the last complete list, and names it (RFC 5280, section 5.2.4).
        """
        extensions = {"authorityKeyIdentifier": "keyid:always"}
        listed = self._index()
        base = self.directory / "base"
        if delta:
            number, *known = base.read_text(encoding="utf-8").splitlines()
            extensions["2.5.29.27"] = f"critical,ASN1:INTEGER:0x{number}"
            listed = [line for line in listed if line not in known]
        else:
            number = (self.directory / "crlnumber").read_text(encoding="utf-8").strip()
            self._write("base", [number, *listed])
        self._write("listed", listed)
        self._run(
            "ca", "-gencrl", "-config", self._configuration(extensions, "listed"), "-crlexts", "extensions",
            *self._signing(), "-crl_lastupdate", _moment(this_update), "-crl_nextupdate", _moment(next_update),
            "-out", "crl.pem",
        )  # fmt: skip
        return self._run("crl", "-in", "crl.pem", "-outform", "DER")

    def ocsp_request(self, issued: Issued, *, nonce: bool = False) -> bytes:
        """Return the question whether a certificate is good, in DER."""
        asked = self.directory / "request.der"
        self._run(
            "ocsp", "-issuer", self.identity.certificate, "-cert", issued.certificate,
            "-nonce" if nonce else "-no_nonce", "-reqout", asked,
        )  # fmt: skip
        return asked.read_bytes()

    def ocsp_response(self, request: bytes, responder: Issued, minutes: int = 1440) -> bytes:
        """Answer a question in the name of a responder, in DER; the answer is of now, and good for some minutes.

        To serve answers, give this what is posted: openssl's own server would listen to every network.
        """
        asked, answered = self.directory / "request.der", self.directory / "response.der"
        asked.write_bytes(request)
        self._run(
            "ocsp", "-index", "index", "-CA", self.identity.certificate, "-rsigner", responder.certificate,
            "-rkey", responder.key, "-rmd", responder.algorithm.digest,
            *(part for each in responder.algorithm.identity for part in ("-rsigopt", each)),
            "-reqin", asked, "-respout", answered, "-nmin", str(minutes),
        )  # fmt: skip
        return answered.read_bytes()

    @classmethod
    def _in(cls, directory: Path, algorithm: Algorithm) -> Self:
        (directory / "issued").mkdir(parents=True)
        made = cls(directory, Issued(directory / "authority.pem", directory / "authority.key.pem", algorithm))
        made._write("index", [])
        made._write("crlnumber", ["01"])
        return made

    def _issue(
        self, name: str, subject: Subject, algorithm: Algorithm | None, terms: Terms, usual: Extensions
    ) -> Issued:
        certificate, key = self.directory / f"{name}.pem", self.directory / f"{name}.key.pem"
        if certificate.exists():
            raise FileExistsError(certificate)
        made = Issued(certificate, key, algorithm or self.identity.algorithm)
        self._certify(made, subject, terms.over(usual), terms.validity)
        return made

    def _certify(self, made: Issued, subject: Subject, extensions: Mapping[str, str], validity: Validity) -> None:
        """Make a key and its certificate, signed with this authority's key, which may be the very same."""
        configuration = self._configuration(extensions, "index")
        algorithm = made.algorithm
        self._run("genpkey", "-algorithm", *algorithm.key, "-out", made.key)
        self._run(
            "req", "-new", "-utf8", "-config", configuration, "-key", made.key, f"-{algorithm.digest}",
            *algorithm.signing, "-subj", _name(subject), "-out", "request.pem",
        )  # fmt: skip
        self._run(
            "ca", "-batch", "-notext", "-utf8", "-preserveDN", "-config", configuration, "-extensions", "extensions",
            *(("-selfsign",) if made == self.identity else ()), *self._signing(), *algorithm.verifying,
            "-startdate", _moment(validity.begins), "-enddate", _moment(validity.ends), "-in", "request.pem",
            "-out", made.certificate,
        )  # fmt: skip

    def _signing(self) -> tuple[str | Path, ...]:
        itself = self.identity
        certificate = ("-cert", itself.certificate) if itself.certificate.exists() else ()
        return (*certificate, "-keyfile", itself.key, "-md", itself.algorithm.digest, *itself.algorithm.signing)

    def _configuration(self, extensions: Mapping[str, str], database: str) -> str:
        lines = "\n".join(f"{name} = {value}" for name, value in extensions.items())
        self._write("openssl.cnf", [_CONFIGURATION.format(database=database, extensions=lines)])
        return "openssl.cnf"

    def _index(self) -> list[str]:
        return (self.directory / "index").read_text(encoding="utf-8").splitlines()

    def _write(self, name: str, lines: Sequence[str]) -> None:
        (self.directory / name).write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")

    def _run(self, command: str, *arguments: str | Path) -> bytes:
        return run(command, *arguments, directory=self.directory)


def _moment(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y%m%d%H%M%SZ}"


def _name(subject: Subject) -> str:
    """Return a name as ``-subj`` takes it; a slash and a plus sign would begin another attribute."""
    escaped = str.maketrans({character: f"\\{character}" for character in "\\/+"})
    return "".join(f"/{attribute}={value.translate(escaped)}" for attribute, value in subject)
