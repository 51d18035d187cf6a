"""Read single pictures: the check before a session, and pictures from programs. Nothing of them is stored."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from inference import Engine, FrameReading, InferenceError, MediaTooLarge
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, TooManyAttempts
from webplatform.consent.services import require_consent
from webplatform.live.protocol import is_picture
from webplatform.live.queries import find_participant
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.queries import active_version

MOST_PICTURES = 10
PICTURE_BYTES = 8 * 1024**2
PICTURES_BYTES = 32 * 1024**2
PICTURE_PIXELS = 25_000_000  # own choice: phones have 12 or 24 megapixels
AT_ONCE = 2  # decoded pictures in memory, at most
WAIT_S = 5.0
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

_slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a picture was not read."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """What the model saw.

    Args:
        readings: of each picture, in order.
    """

    model: str
    not_sure_below: float
    readings: tuple[FrameReading | Problem, ...]


def check_picture(*, user: User, picture: bytes, participant_id: str = "") -> FrameReading:
    """What the active model sees in one picture, of which nothing is kept: the check before a session.

    Raises:
        ConsentMissing: who is before the camera has not agreed to the newest text.
        NotAllowed: the user can reach no such participant.
        Conflict: there is no model to read with.
        Invalid: the picture cannot be read.
    """
    require_consent(of=find_participant(user, participant_id) or user)
    return read_picture(picture)


def read_picture(picture: bytes) -> FrameReading:
    """What the active model sees in a picture, for callers that have seen to the consent.

    Raises:
        Conflict: there is no model to read with.
        Invalid: the picture cannot be read.
    """
    version = active_version()
    if version is None:
        raise Conflict(_("There is no model to read with yet."))
    if not is_picture(picture):
        raise Invalid(_("The picture is no JPEG, PNG or WebP."))
    try:
        return engine_for(version).live().read(picture, 0)
    except InferenceError as error:
        raise Invalid(str(error)) from error


def check_pictures(*, user: User, files: Sequence[UploadedFile], participant_id: str = "") -> CheckedPicture:
    """What the active model sees in each picture; one that cannot be read spoils no other. Nothing is kept.

    Raises:
        ConsentMissing: who is in them has not agreed to the newest text.
        NotAllowed: the user can reach no such participant.
        Conflict: there is no model to read with.
        TooManyAttempts: this process reads as many pictures as it may, and none was done in time.
    """
    require_consent(of=find_participant(user, participant_id) or user)
    version = active_version()
    if version is None:
        raise Conflict(_("There is no model to read with yet."))
    engine = engine_for(version)
    with _slot():
        readings = tuple(_read_upload(engine, file) for file in files)
    return CheckedPicture(f"{engine.spec.name} {engine.spec.version}", engine.spec.abstain_below, readings)


def _read_upload(engine: Engine, file: UploadedFile) -> FrameReading | Problem:
    if (file.size or 0) > PICTURE_BYTES:
        return Problem("too_large", _("The picture has too many bytes."))
    file.seek(0)
    data = file.read(PICTURE_BYTES)
    if not (is_picture(data) or (data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS)):
        return Problem("invalid", _("The picture is no JPEG, PNG, WebP or HEIC."))
    try:
        return engine.read_image(data, max_pixels=PICTURE_PIXELS)
    except MediaTooLarge as error:
        return Problem("too_large", str(error))
    except InferenceError as error:
        return Problem("invalid", str(error))


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=WAIT_S):
        raise TooManyAttempts(_("The server reads as many pictures as it can. Try again."), retry_after_s=5)
    try:
        yield
    finally:
        _slots.release()
