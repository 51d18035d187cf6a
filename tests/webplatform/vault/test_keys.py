"""Keys: kept wrapped, found again, moved to a new master key, and forgotten for good."""

import secrets

import pytest

from webplatform.common.errors import KeyGone
from webplatform.vault.keys import (
    destroy_waiting,
    erase_key,
    keep_key,
    kept_keys,
    key_entries,
    key_of,
    rewrap_keys,
    set_key_aside,
)
from webplatform.vault.sealed import new_key


@pytest.fixture
def masters(settings):
    """`masters("a", "b")`: the master keys from now on, each always the same under its letter."""
    known = {}

    def use(*names):
        settings.RAUT_MEDIA_KEYS = [known.setdefault(name, secrets.token_urlsafe(32)) for name in names]

    return use


def test_a_key_is_kept_under_its_name_and_not_in_plain():
    key = new_key()
    keep_key("one", key)
    assert key_of("one") == key
    (file,) = kept_keys()
    assert key not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_a_key_works_under_its_own_name_only():
    keep_key("one", new_key())
    (file,) = kept_keys()
    file.rename(file.with_name("two"))
    with pytest.raises(KeyGone):
        key_of("two")


def test_an_erased_key_is_gone_and_erasing_it_again_does_no_harm():
    keep_key("one", new_key())
    assert erase_key("one")
    assert not erase_key("one")
    assert list(kept_keys()) == []
    with pytest.raises(KeyGone):
        key_of("one")


def test_what_a_killed_process_left_of_a_key_goes_with_it():
    keep_key("one", new_key())
    (file,) = kept_keys()
    half = file.with_name(".one.0f0f0f0f")
    half.write_bytes(file.read_bytes())
    other = file.with_name(".onetwo.0f0f0f0f")
    other.write_bytes(b"another one's")
    erase_key("one")
    assert (half.exists(), other.exists()) == (False, True)


def test_what_a_killed_process_left_of_a_key_that_waits_is_no_key_and_goes_with_the_others():
    keep_key("one", new_key())
    (file,) = kept_keys()
    set_key_aside("one", "consent")
    half = file.parent / "waiting" / "consent" / ".one.0f0f0f0f"
    half.write_bytes(b"half")
    assert [entry.name for entry in key_entries()] == ["one"]
    assert rewrap_keys() == (0, [])
    destroy_waiting(group="consent")
    assert not half.exists()


def test_a_changed_key_is_no_key():
    keep_key("one", new_key())
    (file,) = kept_keys()
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(KeyGone):
        key_of("one")


def test_an_empty_or_short_key_file_is_no_key():
    keep_key("one", new_key())
    (file,) = kept_keys()
    for content in (b"", file.read_bytes()[:30]):
        file.write_bytes(content)
        with pytest.raises(KeyGone):
            key_of("one")


def test_keys_move_to_a_new_master_key_and_the_old_one_may_go(masters):
    masters("old")
    key = new_key()
    keep_key("one", key)
    masters("new", "old")
    assert key_of("one") == key
    assert rewrap_keys() == (1, [])
    assert rewrap_keys() == (0, [])
    masters("new")
    assert key_of("one") == key


def test_the_old_wrapping_is_worthless_once_the_old_master_key_is_gone(masters):
    masters("old")
    keep_key("one", new_key())
    (file,) = kept_keys()
    copy = file.read_bytes()
    masters("new", "old")
    rewrap_keys()
    masters("new")
    file.write_bytes(copy)
    with pytest.raises(KeyGone):
        key_of("one")


def test_keys_that_no_master_key_opens_are_named_and_left_alone(masters):
    masters("lost")
    keep_key("one", new_key())
    (file,) = kept_keys()
    before = file.read_bytes()
    masters("new")
    keep_key("two", new_key())
    assert rewrap_keys() == (0, ["one"])
    assert file.read_bytes() == before
