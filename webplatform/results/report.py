"""A study's results as a report to read and to print: what was asked, curves, tables, comparison, what was left out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from matplotlib.figure import Figure
from PIL import Image

from webplatform.exporting.pdf_page import Paper
from webplatform.exporting.report_closing import write_closing
from webplatform.history.words import EMOTION_NAMES
from webplatform.results.choices import Choice, stored_choice
from webplatform.results.drawing import (
    MOST_GROUPS,
    comparison_picture,
    curves_picture,
    drawn,
    lines_of_groups,
)
from webplatform.results.models import StudyFigures
from webplatform.results.queries import SessionLine, withdrawn_people
from webplatform.results.showing import (
    SMALL_N,
    comparison_shown,
    left_out_shown,
    measures_shown,
    name_of,
    smallest_group,
)
from webplatform.studies.models import Study

ROWS_A_PAGE = 4  # charts of expressions on one page
MOST_SESSIONS = 400  # the CSV file holds all

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Content:
    """What the report is made of."""

    study: Study
    figures: StudyFigures
    lines: list[SessionLine]

    @property
    def result(self) -> Plain:
        return self.figures.result

    @property
    def choice(self) -> Choice:
        return stored_choice(self.figures.choice)

    @property
    def counted(self) -> list[SessionLine]:
        return [line for line in self.lines if line.counts]


def report_of(study: Study, figures: StudyFigures, lines: list[SessionLine]) -> bytes:
    """The report as a PDF file, in the language of the request."""
    content = _Content(study, figures, lines)
    foot = _("Raut reports facial expression: what a face shows, not what a person feels.")
    with closing(Paper(study.name, foot)) as paper:
        _opening(paper, content)
        if content.result["groups"]:
            _curves(paper, content)
            _measures(paper, content)
            _comparison(paper, content)
        _left_out(paper, content)
        _sessions(paper, content)
        write_closing(paper, [line.session for line in content.counted])
        return bytes(paper.output())


def _opening(paper: Paper, content: _Content) -> None:
    paper.heading(content.study.name, 1)
    if content.study.purpose:
        paper.paragraph(content.study.purpose)
    computed = date_format(timezone.localtime(content.figures.made_at), "DATETIME_FORMAT")
    today = date_format(timezone.localtime(), "DATETIME_FORMAT")
    text = _("Made on %(day)s, of results computed on %(made)s.")
    paper.paragraph(text % {"day": today, "made": computed}, is_quiet=True)
    paper.facts(_choice_facts(content))
    groups = [[name_of(g), str(g["people"]), str(g["sessions"])] for g in content.result["groups"]]
    paper.rows([[_("Group"), _("Participants"), _("Sessions")], *groups] if groups else [], widths=(60, 20, 20))
    smallest = smallest_group(content.result)
    if groups and smallest < SMALL_N and content.choice.by != "participant":
        few = ngettext(
            "The smallest group has %(n)d participant: with so few a band is rough and says little of other people.",
            "The smallest group has %(n)d participants: with so few a band is rough and says little of other people.",
            smallest,
        )
        paper.paragraph(few % {"n": smallest})


def _choice_facts(content: _Content) -> list[tuple[str, str]]:
    """How it was looked at, so that somebody else can look likewise."""
    choice, result = content.choice, content.result
    marker = _("marker “%(label)s”")
    rows = [
        (_("Grouped by"), _grouping(content)),
        (_("Time starts at"), marker % {"label": choice.clock} if choice.clock else _("the session's start")),
        (_("and ends at"), marker % {"label": choice.until} if choice.until else _("the session's end")),
        (_("Threshold, %"), str(choice.threshold)),
        (_("Seen at least, % of the time"), str(choice.seen)),
        (_("Readings without a verdict"), _("left out") if choice.sure else _("in the mean scores")),
        (_("Bootstrap draws, seed"), f"{number_format(result['resamples'], force_grouping=True)}, {result['seed']}"),
    ]
    if result["baseline"]:
        text = ngettext(
            "marked in %(marked)d session, the first 30 s in %(first)d",
            "marked in %(marked)d sessions, the first 30 s in %(first)d",
            result["baseline"]["marked"],
        )
        counts = {"marked": result["baseline"]["marked"], "first": result["baseline"]["first_30_s"]}
        rows.append((_("Neutral stretch"), text % counts))
    return rows


def _grouping(content: _Content) -> str:
    variable = content.choice.variable
    if variable is not None:
        return str(content.study.variables.filter(pk=variable).values_list("name", flat=True).first() or "–")
    plain = {"condition": _("condition"), "participant": _("participant"), "all": _("everybody together")}
    return plain[content.choice.by]


def _curves(paper: Paper, content: _Content) -> None:
    paper.heading(_("Curves"))
    paper.paragraph(
        _(
            "Mean score second by second: each participant counts once, sessions of one participant in a condition"
            " are averaged first. The band is a 95 % bootstrap interval over participants, second by second; a group"
            " of one participant has none."
        )
    )
    groups = lines_of_groups(content.result)
    if len(groups) > MOST_GROUPS:
        paper.paragraph(_("There are too many curves for one picture; the file of the curves holds them all."))
        return
    emotions = content.result["emotions"]
    for start in range(0, len(emotions), ROWS_A_PAGE):
        _picture(paper, curves_picture(groups, emotions[start : start + ROWS_A_PAGE], "", scaled_by=emotions))


def _measures(paper: Paper, content: _Content) -> None:
    paper.heading(_("Measures"))
    text = _(
        "Means over participants with their 95 %% bootstrap intervals; n is how many participants have a value. The"
        " threshold is %(threshold)d %%."
    )
    paper.paragraph(text % {"threshold": content.choice.threshold})
    head = [_("Group"), *(str(EMOTION_NAMES[emotion]) for emotion in content.result["emotions"])]
    for table in measures_shown(content.result):
        paper.paragraph(f"{table['name']} (%)" if table["is_percent"] else str(table["name"]), is_quiet=True)
        rows = [[row["name"], *(_cell(cell) for cell in row["cells"])] for row in table["rows"]]
        paper.rows([head, *rows], widths=(16, *[12] * len(content.result["emotions"])))


def _comparison(paper: Paper, content: _Content) -> None:
    comparison = comparison_shown(content.result)
    if comparison is None:
        return
    paper.heading(_("Comparison"))
    _picture(paper, comparison_picture(content.result["comparison"], ""))
    if comparison["warning"]:
        paper.paragraph(comparison["warning"])
    names = [comparison["first"]["name"], comparison["second"]["name"]]
    head = [_("Expression"), *names, _("Difference"), comparison["effect"], "p", _("p, corrected"), "n"]
    rows = [
        [str(r["name"]), r["first"], r["second"], _cell(r["difference"]), r["effect"], r["p"], r["p_corrected"], r["n"]]
        for r in comparison["rows"]
    ]
    paper.rows([head, *rows], widths=(14, 13, 13, 20, 12, 9, 10, 9))
    about = {"n": comparison["both"], "left": comparison["people_left_out"]}
    if comparison["pairing"] == "paired":
        text = ngettext(
            "Paired: %(n)d participant with a session in both; left out here with only one: %(left)d.",
            "Paired: %(n)d participants with a session in both; left out here with only one: %(left)d.",
            comparison["both"],
        )
    else:
        text = _("Unpaired: different participants on the two sides; left out here because they are on both: %(left)d.")
    paper.paragraph(text % about)
    paper.paragraph(
        _(
            "The interval is a 95 % bootstrap interval. p is of a two-sided permutation test, corrected by Holm's"
            " method for seven expressions."
        )
    )


def _left_out(paper: Paper, content: _Content) -> None:
    paper.heading(_("What was left out, and why"))
    lines = [
        ngettext("%(n)d session: %(why)s", "%(n)d sessions: %(why)s", row["sessions"])
        % {"n": row["sessions"], "why": row["name"]}
        for row in left_out_shown(content.result)
    ]
    if withdrawn := withdrawn_people(content.study):
        text = ngettext(
            "%(n)d participant withdrew: their sessions are gone, and in no figure",
            "%(n)d participants withdrew: their sessions are gone, and in no figure",
            withdrawn,
        )
        lines.append(text % {"n": withdrawn})
    if excluded_ms := sum(line.excluded_ms for line in content.counted):
        text = _("%(time)s of the sessions that count: excluded by somebody, with a reason")
        lines.append(text % {"time": _clock(excluded_ms)})
    for line in lines or [_("Nothing: every session counts.")]:
        paper.paragraph(f"• {line}")


def _sessions(paper: Paper, content: _Content) -> None:
    if not content.lines:
        return
    paper.heading(_("Sessions"))
    head = [
        _("Session"),
        _("Participant"),
        _("Condition"),
        _("Length"),
        _("scored"),
        _("not sure"),
        _("In the figures"),
    ]
    rows = [
        [
            line.session.title,
            str(line.session.participant or ""),
            str(line.session.condition or ""),
            _clock(line.session.duration_ms or 0),
            _share(line.scored_share),
            _share(line.not_sure_share),
            line.reason or _("yes"),
        ]
        for line in content.lines[:MOST_SESSIONS]
    ]
    paper.rows([head, *rows], widths=(26, 14, 14, 9, 9, 9, 19))
    if (unlisted := len(content.lines) - MOST_SESSIONS) > 0:
        text = ngettext("%(n)d further session is not listed.", "%(n)d further sessions are not listed.", unlisted)
        paper.paragraph(text % {"n": unlisted}, is_quiet=True)


def _picture(paper: Paper, make: Callable[[], Figure]) -> None:
    file = BytesIO(drawn(make, "png"))
    width, height = Image.open(file).size
    file.seek(0)
    paper.picture(file, width, height)


def _cell(cell: Plain) -> str:
    parts = [cell["value"], cell["interval"], f"n = {cell['n']}" if cell.get("n") is not None else ""]
    return "\n".join(part for part in parts if part)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{number_format(100 * share, 0)} %"


def _clock(t_ms: int) -> str:
    seconds = round(t_ms / 1000)
    return f"{seconds // 60}:{seconds % 60:02}"
