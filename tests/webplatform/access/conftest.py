"""The world is built once for all rows, in a transaction that is never committed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.webplatform.access.rows import Crowd
from tests.webplatform.access.world import build_world


@pytest.fixture(scope="module")
def _place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def world(_place: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """One of everything."""
    before = settings.MEDIA_ROOT, settings.DATA_DIR, settings.RAUT_KEYS_DIR
    settings.MEDIA_ROOT, settings.DATA_DIR, settings.RAUT_KEYS_DIR = _place / "media", _place, _place / "keys"
    with django_db_blocker.unblock(), transaction.atomic():
        built = build_world()
        shutil.copytree(_place / "keys", _place / "kept-keys")
        yield built
        transaction.set_rollback(True)
    settings.MEDIA_ROOT, settings.DATA_DIR, settings.RAUT_KEYS_DIR = before


@pytest.fixture(scope="module")
def crowd(world: dict[str, Any]) -> Crowd:
    """Everybody who may ask."""
    return Crowd(world)


@pytest.fixture(autouse=True)
def _same_place(_own_media_folder: None, _place: Path, settings) -> None:
    settings.MEDIA_ROOT, settings.DATA_DIR, settings.RAUT_KEYS_DIR = _place / "media", _place, _place / "keys"
    if (_place / "kept-keys").exists():  # an erased key does not come back with the transaction
        shutil.copytree(_place / "kept-keys", _place / "keys", dirs_exist_ok=True)
