"""How long it takes to recognise a certificate: one that is known, and one that was never seen.

The certificates are those of ``certs.example``: path of three, a CRL of each CA. "Cold" builds and verifies the path,
the CRLs and all conditions anew, as a hub does off its event loop; "warm" is what each further request costs.
"""

import datetime
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from baygate.access.documents.trust import TakenList
from baygate.access.documents.trust_list import TrustList
from baygate.recognition.certificate import from_der, from_pem
from baygate.recognition.judgement import judge
from baygate.recognition.recogniser import Recogniser
from baygate.recognition.revocation import BadRevocationData, Known, read_crl

EXAMPLES, SOURCES = Path("certs.example"), Path("policies/trust-lists")
NOW = datetime.datetime.now(datetime.UTC)
CHAINS = {"RSA": "hk/platform.pem", "P-256": "hk/p256/platform.pem", "SM2": "cn-gd/sm2/exporter.pem"}
LIMITS = {"RSA": 20, "P-256": 20, "SM2": 150}


def lists() -> tuple[TakenList, ...]:
    until = NOW + datetime.timedelta(days=365)
    documents = [TrustList.model_validate_json(each.read_bytes()) for each in sorted(SOURCES.glob("*.json"))]
    return tuple(TakenList(each.jurisdiction, b"", until, each) for each in documents)


def known(taken: tuple[TakenList, ...]) -> Known:
    found = Known()
    for file in EXAMPLES.glob("*/**/*.crl"):
        for authority in (each for one in taken for each in one.document.authorities):
            try:
                found = found.with_crls([read_crl(file.read_bytes(), authority.der)])
            except BadRevocationData:
                continue
    return found


def medians(measured: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the median and the worst of some runs, in milliseconds."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        measured()
        took.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(took), max(took)


def main() -> None:
    taken = lists()
    evidence = known(taken)
    for name, file in CHAINS.items():
        pem = (EXAMPLES / file).read_bytes()
        cold, worst = medians(lambda pem=pem: judge(from_der.__wrapped__(_der(pem)), taken, evidence, NOW), 50)
        print(f"cold, {name}: {cold:.1f} ms, {worst:.1f} at most (at most {LIMITS[name]})")
    recogniser = Recogniser()
    recogniser.take_lists(taken)
    recogniser.take_known(evidence)
    pem = (EXAMPLES / CHAINS["RSA"]).read_bytes()
    recogniser.judge(from_pem(pem), NOW)
    warm, worst = medians(lambda: recogniser.remembered(from_pem(pem).fingerprint, NOW), 10_000)
    print(f"warm, from the PEM of a connection: {warm:.3f} ms, {worst:.1f} at most (at most 0.2)")


def _der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


if __name__ == "__main__":
    main()
