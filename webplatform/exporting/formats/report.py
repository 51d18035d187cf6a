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
from webplatform.exporting.charts import DPI, HEIGHT_IN, WIDTH_IN, chart_style, draw_face, legend
from webplatform.exporting.content import Content
from webplatform.exporting.model_card import card_of, write_card
from webplatform.exporting.paper import Paper
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
        made = _("Made on %(day)s.") % {"day": date_format(timezone.localtime(), "DATETIME_FORMAT")}
        paper.paragraph(made, is_quiet=True)
        if alone is None:
            _contents(paper, content)
        for session in content.sessions:
            _session(paper, content, session)
        _models(paper, content)
        _limits(paper)
        _citing(paper, content)
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
    known = [
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
    return [(name, value) for name, value in known if value != ""]


def _film(session: Session) -> str:
    if session.stimulus is None:
        return ""
    place = {"title": session.stimulus, "n": session.stimulus_position}
    return _("%(title)s (shown as number %(n)d)") % place if session.stimulus_position else str(session.stimulus)


def _tables(paper: Paper, content: Content, session: Session) -> None:
    """Shares of time and mean scores, a line for each face."""
    wanted = set(content.faces(session))
    tracks = [t for t in session.summary.get("tracks", []) if t["number"] in wanted]
    if not tracks:
        paper.paragraph(_("Nobody was seen for long enough."))
        return
    names = [str(EMOTION_NAMES[emotion]) for emotion in EMOTIONS]
    for text, key in ((_("Share of the scored readings, %"), "share"), (_("Mean score, %"), "mean")):
        paper.paragraph(text, is_quiet=True)
        lines = [[str(t["number"]), *_percents(t, key), str(t["scored"]), str(t["not_sure"])] for t in tracks]
        head = [_("Face"), *names, _("scored"), _("not sure")]
        paper.rows([head, *lines], widths=(8, *[11] * 7, 11, 11))
    corrections = session.corrections.select_related("track")
    if corrections:
        paper.paragraph(_("Corrected by people:"), is_quiet=True)
        head = [_("Face"), _("From"), _("To"), _("Expression")]
        lines = [[str(c.track.number), _length(c.from_ms), _length(c.to_ms), _name(c.emotion)] for c in corrections]
        paper.rows([head, *lines], widths=(10, 25, 25, 40))


def _charts(paper: Paper, content: Content, session: Session) -> None:
    faces = content.faces(session)
    for face in faces[:MOST_CHARTS]:
        drawn = BytesIO()
        with chart_style():
            picture = Figure(figsize=(WIDTH_IN, HEIGHT_IN + 0.4), layout="constrained")
            axes = picture.subplots()
            draw_face(axes, session, face)
            legend(picture, axes)
            picture.savefig(drawn, format="png", dpi=DPI)
        paper.picture(drawn, WIDTH_IN, HEIGHT_IN + 0.4)
        content.note(0)
    if len(faces) > MOST_CHARTS:
        more = len(faces) - MOST_CHARTS
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


def _models(paper: Paper, content: Content) -> None:
    models = {s.model_version_id: s.model_version for s in content.sessions if s.model_version}
    for version in models.values():
        paper.heading(_("The model: %(name)s") % {"name": version})
        write_card(paper, card_of(version))


def _limits(paper: Paper) -> None:
    paper.heading(_("What this cannot say"))
    for text in (
        _("A score says how much a face looks like the faces that people named so. It does not say what is felt."),
        _("Faces that are turned away, dark, blurred or small are left out, not guessed; gaps stay gaps."),
        _("A face's number is no identity. It may change where a face was out of sight for long, or after a cut."),
        _("Do not judge a person by it: not for work, schools, credit, policing or diagnosis."),
    ):
        paper.paragraph(f"• {text}")


def _citing(paper: Paper, content: Content) -> None:
    paper.heading(_("How to cite"))
    models = sorted({f"{s.model_version} ({s.model_version.digest[:12]})" for s in content.sessions if s.model_version})
    text = _("Facial expressions were read with Raut, model %(models)s, one reading every %(every)s ms.")
    every = ", ".join(str(n) for n in sorted({s.every_ms for s in content.sessions}))
    paper.paragraph(text % {"models": ", ".join(models) or "?", "every": every})
    paper.paragraph(
        _("State the model with its digest, the share of readings that were not sure, and what is left out.")
    )


def _percents(track: dict[str, Any], key: str) -> list[str]:
    found = track.get(key, {})
    return [number_format(100 * found[str(e)], 1) if str(e) in found else "–" for e in EMOTIONS]


def _name(emotion: str) -> str:
    return str(next((name for key, name in EMOTION_NAMES.items() if str(key) == emotion), emotion))


def _length(t_ms: int | None) -> str:
    """Minutes, seconds and thousandths."""
    if t_ms is None:
        return "?"
    return f"{t_ms // 60000}:{t_ms // 1000 % 60:02}.{t_ms % 1000:03}"
