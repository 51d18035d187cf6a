"""A report to read and to print: what was recorded, what was shown, how many frames it rests on, what it cannot say."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from typing import IO, Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from matplotlib.figure import Figure

from inference import EMOTIONS, Reason
from webplatform.exporting.charts import DPI, HEIGHT_IN, WIDTH_IN, chart_style, curves_of, draw_person, legend
from webplatform.exporting.content import Content, excluded_in
from webplatform.exporting.pdf_page import Paper
from webplatform.exporting.persons import WhoIs, everybody_named
from webplatform.exporting.report_closing import write_closing
from webplatform.exporting.tables import VARIABLE
from webplatform.history.models import Session
from webplatform.history.queries import session_variables
from webplatform.history.words import EMOTION_NAMES, REASON_NAMES

MOST_CHARTS = 8  # of one session; the tables hold all
MOST_MARKERS = 200


def write(content: Content, out: IO[bytes]) -> None:
    """The report of one session or of several."""
    alone = content.sessions[0] if len(content.sessions) == 1 else None
    title = alone.title if alone else _("Report on several sessions")
    foot = _("Raut reports facial expression: what a face shows, not what a person feels.")
    with closing(Paper(title, foot)) as paper:
        paper.heading(title, 1)
        made_text = _("Made on %(day)s.") % {"day": date_format(timezone.localtime(), "DATETIME_FORMAT")}
        paper.paragraph(made_text, is_quiet=True)
        if alone is None:
            _contents(paper, content)
        for session in content.sessions:
            _session(paper, content, session)
        write_closing(paper, content.sessions)
        out.write(bytes(paper.output()))


def _contents(paper: Paper, content: Content) -> None:
    n = len(content.sessions)
    paper.paragraph(ngettext("%(n)d session.", "%(n)d sessions.", n) % {"n": n})
    head = [_("Session"), _("Participant"), _("Condition"), _("People"), _("Length")]
    lines = [
        [s.title, str(s.participant or ""), str(s.condition or ""), str(s.people), _length(s.duration_ms)]
        for s in content.sessions
    ]
    paper.rows([head, *lines], widths=(40, 20, 20, 8, 12))


def _session(paper: Paper, content: Content, session: Session) -> None:
    rank = 3 if len(content.sessions) > 1 else 2
    if rank > 2:
        paper.heading(session.title)
    paper.facts(particulars(session))
    paper.heading(_("What was shown"), rank)
    _tables(paper, content, session)
    _charts(paper, content, session)
    paper.heading(_("What it rests on"), rank)
    paper.facts(_accounting(session))
    _markers(paper, session, rank)
    content.note(session.summary.get("observations", 0))


def particulars(session: Session) -> list[tuple[str, object]]:
    """What a session is, under its heading: names and values, without what is not known."""
    rows = [
        (_("Study"), session.study.name),
        (_("Participant"), session.participant or ""),
        (_("Condition"), session.condition or ""),
        (_("Film"), _film(session)),
        *((name.removeprefix(VARIABLE), value) for name, value in session_variables(session).items()),
        (_("Recorded"), date_format(timezone.localtime(session.created_at), "DATETIME_FORMAT")),
        (_("Length"), _length(session.duration_ms)),
        (_("Looked at every"), _("%(n)d ms") % {"n": session.every_ms}),
        (_("Model"), session.model_version or ""),
        (_("Session"), session.pk),
    ]
    return [(name, value) for name, value in rows if value != ""]


def _film(session: Session) -> str:
    if session.stimulus is None:
        return ""
    film = {"title": session.stimulus, "n": session.stimulus_position}
    return _("%(title)s (shown as number %(n)d)") % film if session.stimulus_position else str(session.stimulus)


def _tables(paper: Paper, content: Content, session: Session) -> None:
    """Shares of time and mean scores of what counts, a line for each person."""
    figures = _figures(session)
    people = [(named, figures.get(named.key)) for named in content.people(session)]
    tables = [(named.title, figures_of_person) for named, figures_of_person in people if figures_of_person]
    if not tables:
        paper.paragraph(_("Nobody was seen for long enough."))
        return
    names = [str(EMOTION_NAMES[emotion]) for emotion in EMOTIONS]
    for text, key in ((_("Share of the scored readings, %"), "share"), (_("Mean score, %"), "mean")):
        paper.paragraph(text, is_quiet=True)
        lines = [[title, *_percents(t, key), str(t["scored"]), str(t["not_sure"])] for title, t in tables]
        head = [_("Person"), *names, _("scored"), _("not sure")]
        paper.rows([head, *lines], widths=(15, *[10] * 7, 10, 10))
    if excluded_ms := sum(to_ms - from_ms for from_ms, to_ms in excluded_in(session)):
        paper.paragraph(_("Excluded by somebody, with a reason: %(time)s.") % {"time": _length(excluded_ms)})
    _corrections(paper, session)


def _figures(session: Session) -> dict[str, dict[str, Any]]:
    """By person: what counts after all that people said of the session, else what the model's summary says."""
    plain = {str(track["number"]): track for track in session.summary.get("tracks", [])}
    return {**plain, **{row["key"]: row for row in session.revised.get("people", [])}}


def _corrections(paper: Paper, session: Session) -> None:
    corrections = session.corrections.select_related("track")
    if corrections:
        paper.paragraph(_("Corrected by people:"), is_quiet=True)
        identities = WhoIs(everybody_named(session))
        head = [_("Person"), _("From"), _("To"), _("Expression")]
        lines = [
            [_title(identities, c.track_id, c.from_ms), _length(c.from_ms), _length(c.to_ms), _name(c.emotion)]
            for c in corrections
        ]
        paper.rows([head, *lines], widths=(25, 20, 20, 35))


def _title(identities: WhoIs, track_id: int, t_ms: int) -> str:
    named = identities.at(track_id, t_ms)
    return named.title if named else "–"


def _charts(paper: Paper, content: Content, session: Session) -> None:
    people = content.people(session)
    curves = curves_of(session, people[:MOST_CHARTS])
    for named in people[:MOST_CHARTS]:
        drawn = BytesIO()
        with chart_style():
            picture = Figure(figsize=(WIDTH_IN, HEIGHT_IN + 0.4), layout="constrained")
            axes = picture.subplots()
            draw_person(axes, session, named, curves[named.key])
            legend(picture, axes)
            picture.savefig(drawn, format="png", dpi=DPI)
        paper.picture(drawn, WIDTH_IN, HEIGHT_IN + 0.4)
        content.note(0)
    if len(people) > MOST_CHARTS:
        more = len(people) - MOST_CHARTS
        text = ngettext("%(n)d further face has no chart here.", "%(n)d further faces have no chart here.", more)
        paper.paragraph(text % {"n": more}, is_quiet=True)


def _accounting(session: Session) -> list[tuple[str, object]]:
    """Every frame and every face is accounted for."""
    summary = session.summary
    glimpses = summary.get("glimpses", {})
    reasons = [
        (_("Faces not scored: %(reason)s") % {"reason": REASON_NAMES[Reason(reason)]}, number_format(count))
        for reason, count in summary.get("unscored", {}).items()
    ]
    return [
        (_("Frames decoded"), number_format(session.frames_decoded)),
        (_("of them passed over"), number_format(session.frames_skipped)),
        (_("Frames looked at"), number_format(session.frames_sampled)),
        (_("without a face"), number_format(session.frames_without_face)),
        (_("with faces, none scored"), number_format(session.frames_unscored)),
        (_("with scored faces"), number_format(session.frames_scored)),
        (_("Frames too damaged"), number_format(session.frames_damaged)),
        (_("Time without a picture"), _length(session.missing_ms)),
        (_("Readings of people"), number_format(summary.get("observations", 0))),
        (_("of them scored"), number_format(summary.get("scored", 0))),
        (_("of them not sure"), number_format(summary.get("not_sure", 0))),
        *reasons,
        (_("Readings of glimpses, in no total"), number_format(glimpses.get("observations", 0))),
    ]


def _markers(paper: Paper, session: Session, rank: int) -> None:
    markers = list(session.markers.all()[:MOST_MARKERS])
    if markers:
        paper.heading(_("Markers"), rank)
        lines = [[_length(marker.t_ms), marker.text] for marker in markers]
        paper.rows([[_("Time"), _("Text")], *lines], widths=(20, 80))


def _percents(track: dict[str, Any], key: str) -> list[str]:
    shares = track.get(key, {})
    return [number_format(100 * shares[str(e)], 1) if str(e) in shares else "–" for e in EMOTIONS]


def _name(emotion: str) -> str:
    return str(next((name for key, name in EMOTION_NAMES.items() if str(key) == emotion), emotion))


def _length(t_ms: int | None) -> str:
    """Minutes, seconds and thousandths."""
    if t_ms is None:
        return "?"
    return f"{t_ms // 60000}:{t_ms // 1000 % 60:02}.{t_ms % 1000:03}"
