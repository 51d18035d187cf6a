"""A bundle as one ZIP: to take a model to another machine, and to bring one in. What comes in is data, never code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

import inference
from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.accounts.permissions import require_admin
from webplatform.common.errors import Invalid, TooLarge
from webplatform.common.system.disk import is_full, storage_full
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import register_bundle
from webplatform.modelhub.signatures import CHECKSUM_FILE, SIGNATURE_FILE, sign, take_signature

MAX_BYTES = 200 * 1024**2
MAX_FILES = 40
CHECK_WITHIN_S = 120
CHUNK_BYTES = 64 * 1024


def archive_chunks(version: ModelVersion) -> Iterator[bytes]:
    """The version's bundle as a ZIP, piece by piece.

    Raises:
        Invalid: the bundle is damaged or gone.
    """
    try:
        bundle = inference.read_bundle(bundle_of(version))
    except inference.BadBundle as error:
        raise Invalid(str(error)) from error
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
            for file in sorted(bundle.path.iterdir()):
                target.write(file, file.name)
            if settings.RAUT_BUNDLE_SIGNING_KEY:
                checksums = (bundle.path / CHECKSUM_FILE).read_bytes()
                target.writestr(SIGNATURE_FILE, sign(checksums, settings.RAUT_BUNDLE_SIGNING_KEY))
        archive.seek(0)
        while piece := archive.read(CHUNK_BYTES):
            yield piece


def import_archive(*, user: User, archive: IO[bytes], accepts_unsigned: bool = False) -> ModelVersion:
    """The bundle in a ZIP is a candidate: its checksums hold, and it scores faces in a process of its own.

    It is signed by a key of `RAUT_BUNDLE_TRUSTED_KEYS`, or an admin has accepted it without; the audit log says so.

    Raises:
        NotAllowed: the user is no admin.
        Invalid: it is no whole bundle, its signature is wrong or not trusted, or it cannot score.
        TooLarge: it has too many bytes or files.
    """
    require_admin(user)
    home = Path(settings.DATA_DIR) / "models"
    home.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=home))
    try:
        _unpack(archive, draft)
        signer = take_signature(draft, settings.RAUT_BUNDLE_TRUSTED_KEYS)
        if not signer and not accepts_unsigned:
            raise Invalid(_("No key that this server trusts has signed this bundle."), reason="unsigned")
        bundle = inference.read_bundle(draft)
        _try_out(draft)
        target = home / f"{slugify(bundle.spec.name) or 'model'}-{bundle.digest[:12]}"
        if not target.exists():
            draft.chmod(0o755)
            draft.rename(target)
        return _register(user, target, signer)
    except inference.BadBundle as error:
        raise Invalid(str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@transaction.atomic
def _register(user: User, folder: Path, signer: str) -> ModelVersion:
    version = register_bundle(path=folder)
    if signer and version.signed_by != signer:
        version.signed_by = signer
        version.save(update_fields=["signed_by"])
    action = "model.imported" if signer else "model.imported_unsigned"
    record_event(action, actor=user, target=f"model:{version.pk}", digest=version.digest, key=signer)
    return version


def _unpack(archive: IO[bytes], folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as source:
            entries = [entry for entry in source.infolist() if not entry.is_dir()]
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise TooLarge(_("A bundle has at most %(n)d files and %(mb)d MB.") % {"n": MAX_FILES, "mb": 200})
            for entry in entries:
                if "/" in entry.filename or "\\" in entry.filename or entry.filename.startswith("."):
                    raise Invalid(
                        _("The ZIP holds “%(name)s”; a bundle's files lie side by side.")
                        % {"name": entry.filename[:80]}
                    )
                with source.open(entry) as packed, (folder / entry.filename).open("wb") as target:
                    _copy(packed, target, entry.file_size)
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error, ValueError, OSError) as error:
        if is_full(error):
            raise storage_full() from error
        raise Invalid(_("This is no ZIP that can be read.")) from error


def _copy(packed: IO[bytes], target: IO[bytes], stated_bytes: int) -> None:
    """Copy what the header stated and not a byte more: a header may lie."""
    remaining_bytes = stated_bytes
    while remaining_bytes > 0 and (piece := packed.read(min(CHUNK_BYTES, remaining_bytes))):
        remaining_bytes -= len(piece)
        target.write(piece)
    if remaining_bytes or packed.read(1):
        raise Invalid(_("This is no ZIP that can be read."))


def _try_out(folder: Path) -> None:
    """Load both files and score a face, in a process that a bad file may take down: nothing of it runs in here."""
    command = [sys.executable, "-m", "inference.tryout", str(folder)]
    try:
        completed = subprocess.run(  # noqa: S603  (our own module)
            command, cwd=settings.ROOT, capture_output=True, text=True, timeout=CHECK_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(_("The model took too long to score one face.")) from error
    if completed.returncode != 0:
        errors = [line.removeprefix("error: ") for line in completed.stderr.splitlines() if line.startswith("error: ")]
        raise Invalid(
            _("The model cannot score faces: %(why)s") % {"why": (errors or [_("it does not load.")])[-1][:200]}
        )
