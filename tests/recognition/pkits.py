"""The cases of NIST's PKITS: certificates and CRLs from ``cryptography-vectors``, the standard's results beside them."""
