"""A partner in Hong Kong, Macau or Guangdong as a test plays it: comes with a certificate, and is registered nowhere.

Written from the RFCs alone, and from nothing of the hub, so that the two check each other.
"""

import base64
import json
import secrets
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.agency import Agency, b64url

from baygate.sample.authority import Issued
from baygate.sample.openssl import RSA, SM2

PURPOSE = "TRADE_FACILITATION"


def algorithm_of(issued: Issued) -> str:
    """Return what a certificate's key signs assertions with."""
    return {RSA: "PS256", SM2: "SM2SM3"}.get(issued.algorithm, "ES256")


def signature(issued: Issued, text: bytes) -> bytes:
    """Sign with a certificate's key as JOSE has it (RFC 7518, sections 3.4 and 3.5); SM2 as ES256, with SM3."""
    if issued.algorithm == SM2:
        command = ["openssl", "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-sign", str(issued.key)]
        return raw(subprocess.run(command, input=text, capture_output=True, check=True).stdout)
    key = load_pem_private_key(issued.key.read_bytes(), None)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return raw(key.sign(text, ec.ECDSA(SHA256())))


def raw(der: bytes) -> bytes:
    numbers = decode_dss_signature(der)
    length = max(32, *((each.bit_length() + 7) // 8 for each in numbers))  # of the curves that ES256 is not for
    return b"".join(each.to_bytes(length, "big") for each in numbers)


@dataclass
class Partner(Agency):
    """The holder of a certificate; its ``key`` is the one that its tokens are bound to."""

    certificate: Issued | None = None
    purpose: str = PURPOSE

    @property
    def issued(self) -> Issued:
        assert self.certificate is not None
        return self.certificate

    def assertion(self, audience: str, key: Any = None, header: Any = None, **claims: Any) -> str:
        """Return an assertion with ``x5c`` (RFC 7515, section 4.1.6), signed with the certificate's key.

        ``key`` is another certificate's, whose key signs it instead; None in ``header`` or ``claims`` leaves one out.
        """
        now = int(time.time())
        own = {"iss": self.client_id, "sub": self.client_id, "aud": audience, "iat": now, "exp": now + 60}
        said = own | {"jti": secrets.token_urlsafe(12)} | claims
        told = {"alg": algorithm_of(self.issued), "typ": "JWT", "x5c": [b64(self.issued.der)]} | (header or {})
        parts = [{name: each for name, each in part.items() if each is not None} for part in (told, said)]
        text = ".".join(b64url(json.dumps(each).encode()) for each in parts)
        return f"{text}.{b64url(signature(key or self.issued, text.encode()))}"

    def ask_by_tls(self, client: httpx.Client, base: str, **more: str) -> httpx.Response:
        """Ask for a token over a connection that has shown the certificate, by nothing but that."""
        details = json.dumps([{"type": "baygate_field_access", "purpose": self.purpose}])
        form = {"grant_type": "client_credentials", "authorization_details": details, **more}
        return client.post(f"{base}/oauth/token", data=form)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def connection(authority: Path, certificate: Issued | None = None) -> httpx.Client:
    """Return connections to a hub with this certificate, which show one's own if there is one."""
    context = ssl.create_default_context(cafile=authority)
    if certificate:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return httpx.Client(verify=context, trust_env=False, timeout=20)
