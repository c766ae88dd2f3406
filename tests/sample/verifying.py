"""OpenSSL's own word on a certificate, its path and its revocation."""

import datetime
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from baygate.sample.openssl import Algorithm

DURING = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
"""When all that is good is valid, and what expired has expired."""


@dataclass(frozen=True)
class Verifier:
    """``openssl verify``, with a root, an issuing authority, and the lists of both."""

    root: Path
    issuing: Path
    crls: Sequence[Path]
    algorithm: Algorithm

    def __call__(self, certificate: Path, *options: str, at: datetime.datetime = DURING) -> str:
        """Return ``OK``, or what is wrong."""
        if self.algorithm.identity:
            return self._piecewise(certificate, *options, at=at)
        lists = [part for each in self.crls for part in ("-CRLfile", str(each))]
        more = "-crl_check_all", "-untrusted", str(self.issuing), *lists, *options
        return self._verify(self.root, certificate, *more, at=at)

    def _piecewise(self, certificate: Path, *options: str, at: datetime.datetime) -> str:
        """Verify link by link and list by list: openssl knows SM2's identity for nothing but the one certificate."""
        root, issuing, leaf = (
            x509.load_pem_x509_certificate(each.read_bytes()) for each in (self.root, self.issuing, certificate)
        )
        told = [
            self._verify(self.issuing, certificate, "-partial_chain", *options, at=at),
            self._verify(self.root, self.issuing, at=at),
            self._signed(self.root, root.tbs_certificate_bytes, root.signature),
        ]
        for authority, file, below in zip((self.root, self.issuing), self.crls, (issuing, leaf), strict=True):
            crl = x509.load_der_x509_crl(file.read_bytes())
            told.append(self._signed(authority, crl.tbs_certlist_bytes, crl.signature))
            if crl.get_revoked_certificate_by_serial_number(below.serial_number):
                told.append("certificate revoked")
        return next((each for each in told if each != "OK"), "OK")

    def _verify(self, trusted: Path, certificate: Path, *options: str, at: datetime.datetime) -> str:
        return _told(
            "verify", "-x509_strict", "-CAfile", trusted, "-no-CApath", "-attime", str(int(at.timestamp())),
            *self.algorithm.verifying, *options, certificate,
        )  # fmt: skip

    def _signed(self, authority: Path, content: bytes, signature: bytes) -> str:
        with tempfile.TemporaryDirectory() as work:
            files = Path(work) / "content", Path(work) / "signature"
            for file, text in zip(files, (content, signature), strict=True):
                file.write_bytes(text)
            options = [part for each in self.algorithm.identity for part in ("-pkeyopt", each)]
            return _told(
                "pkeyutl", "-verify", "-certin", "-inkey", authority, "-rawin", "-digest", self.algorithm.digest,
                *options, "-in", files[0], "-sigfile", files[1],
            )  # fmt: skip


def _told(*command: str | Path) -> str:
    done = subprocess.run(["openssl", *command], capture_output=True, text=True, timeout=60, check=False)
    return "OK" if done.returncode == 0 else done.stderr or done.stdout
