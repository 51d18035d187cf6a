"""One picture, looked at once: the check before a session. Nothing of it is kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from inference import FrameReading, InferenceError
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.consent.services import require_consent, require_participant_consent
from webplatform.live.protocol import is_picture
from webplatform.live.queries import find_participant
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.queries import active_version


def look_once(*, user: User, picture: bytes, participant_id: str = "") -> FrameReading:
    """What the active model sees in one picture, of which nothing is kept: the check before a session.

    Raises:
        ConsentMissing: who is before the camera has not agreed to the newest text.
        NotAllowed: the user can reach no such participant.
        Conflict: there is no model to read with.
        Invalid: the picture cannot be read.
    """
    if participant := find_participant(user, participant_id):
        require_participant_consent(participant=participant)
    else:
        require_consent(user=user)
    return look(picture)


def look(picture: bytes) -> FrameReading:
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
