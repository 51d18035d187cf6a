"""What pages and their scripts say of uploads and of jobs, in the reader's language."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def progress_words() -> dict[str, str]:
    """The words with which scripts tell how far a job is; {n} and the like are filled in by them."""
    return {
        "queued": _("waiting for its turn"),
        "queuedAt": _("waiting for its turn: number {place}, starts in about {n} min"),
        "running": _("being analysed"),
        "stopping": _("stopping"),
        "done": _("done"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
        "percent": _("{n} %"),
        "face": ngettext("{n} face", "{n} faces", 1),
        "faces": ngettext("{n} face", "{n} faces", 2),
        "secondsLeft": _("about {n} s left"),
        "minutesLeft": _("about {n} min left"),
        "askFailed": _("That could not be asked of the server. Check the connection, then try again."),
        "offline": _("The connection is lost. Progress is asked for every few seconds until it is back."),
    }


def upload_words(max_bytes: int) -> dict[str, str]:
    """The words with which the upload page's script tells what happens to each file."""
    return {
        "waiting": _("waits for the upload before it"),
        "uploading": _("uploading: {done} of {all}"),
        "checking": _("uploaded, being checked"),
        "tooLarge": _("This file has {size}. The limit is %(limit)s.") % {"limit": filesizeformat(max_bytes)},
        "empty": _("This file is empty."),
        "wrongKind": _("This is not a video that Raut reads. It reads {extensions}."),
        "duplicate": _("This video was analysed before."),
        "resuming": _("The connection is lost. The upload goes on by itself as soon as it is back."),
        "half": _("{title}: {done} of {all} are here"),
        "dropHalf": _("Remove what is here of {title}"),
        "lost": _("The connection broke during the upload."),
        "refused": _("The server did not take the file (status {status})."),
        "signedOut": _("You are not logged in any more. Reload the page."),
        "stopped": _("The upload was stopped."),
        "gone": _("The session was deleted."),
        "leave": _("An upload is still under way."),
        "cancel": _("Cancel"),
        "cancelOf": _("Cancel {title}"),
        "retry": _("Try again"),
        "again": _("Analyse anyway"),
        "remove": _("Remove from the list"),
        "openEarlier": _("Open the earlier session"),
        "open": _("See the session"),
    }
