"""ELAN: a tier for each person with what they show when, one for the markers, linked to the video's name."""

from __future__ import annotations

from typing import IO
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from pympi.Elan import Eaf, to_adocument

from inference import Emotion
from webplatform.analysis.models import MediaFile, recording_of
from webplatform.exporting.content import Content, excluded_in, step_of
from webplatform.exporting.stretches import Stretch, stretches_of
from webplatform.history.models import Segment, Session
from webplatform.history.words import EMOTION_NAMES

MARKER_MS = 1  # ELAN knows no annotation without a length


def write(content: Content, out: IO[bytes]) -> None:
    """The annotations of the one session: of people, and without excluded stretches, which have a tier of their own."""
    session = content.sessions[0]
    document = Eaf(author="Raut")
    document.remove_tier("default")
    _link_video(document, session)
    _add_marks(document, session)
    tiers = {named.title: _new_tier(document, named.title) for named in content.people(session)}
    readings, excluded = content.counted(session), excluded_in(session)
    for stretch in stretches_of(readings, step_ms=step_of(session), excluded=excluded):
        document.add_annotation(tiers[stretch.person], stretch.from_ms, stretch.to_ms, _annotation_text(stretch))
    ElementTree.ElementTree(to_adocument(document)).write(out, xml_declaration=True, encoding="UTF-8")


def _link_video(document: Eaf, session: Session) -> None:
    """The video by its name: ELAN looks for it beside the file, and asks where it is otherwise."""
    media = MediaFile.objects.filter(session=recording_of(session)).first()
    if media is not None:
        name = media.original_name
        document.add_linked_file(name, relpath=f"./{name}", mimetype=media.content_type)


def _add_marks(document: Eaf, session: Session) -> None:
    """Markers and segments; they come first, so that no person's tier takes the name of theirs."""
    markers = _new_tier(document, _("markers"))
    for marker in session.markers.all():
        document.add_annotation(markers, marker.t_ms, marker.t_ms + MARKER_MS, marker.text)
    for kind, name in Segment.Kind.choices:
        segments = session.segments.filter(kind=kind)
        tier = _new_tier(document, str(name)) if segments else ""
        for one in segments:
            document.add_annotation(tier, one.from_ms, one.to_ms, one.label or one.reason)


def _new_tier(document: Eaf, name: str) -> str:
    """A tier of this name, or where there is one already of another; returns its name."""
    free, number = name, 1
    while free in document.get_tier_names():
        number += 1
        free = f"{name} ({number})"
    document.add_tier(free)
    return free


def _annotation_text(stretch: Stretch) -> str:
    name = str(EMOTION_NAMES[Emotion(stretch.expression)])
    return _("%(expression)s (corrected)") % {"expression": name} if stretch.is_corrected else name
