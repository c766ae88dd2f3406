"""The key that signs tokens changes while the hub runs, and no token in flight is lost."""

import json
import os
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey
from tests.oauth.server.desk import Desk, eventually

from baygate.gateway.admission import SIGNING_KEYS


def kid_of(token: str) -> str:
    return str(json.loads(urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))["kid"])


def published(desk: Desk) -> set[str]:
    return {each["kid"] for each in desk.client.get(f"{desk.base}/oauth/jwks").json()["keys"]}


def rotate(keys: Path, after: int) -> str:
    """Make the next key as an operator does; return its name."""
    command = [sys.executable, "-m", "baygate", "key", "rotate", "--keys", str(keys), "--after", str(after)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.split()[0]


def test_a_new_key_is_published_first_signs_then_and_what_the_old_one_signed_stays_good(
    desk: Desk, production: Any
) -> None:
    keys, before = Path(production.keys), published(desk)
    old = desk.token()
    assert kid_of(old) in before

    begun = time.time()
    new = rotate(keys, after=3)
    assert eventually(lambda: published(desk) == before | {new})
    signs = kid_of(desk.token())
    assert signs == kid_of(old) or time.time() >= begun + 3, "it is published, and does not sign yet"

    assert eventually(lambda: kid_of(desk.token()) == new)
    assert published(desk) == before | {new}
    assert desk.graphql(old).status_code == 200
    assert desk.introspect(old).json()["active"]
    assert desk.graphql(desk.token()).status_code == 200


def test_what_is_no_key_changes_nothing_until_it_is_mended(desk: Desk, production: Any) -> None:
    before, token = published(desk), desk.token()
    strange = Path(production.keys) / SIGNING_KEYS / "20990101T000000Z.pem"
    strange.write_text("half a key")
    try:
        os.utime(strange)
        assert not eventually(lambda: published(desk) != before, seconds=1.5)
        assert desk.graphql(token).status_code == 200
        assert desk.graphql(desk.token()).status_code == 200
    finally:
        strange.unlink()
    assert "20990101T000000Z.pem is not a key" in production.log.read_text()
    new = rotate(Path(production.keys), after=600)
    assert eventually(lambda: published(desk) == before | {new})


def test_a_key_that_is_taken_away_takes_with_it_what_it_signed(desk: Desk, production: Any) -> None:
    kid = rotate(Path(production.keys), after=0)
    assert eventually(lambda: kid_of(desk.token()) == kid)
    token = desk.token()
    assert desk.graphql(token).status_code == 200
    files = (Path(production.keys) / SIGNING_KEYS).glob("*.pem")
    [file] = [each for each in files if ECKey.import_key(each.read_bytes()).thumbprint() == kid]
    away = file.rename(file.with_suffix(".away"))
    try:
        assert eventually(lambda: desk.graphql(token).status_code == 401), "though it was read before"
    finally:
        away.rename(file)
    assert eventually(lambda: desk.graphql(token).status_code == 200)
