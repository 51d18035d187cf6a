"""The same promises for keys in a folder and keys in the database."""

from __future__ import annotations

import time

import pytest
from django.db import transaction

from webplatform.common.errors import KeyGone
from webplatform.vault.keys import (
    bring_back,
    destroy_waiting,
    erase_key,
    keep_key,
    key_entries,
    key_for,
    key_of,
    old_keys,
    rewrap_keys,
    set_key_aside,
    waiting_keys,
)
from webplatform.vault.models import FileKey
from webplatform.vault.sealed import new_key

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["folder", "database"], autouse=True)
def kind(request, settings) -> str:
    settings.RAUT_KEYS_IN = request.param
    return request.param


def test_a_key_is_kept_replaced_and_erased() -> None:
    first, second = new_key(), new_key()
    keep_key("one", first)
    assert key_of("one") == first == key_for("one")
    keep_key("one", second)
    assert key_of("one") == second
    assert (old_keys(-1), old_keys(3600)) == (["one"], [])
    assert erase_key("one")
    assert not erase_key("one")
    with pytest.raises(KeyGone):
        key_of("one")


def test_no_key_is_kept_in_plain() -> None:
    key = new_key()
    keep_key("one", key)
    (entry,) = key_entries()
    assert key not in entry.wrapped


def test_a_key_that_was_set_aside_opens_nothing_until_it_is_brought_back() -> None:
    key = key_for("one")
    assert set_key_aside("one", "7")
    assert not set_key_aside("one", "7")
    assert (waiting_keys(), old_keys(-1)) == (["one"], [])
    with pytest.raises(KeyGone):
        key_of("one")
    assert bring_back("one")
    assert not bring_back("one")
    assert key_of("one") == key


def test_keys_that_wait_are_destroyed_by_their_time_or_by_their_group() -> None:
    for name, group in (("a", "7"), ("b", "7"), ("c", "8")):
        key_for(name)
        set_key_aside(name, group)
    assert destroy_waiting(before_s=time.time() - 60) == 0
    assert destroy_waiting(group="7") == 2
    assert waiting_keys() == ["c"]
    assert destroy_waiting(before_s=time.time() + 60) == 1
    assert list(key_entries()) == []


def test_a_new_master_key_wraps_all_of_them_and_none_waits_longer_for_it(settings) -> None:
    key = key_for("one")
    key_for("two")
    set_key_aside("two", "7")
    before = {entry.name: entry.changed_s for entry in key_entries()}
    settings.RAUT_MEDIA_KEYS = ["n" * 43, *settings.RAUT_MEDIA_KEYS]
    assert rewrap_keys() == (2, [])
    settings.RAUT_MEDIA_KEYS = settings.RAUT_MEDIA_KEYS[:1]
    assert key_of("one") == key
    assert {entry.name: entry.changed_s for entry in key_entries()}["two"] == pytest.approx(before["two"], abs=1e-3)
    assert (rewrap_keys(), waiting_keys()) == ((0, []), ["two"])


def test_a_key_in_the_database_comes_back_with_what_was_not_erased(kind) -> None:
    key = key_for("one")

    def erase_and_fail() -> None:
        with transaction.atomic():
            erase_key("one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        erase_and_fail()
    assert FileKey.objects.exists() == (kind == "database")
    if kind == "database":
        assert key_of("one") == key
