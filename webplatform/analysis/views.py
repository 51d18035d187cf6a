"""The video of a session, for those who may see the session, in the pieces that a player asks for."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from webplatform.analysis.models import PlaybackCopy
from webplatform.analysis.sending import Sent, send_file, session_video
from webplatform.history.media import open_file
from webplatform.history.models import Session


@login_required
@require_safe
def media(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """The session's media file: 200 whole, 206 a part, 416 a part that does not exist."""
    return session_video(request, session_id, request.user)


@login_required
@require_safe
def playback(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """The copy that browsers play of a file that they do not."""
    session = get_object_or_404(Session.objects.for_user(request.user), pk=session_id)
    copy = get_object_or_404(PlaybackCopy, media__session=session, state=PlaybackCopy.State.DONE)
    name = PurePath(copy.media.original_name).with_suffix(".mp4").name
    content = partial(open_file, session, copy.stored_name)
    return send_file(request, Sent(content, "video/mp4", name, f'"{copy.stored_name}"'))
