"""The recording that a session is made of, as a worker opens it."""

from __future__ import annotations

from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

import inference
from webplatform.analysis.models import MediaFile, recording_of
from webplatform.common.errors import Conflict
from webplatform.history.media import open_file
from webplatform.history.models import Session


def open_media(session: Session) -> BinaryIO:
    """The video, opened for reading from any place.

    Raises:
        Conflict: it is not there any more.
        KeyGone, Damaged, StoreAway: as `open_file`.
    """
    recording = recording_of(session)
    media = MediaFile.objects.filter(session=recording).first()
    try:
        return open_file(recording, media.stored_name if media else "")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Conflict(_("The video is not on the server any more.")) from error


def video_limits() -> inference.VideoLimits:
    """What of a video is refused, by the settings."""
    return inference.VideoLimits(max_duration_ms=settings.RAUT_MAX_VIDEO_MINUTES * 60_000)
