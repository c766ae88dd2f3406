"""Signatures on certificates, CRLs and OCSP responses: those that ``cryptography`` verifies, and SM2 with SM3."""

from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from baygate.recognition import sm2

SM2_WITH_SM3 = "1.2.156.10197.1.501"
"""The signature algorithm's OID (GM/T 0006)."""


class Signatures(DefaultSignatureValidator):
    """What the path validator verifies signatures with."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raise InvalidSignature, and nothing else, unless the signature holds.

        A stranger's certificate may name any algorithm, with any parameters, and not the key's.
        """
        if signature_algorithm["algorithm"].dotted != SM2_WITH_SM3:
            try:
                super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
            except InvalidSignature:
                raise
            except Exception as error:
                raise InvalidSignature(f"it cannot be verified: {error or type(error).__name__}") from error
            return
        try:
            key = sm2.public_key(public_key_info.dump())
        except sm2.NotSm2 as error:
            raise InvalidSignature(str(error)) from error
        if not key.verify(signed_data, signature):
            raise InvalidSignature("the SM2 signature does not hold")
