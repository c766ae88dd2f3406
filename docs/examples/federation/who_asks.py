"""Who asks: reads what the hub tells a service of its caller, in the header Baygate-Assertion of each request."""

import time

import httpx2 as httpx
from joserfc import jwt
from joserfc.errors import InvalidHeaderValueError, InvalidKeyIdError
from joserfc.jwk import KeySet


class Callers:
    """Callers of one service: ``hub`` is the hub's address, ``source`` the name that it has for the service."""

    def __init__(self, hub, source):
        self.keys_are_at = f"{hub}/oauth/jwks"
        self.keys, self.looked = KeySet([]), float("-inf")
        self.claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": hub}, aud={"essential": True, "value": source}, exp={"essential": True}
        )

    def of(self, headers):
        """Return the claims of a request; raise JoseError if they are not the hub's word to this service, now."""
        assertion = headers.get("Baygate-Assertion", "")
        try:
            token = self.verified(assertion)
        except InvalidKeyIdError:  # the hub signs with another key now
            self.look_for_keys()
            token = self.verified(assertion)
        if token.header.get("typ") != "baygate-assertion+jwt":
            raise InvalidHeaderValueError("this is a token for something else")
        self.claims.validate(token.claims)
        return token.claims

    def verified(self, assertion):
        return jwt.decode(assertion, self.keys, algorithms=["ES256"])

    def look_for_keys(self):
        if time.monotonic() - self.looked > 10:  # a stranger's keys are not looked for again and again
            self.keys = KeySet.import_key_set(httpx.get(self.keys_are_at).json())
            self.looked = time.monotonic()
