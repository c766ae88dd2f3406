"""A certificate's path to an anchor, with revocation, at a point in time (RFC 5280, section 6).

pyhanko-certvalidator finds and validates it; this module decides what it is given:

1. A certificate has been read by ``baygate.recognition.certificate`` before, which refuses what pyhanko would take.
2. Paths are built from anchors and authorities of trust lists alone. What a client or a responder sends along is never
   among them: there are chains on which path building does not end.
3. Nothing is fetched. What shows that a certificate is good is given; what is missing refuses.
4. Every certificate but the anchor is checked for revocation: CAs by the CRLs of their issuers, the leaf as its entry
   demands.
"""

import datetime
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko_certvalidator import find_valid_path
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    StaleRevinfoError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
    PKIXValidationParams,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import CertificateRegistry, PathBuilder, SimpleTrustManager

from baygate.access.documents.trust_list import Proof
from baygate.recognition.signatures import Signatures

ANY_POLICY = "any_policy"
_RULES = {
    Proof.CRL: RevocationCheckingRule.CRL_REQUIRED,
    Proof.OCSP: RevocationCheckingRule.OCSP_REQUIRED,
    Proof.EITHER: RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
}
_UNREADABLE = (ValueError, TypeError, LookupError, NotImplementedError)
"""What names and extensions raise that neither ``cryptography`` nor a standard minds, but asn1crypto."""
Result = TypeVar("Result")


class PathRefused(Exception):
    """No path holds; the message says why, as of the path that came furthest."""


class Revoked(PathRefused):
    """A certificate of the path was revoked."""


class NoProof(PathRefused):
    """Nothing that is fresh enough shows whether a certificate of the path was revoked."""


@dataclass(frozen=True)
class Parameters:
    """The inputs of RFC 5280, section 6.1.1, and how revocation is to be known."""

    policies: frozenset[str] = frozenset({ANY_POLICY})
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any_policy: bool = False
    revocation: Proof | None = Proof.CRL
    """None: revocation is not asked for."""
    leaf_seen_to: bool = False
    """Whether the caller sees to it himself that the leaf was not revoked."""
    algorithms: AlgorithmUsagePolicy = field(default_factory=DisallowWeakAlgorithmsPolicy)
    """By default no MD5, no SHA-1, no RSA below 2048 bits, no DSA."""


@dataclass(frozen=True)
class Evidence:
    """CRLs and OCSP responses, in DER."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Path:
    """A path that holds: DER, from the leaf to the anchor, and the policies that it asserts."""

    certificates: tuple[bytes, ...]
    policies: frozenset[str]


def validate(
    certificate: bytes,
    anchors: Sequence[bytes],
    authorities: Sequence[bytes],
    evidence: Evidence,
    at: datetime.datetime,
    parameters: Parameters,
) -> Path:
    """Return a path that holds ``at`` that moment; raise PathRefused."""
    roots, others = ([_certificate(each) for each in ders] for ders in (anchors, authorities))
    context = ValidationContext(
        trust_roots=roots,
        other_certs=others,
        crls=[_crl(each) for each in evidence.crls],
        ocsps=[ocsp.OCSPResponse.load(each) for each in evidence.ocsps],
        moment=at,
        revinfo_policy=_revocation(parameters),
        time_tolerance=datetime.timedelta(0),
        algorithm_usage_policy=parameters.algorithms,
        signature_validator=Signatures(),
    )
    asked = PKIXValidationParams(
        user_initial_policy_set=parameters.policies,
        initial_explicit_policy=parameters.explicit_policy,
        initial_policy_mapping_inhibit=parameters.inhibit_mapping,
        initial_any_policy_inhibit=parameters.inhibit_any_policy,
    )
    # the context by itself would build paths with what comes along in an OCSP response, too, which nobody has signed
    builder = PathBuilder(SimpleTrustManager.build(roots), CertificateRegistry.build([*roots, *others]))
    leaf = _certificate(certificate)
    try:
        found = _finished(find_valid_path(leaf, builder.async_build_paths_lazy(leaf), context, asked))
    except RevokedError as error:
        who = "it" if error.is_ee_cert and not error.is_side_validation else "a CA of its path"
        why = str(error.reason.native).replace("_", " ")
        raise Revoked(f"{who} was revoked at {error.revocation_dt:%Y-%m-%d %H:%M:%S} UTC ({why})") from None
    except (InsufficientRevinfoError, StaleRevinfoError) as error:
        raise NoProof(str(error).rstrip(".")) from None
    except UnsupportedAlgorithm as error:  # of a responder's certificate, which it verifies without Signatures
        raise NoProof(f"the responder's certificate cannot be verified: {error}") from None
    except (ValidationError, PathError) as error:
        raise PathRefused(str(error).rstrip(".")) from None
    except _UNREADABLE as error:
        raise PathRefused(f"what one of its certificates says cannot be read: {error}".partition("\n")[0]) from error
    ders = [each.dump() for each in reversed(list(found.iter_certs(include_root=True)))]
    return Path(tuple(ders), frozenset(each.user_domain_policy_id for each in found.qualified_policies() or ()))


def _revocation(parameters: Parameters) -> CertRevTrustPolicy:
    if parameters.revocation is None:
        rule = RevocationCheckingRule.NO_CHECK
        return CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule))
    leaf = RevocationCheckingRule.NO_CHECK if parameters.leaf_seen_to else _RULES[parameters.revocation]
    policy = RevocationCheckingPolicy(leaf, RevocationCheckingRule.CRL_REQUIRED)
    return CertRevTrustPolicy(policy)


def _certificate(der: bytes) -> x509.Certificate:
    # each time anew: asn1crypto writes a certificate that it has taken apart, if it has unique identifiers, otherwise
    return x509.Certificate.load(der, strict=True)


@lru_cache(maxsize=8)
def _crl(der: bytes) -> crl.CertificateList:
    return crl.CertificateList.load(der, strict=True)


def _finished(work: Coroutine[Any, Any, Result]) -> Result:
    """Run what is written as a coroutine and waits for nothing, since nothing is fetched."""
    try:
        work.send(None)
    except StopIteration as stopped:
        result: Result = stopped.value
        return result
    work.close()
    raise RuntimeError("the validation of a path waits for something")
