"""What the scripts of a session's page say, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from webplatform.analysis.words import progress_words


def session_words() -> dict[str, str]:
    """The words of the page's scripts; {n} and the like are filled in by them."""
    return {**progress_words(), **_chart_words(), **_player_words()}


def _chart_words() -> dict[str, str]:
    return {
        "loading": _("Loading the timeline …"),
        "chartFailed": _("The timeline could not be loaded."),
        "retry": _("Try again"),
        "signedOut": _("You are signed out. Log in again in another tab, then try again."),
        "face": _("Face {n}"),
        "notSure": _("not sure"),
        "unscored": _("face not scored"),
        "corrected": _("corrected: {name}"),
        "noFace": _("face not seen"),
        "emotionAt": _("{name} {percent} %"),
        "chartLabel": _("Timeline of face {n}, {from} to {to}. Arrow keys move through time; press H for all keys."),
        "span": _("Shown: {from} – {to}, one value per {bucket}"),
        "seconds": _("{n} s"),
        "milliseconds": _("{n} ms"),
        "minutes": _("{n} min"),
        "time": _("time"),
        "readings": _("readings"),
        "verdict": _("expression"),
        "renamed": _("Renamed."),
        "renameFailed": _("The title could not be saved."),
        "resultHere": _("The analysis is done. Its result is on the page now."),
        "jobOver": _("The analysis has ended: {status}."),
        "gone": _("This session does not exist any more."),
        "pageFailed": _("The result could not be loaded. Reload the page."),
    }


def _player_words() -> dict[str, str]:
    return {
        "boxFace": _("{n}: {name}"),
        "boxScore": _("{n}: {name} {percent} %"),
        "cannotPlay": _(
            "This browser cannot play this video's format. The analysis is not affected: the chart, the moments and "
            "the downloads all work, and the boxes are drawn on an empty picture."
        ),
        "mediaMissing": _("The video is not kept on the server any more. Its readings are complete."),
        "mediaBroken": _("The video could not be loaded. Check the connection, then try again."),
        "boxesFailed": _("The boxes could not be loaded; trying again."),
    }
