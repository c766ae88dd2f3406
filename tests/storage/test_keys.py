import hashlib
import hmac
import stat

import pytest

from baygate.storage import keys as keys_module
from baygate.storage.errors import KeyFileError
from baygate.storage.keys import USES, Keys, keyed_hash


def test_a_keyed_hash_is_hmac_sha_256_in_lower_case():
    expected = hmac.new(b"k" * 32, "陈".encode(), hashlib.sha256).hexdigest()
    assert keyed_hash(b"k" * 32, "陈") == expected


def test_one_text_has_another_hash_under_each_use(keys):
    assert len({keys.hash(use, "A") for use in USES}) == len(USES)


def test_a_recipients_key_is_the_hmac_of_his_use_under_the_one_for_recipients(keys):
    use = "recipient customs-gz RISK_ASSESSMENT"
    assert keys.derived(use) == hmac.new(keys["recipient-hash"].secret, use.encode(), hashlib.sha256).digest()


def test_each_recipient_and_each_purpose_has_a_key_of_its_own(keys):
    uses = [f"recipient {to} {purpose}" for to in ("customs-gz", "tax-gd", "party CN-1") for purpose in ("A", "B")]
    derived = {keys.derived(use) for use in uses}
    assert len(derived) == len(uses)
    assert not derived & {key.secret for key in keys.values()}


def test_a_recipients_key_stays_the_same_and_follows_only_from_the_one_for_recipients(keys):
    use = "recipient customs-gz A"
    same = {each: keys[each].secret for each in USES}
    assert Keys(same).derived(use) == keys.derived(use)
    assert Keys({**same, "citizen-id": b"x" * 32}).derived(use) == keys.derived(use)
    assert Keys({**same, "recipient-hash": b"x" * 32}).derived(use) != keys.derived(use)


def test_what_is_no_recipients_is_under_its_own_key(keys):
    assert keys.derived("citizen-id") == keys["citizen-id"].secret
    for unknown in ("recipient", "recipients", "Recipient customs-gz A", "nothing"):
        with pytest.raises(KeyError):
            keys.derived(unknown)


@pytest.mark.parametrize("new", ["recipient-hash", "audit-person", "audit-variables"])
def test_an_installation_from_before_gets_what_is_new_where_keys_are_made(tmp_path, new):
    before = keys_module.read_or_create(tmp_path)
    (tmp_path / f"{new}.key").unlink()
    with pytest.raises(KeyFileError, match=rf"{new}\.key is missing") as refused:
        keys_module.read(tmp_path)
    assert "baygate key create" in refused.value.advice
    after = keys_module.read_or_create(tmp_path)
    assert {use for use in USES if after[use] != before[use]} == {new}


def test_missing_keys_are_made_for_their_owner_alone(tmp_path):
    made = keys_module.read_or_create(tmp_path / "keys")
    assert set(made) == set(USES)
    assert all(len(key.secret) == 32 for key in made.values())
    assert len({key.secret for key in made.values()}) == len(USES)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}


def test_keys_stay_what_they_are(tmp_path):
    assert dict(keys_module.read_or_create(tmp_path)) == dict(keys_module.read_or_create(tmp_path))
    assert dict(keys_module.read(tmp_path)) == dict(keys_module.read_or_create(tmp_path))


def test_a_kid_follows_from_the_key_and_its_use():
    one = Keys(dict.fromkeys(USES, b"k" * 32))
    assert one["cursor"].kid == Keys(dict.fromkeys(USES, b"k" * 32))["cursor"].kid
    assert one["cursor"].kid != one["citizen-id"].kid


def test_no_representation_shows_a_secret(keys):
    assert "secret" not in repr(keys["cursor"])


def test_a_missing_key_is_not_made_up_when_reading(tmp_path):
    with pytest.raises(KeyFileError, match="is missing"):
        keys_module.read(tmp_path)


def test_a_key_that_everybody_can_read_is_refused(tmp_path):
    keys_module.read_or_create(tmp_path)
    (tmp_path / "cursor.key").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod o="):
        keys_module.read(tmp_path)


@pytest.mark.parametrize(
    ("content", "what"), [("xyz", "hexadecimal"), ("00" * 16, "16 bytes"), ("ä", "cannot be read")]
)
def test_a_malformed_key_is_refused(tmp_path, content, what):
    keys_module.read_or_create(tmp_path)
    (tmp_path / "cursor.key").write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileError, match=what):
        keys_module.read(tmp_path)
