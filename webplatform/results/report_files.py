"""Files of results that are drawn: charts as pictures, the PDF report. Its libraries are large: see `asking`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict
from webplatform.history.models import Session
from webplatform.history.words import EMOTION_NAMES
from webplatform.results import drawing
from webplatform.results.figure_requests import current_figures, file_name, record_taken, shown_emotions
from webplatform.results.overlaying import overlay_of
from webplatform.results.queries import lines_of
from webplatform.results.report import report_of
from webplatform.studies.models import Study


def chart_file(study: Study, parameters: Mapping[str, Any], chart: str, user: User) -> tuple[bytes, str]:
    """One chart as a picture, and the file's name; the audit says that it went.

    Args:
        chart: one of CHARTS, a dot, and one of PICTURES.
    Raises:
        Conflict: these results are being made, or there is nothing to draw.
        TooLarge: these are too many curves for one picture.
    """
    name, kind = chart.split(".")
    result = current_figures(study, parameters).result
    if name == "comparison":
        make = drawing.comparison_picture(result["comparison"], study.name)
    else:
        emotions = [name] if name in EMOTION_NAMES else shown_emotions(parameters)
        make = drawing.curves_picture(drawing.lines_of_groups(result), emotions, study.name)
    record_taken(study.pk, user)
    return drawing.drawn(make, kind), file_name(study, name, kind)


def report_file(study: Study, parameters: Mapping[str, Any], user: User) -> tuple[bytes, str]:
    """The results as a PDF report, and the file's name; the audit says that it went.

    Raises:
        Conflict: these results are being made.
    """
    figures = current_figures(study, parameters)
    record_taken(study.pk, user)
    return report_of(study, figures, lines_of(study, figures.result)), file_name(study, "results", "pdf")


def overlay_file(sessions: list[Session], parameters: Mapping[str, Any], kind: str, user: User) -> tuple[bytes, str]:
    """Sessions laid over each other as a picture, and the file's name.

    Raises:
        Conflict: some are being added up, or none has a curve.
    """
    overlay = overlay_of(sessions, clock=str(parameters.get("clock", "")))
    if overlay["is_waiting"]:
        raise Conflict(_("These results are being computed. Try again in a moment."))
    make = drawing.curves_picture(
        drawing.lines_of_sessions(overlay), shown_emotions(parameters), _("Sessions laid over each other")
    )
    for study_id in {session.study_id for session in sessions}:
        record_taken(study_id, user)
    return drawing.drawn(make, kind), f"overlay.{kind}"
