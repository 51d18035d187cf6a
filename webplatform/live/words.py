"""The words with which the live page's scripts speak, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def live_words() -> dict[str, str]:
    """Words by the name that the scripts know; {n} and the like are filled in by them."""
    return {**_camera_words(), **_check_words(), **_running_words()}


def _camera_words() -> dict[str, str]:
    return {
        "insecure": _("Browsers give cameras to safe pages only: open this page over https, or on this very machine."),
        "denied": _("The browser was not allowed to use the camera. Allow it beside the address, then try again."),
        "noCamera": _("No camera was found. Plug one in, then try again."),
        "cameraBusy": _("The camera does not answer. Another program may be using it: close it, then try again."),
        "cameraFirst": _("Turn the camera on first."),
        "unplugged": _("The camera is gone: it was unplugged, or its permission was taken back."),
        "otherTab": _("Another tab of this browser is recording a live session."),
    }


def _check_words() -> dict[str, str]:
    return {
        "oneFace": _("{n} face found"),
        "someFaces": _("{n} faces found"),
        "tooDark": _("too dark: turn a light on before you"),
        "tooBright": _("too bright"),
        "lightGood": _("good"),
        "tooSmall": _("too small: come closer"),
        "blurred": _("blurred: hold still, or wipe the lens"),
        "turned": _("turned away: look at the camera"),
        "sizeGood": _("good"),
        "checkFailed": _("The check did not work; you may start all the same."),
    }


def _running_words() -> dict[str, str]:
    return {
        "boxFace": _("Face {n}: {name}"),
        "boxScore": _("Face {n}: {name} {percent} %"),
        "face": _("Face {n}"),
        "nobody": _("Nobody is in the picture."),
        "lastMinuteOf": _("The last minute of face {n}"),
        "connected": _("connected"),
        "lostConnection": _("The connection is lost. The session goes on when it is back."),
        "reconnecting": _("lost, trying again ({n} s)"),
        "perSecond": _("{n} a second"),
        "pause": _("Pause"),
        "goOn": _("Go on"),
        "paused": _("Paused: nothing is analysed."),
        "goesOn": _("The session goes on."),
        "wasHidden": _("The session was paused while this tab was in the background."),
        "markerNumber": _("Marker {n}"),
        "marked": _("Marked: {text}"),
        "stopping": _("Stopping"),
        "nothing": _("No picture reached the server, so nothing was kept."),
        "gaveUp": _("The connection was lost. What was recorded until then is kept."),
    }
