"""ELAN: a tier for each face with what it shows when, one for the markers, linked to the video's name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from pympi.Elan import Eaf, to_adocument

from inference import Emotion
from webplatform.analysis.models import MediaFile, recording_of
from webplatform.exporting.content import Content, step_of
from webplatform.exporting.stretches import Stretch, stretches_of
from webplatform.history.models import Segment, Session
from webplatform.history.words import EMOTION_NAMES

MARKER_MS = 1  # ELAN knows no annotation without a length


def write(content: Content, out: IO[bytes]) -> None:
    """The annotations of the one session; people only, unless faces were chosen."""
    session = content.sessions[0]
    document = Eaf(author="Raut")
    document.remove_tier("default")
    _link_video(document, session)
    for face in content.faces(session):
        document.add_tier(_tier(face))
    readings = content.readings(session, people_only=True)
    _add_stretches(document, stretches_of(readings, step_ms=step_of(session)))
    document.add_tier(_("markers"))
    for marker in session.markers.all():
        document.add_annotation(_("markers"), marker.t_ms, marker.t_ms + MARKER_MS, marker.text)
    for kind, name in Segment.Kind.choices:
        found = session.segments.filter(kind=kind)
        if found:
            document.add_tier(str(name))
        for one in found:
            document.add_annotation(str(name), one.from_ms, one.to_ms, one.label or one.reason)
    ElementTree.ElementTree(to_adocument(document)).write(out, xml_declaration=True, encoding="UTF-8")


def _link_video(document: Eaf, session: Session) -> None:
    """The video by its name: ELAN looks for it beside the file, and asks where it is otherwise."""
    media = MediaFile.objects.filter(session=recording_of(session)).first()
    if media is not None:
        name = media.original_name
        document.add_linked_file(name, relpath=f"./{name}", mimetype=media.content_type)


def _add_stretches(document: Eaf, stretches: Iterable[Stretch]) -> None:
    for stretch in stretches:
        name = str(EMOTION_NAMES[Emotion(stretch.expression)])
        told = _("%(expression)s (corrected)") % {"expression": name} if stretch.is_corrected else name
        document.add_annotation(_tier(stretch.face), stretch.from_ms, stretch.to_ms, told)


def _tier(face: int) -> str:
    return _("face %(n)d") % {"n": face}
