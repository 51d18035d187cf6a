"""Where a version's bundle lies on this machine; with an object store it is fetched from there, once."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

from django.conf import settings

import inference
from webplatform.common.errors import Damaged, KeyGone
from webplatform.modelhub.models import ModelVersion
from webplatform.vault.keys import key_for, key_of
from webplatform.vault.sealed import SealedWriter
from webplatform.vault.stored import draft_of, is_remote, is_stored, open_stored, store_file

KEY = "bundle-"
UNUSED_AFTER_S = 7 * 24 * 3600
COPIED_BYTES = 2**20

logger = logging.getLogger(__name__)


def bundle_of(version: ModelVersion) -> Path:
    """The folder of the version's bundle; it is not there where the bundle is lost.

    Raises StoreAway where it has to be fetched now and cannot be.
    """
    if not is_remote() or version.folder.is_dir():
        return version.folder
    folder = _cache() / version.digest
    if not folder.is_dir():
        _fetch(version.digest, folder)
    elif folder.stat().st_mtime < time.time() - UNUSED_AFTER_S / 7:
        os.utime(folder)  # it is used
    return folder


def send_bundle(bundle: inference.Bundle) -> None:
    """Every machine finds the bundle in the object store, if there is one; the shipped one they have.

    Raises StoreAway.
    """
    path = stored_bundle(bundle.digest)
    if not is_remote() or bundle.path.resolve() == inference.SHIPPED_BUNDLE.resolve() or is_stored(path):
        return
    draft, key = draft_of(path), key_for(f"{KEY}{bundle.digest}")
    try:
        with draft.open("wb") as target, tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as packed:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
                for file in sorted(bundle.path.iterdir()):
                    archive.write(file, file.name)
            packed.seek(0)
            writer = SealedWriter(target, key)
            while piece := packed.read(COPIED_BYTES):
                writer.write(piece)
            writer.finish()
        store_file(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def stored_bundle(digest: str) -> Path:
    """By this path the bundle is known in the object store."""
    return Path(settings.DATA_DIR) / "models" / f"{digest}.zip.sealed"


def _fetch(digest: str, folder: Path) -> None:
    """The bundle lies in `folder`, checked, if there is one; others that nobody used lately are gone."""
    _cache().mkdir(parents=True, exist_ok=True)
    _drop_unused()
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=_cache()))
    try:
        with open_stored(stored_bundle(digest), key_of(f"{KEY}{digest}")) as packed, zipfile.ZipFile(packed) as archive:
            archive.extractall(draft)
        if inference.read_bundle(draft).digest == digest and not folder.exists():
            draft.chmod(0o755)
            draft.rename(folder)
    except (FileNotFoundError, KeyGone, Damaged, inference.BadBundle, zipfile.BadZipFile) as error:
        logger.warning("The bundle %s could not be fetched: %s", digest[:12], type(error).__name__)
    except OSError:
        if not folder.is_dir():  # another process was first
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _drop_unused() -> None:
    limit = time.time() - UNUSED_AFTER_S
    for folder in _cache().iterdir():
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def _cache() -> Path:
    return Path(settings.DATA_DIR) / "bundles"
