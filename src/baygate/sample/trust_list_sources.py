"""The readable sources of the example trust lists, kept to the authorities that there are now.

With other authorities a list begins anew: what was signed of it before names keys that are gone, and no list may
follow it with those entries changed.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from baygate.access.documents.model import interpreted
from baygate.access.documents.refusal import Refused
from baygate.access.documents.trust_list import TrustList
from baygate.sample.certificates import authority_files


def sources_in(directory: Path) -> Mapping[Path, str]:
    """Read the sources of a directory, which need not be there; raise Refused, with a note that names the source."""
    found = {path: path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.json"))}
    for path, text in found.items():
        try:
            _read(text)
        except Refused as refused:
            refused.add_note(str(path))
            raise
    return found


def bring_up_to_date(sources: Mapping[Path, str], certificates: Path) -> Iterator[Path]:
    """Write the example authorities' certificates into the sources that have others; yield each that is written.

    An authority is known by its subject: made anew, it has another key, and the same name. Such a source is the first
    of its sequence again, and what was signed of it is removed.
    """
    made = {}
    for path in authority_files(certificates):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        made[certificate.subject] = certificate.public_bytes(Encoding.DER)
    for path, before in sources.items():
        after = _naming(made, before)
        if after != before:
            path.with_suffix(".jws").unlink(missing_ok=True)
            path.write_text(_first(after), encoding="utf-8")
            yield path


def _naming(made: Mapping[x509.Name, bytes], text: str) -> str:
    """Return a source with the certificates and fingerprints of the authorities as made; the rest as it was."""
    for authority in _read(text).authorities:
        now = made.get(x509.load_der_x509_certificate(authority.der).subject, authority.der)
        text = text.replace(authority.certificate, base64.b64encode(now).decode())
        text = text.replace(authority.fingerprint, hashlib.sha256(now).hexdigest())
    return text


def _first(text: str) -> str:
    text = re.sub(r'^  "sequence": \d+', '  "sequence": 1', text, count=1, flags=re.MULTILINE)
    return re.sub(r'^  "prev": "[^"]*"', '  "prev": null', text, count=1, flags=re.MULTILINE)


def _read(text: str) -> TrustList:
    return interpreted(text.encode(), TrustList)
