"""A whole client of the hub, with nothing but an HTTP library and a JOSE library: a token, then a query.

python dpop_client.py ISSUER CLIENT_ID KEY.pem PURPOSE 'QUERY'
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from pathlib import Path

import httpx2 as httpx
from joserfc import jws
from joserfc.jwk import ECKey

issuer, client_id, key_file, purpose, query = sys.argv[1:]
key = ECKey.import_key(Path(key_file).read_bytes())
http = httpx.Client()
nonce = None


def signed(header, claims):
    claims |= {"iat": int(time.time()), "jti": secrets.token_urlsafe(16)}
    return jws.serialize_compact({"alg": "ES256", **header}, json.dumps(claims), key, algorithms=["ES256"])


def assertion():
    """Who asks (RFC 7523)."""
    return signed({}, {"iss": client_id, "sub": client_id, "aud": issuer, "exp": int(time.time()) + 60})


def proof(url, token=None):
    """That whoever asks has the key, for this request alone (RFC 9449)."""
    claims = {"htm": "POST", "htu": url}
    if nonce:
        claims["nonce"] = nonce
    if token:
        claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    return signed({"typ": "dpop+jwt", "jwk": key.as_dict(private=False)}, claims)


def post(url, token=None, **body):
    """Send a request; once more if the hub wants its nonce in the proof."""
    global nonce
    for _ in range(2):
        headers = {"DPoP": proof(url, token)} | ({"Authorization": f"DPoP {token}"} if token else {})
        made = {name: make() for name, make in body.items()}
        answer = http.post(url, headers=headers, **made)
        nonce = answer.headers.get("DPoP-Nonce", nonce)
        if "use_dpop_nonce" not in answer.text:
            break
    return answer.json()


metadata = http.get(f"{issuer}/.well-known/oauth-authorization-server").json()
form = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "authorization_details": json.dumps([{"type": "baygate_field_access", "purpose": purpose}]),
}
token = post(metadata["token_endpoint"], data=lambda: form | {"client_assertion": assertion()})
answer = post(f"{issuer}/graphql", token["access_token"], json=lambda: {"query": query})
print(json.dumps(answer, ensure_ascii=False))
