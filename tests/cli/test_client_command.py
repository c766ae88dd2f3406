"""``baygate client``: which systems may ask for tokens."""

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey
from tests.agency import Agency, new_key
from tests.command_line import Done, baygate
from tests.oauth.server.certificates import certificate
from tests.oauth.server.desk import Desk, eventually, opened

from baygate.access.jose import certificate_thumbprint

ASKING = ("--agency", "tax-gd", "--scope", "credit:read", "--purpose", "STATISTICS")


@pytest.fixture
def client(database: str, tmp_path: Path) -> Any:
    return lambda *arguments: run(database, tmp_path, *arguments)


def run(dsn: str, directory: Path, *arguments: str) -> Done:
    return baygate("client", *arguments, directory=directory, BAYGATE_DATABASE__DSN=dsn)


def public(key: Any) -> bytes:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem


HOLDER = certificate("CN=refunds,O=Tax,C=CN")
JWK = new_key().as_dict(private=False) | {"kid": "2026"}


@pytest.mark.parametrize(
    ("option", "content", "method", "binding"),
    [
        ("--key", public(ec.generate_private_key(ec.SECP256R1())), "private_key_jwt", "dpop"),
        ("--key", public(rsa.generate_private_key(65537, 2048)), "private_key_jwt", "dpop"),
        ("--key", public(ed25519.Ed25519PrivateKey.generate()), "private_key_jwt", "dpop"),
        ("--key", json.dumps(JWK).encode(), "private_key_jwt", "dpop"),
        ("--certificate", HOLDER.pem.encode(), "self_signed_tls_client_auth", "certificate"),
    ],
    ids=["P-256", "RSA", "Ed25519", "JWK", "certificate"],
)
def test_a_client_is_registered_by_its_public_half(
    client: Any, tmp_path: Path, option: str, content: bytes, method: str, binding: str
) -> None:
    file = tmp_path / "public"
    file.write_bytes(content)
    done = client("add", "tax-refunds", *ASKING, option, str(file))
    assert done.returncode == 0, done.stderr
    assert f"by {method}, its tokens are bound: {binding}" in done.stdout
    shown = client("list").stdout
    assert all(each in shown for each in ("tax-refunds", "tax-gd", method, "credit:read", "STATISTICS"))
    (told,) = json.loads(client("list", "--json").stdout)
    assert (told["authentication"], told["binding"], told["enabled"]) == (method, binding, True)
    assert (told["scopes"], told["purposes"]) == (["credit:read"], ["STATISTICS"])
    assert len(told["keys"]) == 1
    assert '"d"' not in json.dumps(told)


def test_a_subject_is_written_as_it_stands_in_certificates_of_one_authority(client: Any, tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text(HOLDER.pem)
    asking = *ASKING, "--authority", str(tmp_path / "authority.pem")
    assert client("add", "tax-refunds", *asking, "--subject", "cn=refunds, O=Tax,C=CN").returncode == 1
    assert client("add", "tax-refunds", *asking, "--subject", "CN=refunds,O=Tax\\2C Ltd,C=CN").returncode == 0
    (told,) = json.loads(client("list", "--json").stdout)
    assert told["certificate_subject"] == "CN=refunds,O=Tax\\, Ltd,C=CN"
    assert told["certificate_authority"] == certificate_thumbprint(HOLDER.pem)
    assert told["keys"] == []


KEYS = {
    "public": public(ec.generate_private_key(ec.SECP256R1())),
    "private": ECKey.generate_key("P-256").as_pem(private=True),
    "private.jwk": json.dumps(new_key().as_dict(private=True)).encode(),
    "p384": public(ec.generate_private_key(ec.SECP384R1())),
    "p224": public(ec.generate_private_key(ec.SECP224R1())),
    "small": public(rsa.generate_private_key(65537, 1024)),
    "secret.jwk": b'{"kty":"oct","k":"c2VjcmV0"}',
    "half.jwk": b'{"kty":"EC"',
    "set.jwk": json.dumps({"keys": [JWK]}).encode(),
    "certificate": HOLDER.pem.encode(),
    "version 4": ssl.DER_cert_to_PEM_cert(
        ssl.PEM_cert_to_DER_cert(HOLDER.pem).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03")
    ).encode(),
    "empty": b"",
    "binary": bytes(range(256)),
}


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["tax", *ASKING], "Give one of --key, --certificate, --subject"),
        (["tax", *ASKING, "--key", "public", "--subject", "CN=x"], "Give one of --key"),
        (["tax", *ASKING, "--key", "missing"], "missing cannot be read"),
        (["tax", *ASKING, "--key", "private"], "it is a private key"),
        (["tax", *ASKING, "--key", "private.jwk"], "private or secret key"),
        (["tax", *ASKING, "--key", "secret.jwk"], "private or secret key"),
        (["tax", *ASKING, "--key", "p384"], "EC with P-256"),
        (["tax", *ASKING, "--key", "p224"], "none of P-256, RSA, Ed25519"),
        (["tax", *ASKING, "--key", "small"], "1024 bits"),
        (["tax", *ASKING, "--key", "half.jwk"], "holds no public key"),
        (["tax", *ASKING, "--key", "set.jwk"], "cannot be used"),
        (["tax", *ASKING, "--key", "empty"], "holds no public key"),
        (["tax", *ASKING, "--key", "binary"], "holds no public key"),
        (["tax", *ASKING, "--key", "certificate"], "holds no public key"),
        (["tax", *ASKING, "--certificate", "public"], "holds no public key"),
        (["tax", *ASKING, "--certificate", "private"], "holds no public key"),
        (["tax", *ASKING, "--certificate", "version 4"], "holds no public key"),
        (["tax", *ASKING, "--subject", "CN=x"], "Give --subject and --authority together"),
        (["tax", *ASKING, "--key", "public", "--authority", "certificate"], "Give --subject and --authority together"),
        (["tax", *ASKING, "--subject", "nobody", "--authority", "certificate"], "not a distinguished name"),
        (["tax", *ASKING, "--subject", "CN=x", "--authority", "missing"], "missing cannot be read"),
        (["tax", *ASKING, "--subject", "CN=x", "--authority", "public"], "holds no certificate"),
        (["tax", *ASKING, "--subject", "CN=x", "--authority", "version 4"], "holds no certificate"),
        (["Tax GD", *ASKING, "--key", "public"], "not made of lower-case letters"),
        (["tax", *ASKING, "--key", "public", "--scope", "all"], "No field asks for the scope all"),
        (["tax", *ASKING, "--key", "public", "--purpose", "CURIOSITY"], "'CURIOSITY' is not one of"),
        (["tax", *ASKING, "--key", "public", "--jurisdiction", "XX"], "'XX' is not one of"),
        (["tax", *ASKING, "--key", "public", "--rate", "0"], "0 is not in the range"),
        (["tax", *ASKING, "--key", "public", "--rate", "3000000000"], "is not in the range"),
    ],
    ids=lambda each: " ".join(each[1:]).removeprefix(" ".join(ASKING)).strip() if isinstance(each, list) else "",
)
def test_what_cannot_be_registered_is_said_in_a_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    for name, content in KEYS.items():
        (tmp_path / name).write_bytes(content)
    done = run("postgresql://127.0.0.1:1/none", tmp_path, "add", *arguments)
    assert done.returncode in {1, 2}
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "PRIVATE" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "tax", *ASKING, "--key", "public"], "There is a client tax already"),
        (["rotate", "tax", "--key", "public"], "has this key already"),
        (["rotate", "tax", "--key", "private"], "it is a private key"),
        (["rotate", "tax", "--key", "p384"], "EC with P-256"),
        (["rotate", "tax"], "Give one of --key, --certificate"),
        (["rotate", "nobody", "--key", "certificate.pub"], "There is no client nobody"),
        (["disable", "nobody"], "There is no client nobody"),
        (["enable", "nobody"], "There is no client nobody"),
    ],
    ids=lambda each: " ".join(each[:2] + each[-1:]) if isinstance(each, list) else "",
)
def test_what_cannot_be_changed_is_said_in_a_line(
    database: str, tmp_path: Path, arguments: list[str], told: str
) -> None:
    for name, content in {**KEYS, "certificate.pub": public(HOLDER.key)}.items():
        (tmp_path / name).write_bytes(content)
    assert run(database, tmp_path, "add", "tax", *ASKING, "--key", "public").returncode == 0
    done = run(database, tmp_path, *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_plain_tokens_are_for_development(client: Any, database: str, tmp_path: Path) -> None:
    (tmp_path / "public").write_bytes(KEYS["public"])
    (tmp_path / "hub.toml").write_text(f'profile = "production"\n[database]\ndsn = "{database}"\n')
    add = ("add", "tool", *ASKING, "--key", "public", "--bearer")
    assert "for development" in client(*add, "--config", "hub.toml").stderr
    assert client(*add).returncode == 0
    assert "tool" in client("list").stdout


# On a hub that runs


@pytest.fixture
def system(production: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """The desk of a client that was registered by hand while the hub runs."""
    agency = Agency(f"by-hand-{request.node.name[-12:]}".replace("_", "-"), "tax-gd", purpose="STATISTICS")
    (tmp_path / "public").write_bytes(agency.key.as_pem(private=False))
    done = run(production.dsn, tmp_path, "add", agency.client_id, *ASKING, "--key", "public")
    assert done.returncode == 0, done.stderr
    return opened(production, agency)


def test_disabled_it_is_out_within_a_second_and_enabled_it_needs_new_tokens(
    system: Desk, production: Any, tmp_path: Path
) -> None:
    token, name = system.token(), system.agency.client_id
    assert system.graphql(token).status_code == 200
    assert "its tokens are void" in run(production.dsn, tmp_path, "disable", name).stdout
    assert eventually(lambda: system.graphql(token).status_code == 401)
    assert system.ask().json()["error"] == "invalid_client"
    assert "DISABLED" in run(production.dsn, tmp_path, "list").stdout
    assert run(production.dsn, tmp_path, "enable", name).returncode == 0
    assert eventually(lambda: system.ask().status_code == 200)
    assert system.graphql(token).status_code == 401
    assert system.graphql(system.token()).status_code == 200


def test_rotated_it_keeps_the_old_key_as_long_as_was_said(system: Desk, production: Any, tmp_path: Path) -> None:
    new, name = new_key(), system.agency.client_id
    (tmp_path / "new").write_bytes(new.as_pem(private=False))
    done = run(production.dsn, tmp_path, "rotate", name, "--key", "new", "--keep", "3")
    assert "the old ones are good until" in done.stdout
    assert eventually(lambda: system.ask(client_assertion=system.assertion(key=new)).status_code == 200)
    assert system.ask().status_code == 200
    assert eventually(lambda: system.ask().status_code == 401)
    assert system.ask(client_assertion=system.assertion(key=new)).status_code == 200
