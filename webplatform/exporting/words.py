"""What the export pages say of each kind of file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from webplatform.exporting.kinds import Format

GROUPS = (
    (_("Tables"), (Format.XLSX, Format.CSV, Format.CSV_WIDE, Format.PARQUET, Format.JSON)),
    (_("Report and charts"), (Format.PDF, Format.PNG, Format.SVG)),
    (_("Captions and annotations"), (Format.WEBVTT, Format.SRT, Format.EAF)),
    (_("Video"), (Format.VIDEO,)),
)
NOTES = {
    Format.XLSX: _("Sessions, summary, markers and readings on sheets, with what every column means."),
    Format.CSV: _("For statistics: one line for each face at each moment."),
    Format.CSV_WIDE: _("One line for each moment, a block of columns for each face."),
    Format.PARQUET: _("For data frames in Python, R and others, with types."),
    Format.JSON: _("Everything of each session, for programs."),
    Format.PDF: _("To read and print: charts, tables, what they rest on, the model's card, how to cite."),
    Format.PNG: _("The charts as a picture."),
    Format.SVG: _("The charts as a drawing that can be edited."),
    Format.WEBVTT: _("The expressions as captions for a player in a browser."),
    Format.SRT: _("The same for other players and for video editors."),
    Format.EAF: _("A tier for each face and one for the markers, for ELAN."),
    Format.VIDEO: _("The video with a box around each face and its scores; without sound. Faces can be blurred."),
}
