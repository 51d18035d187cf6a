"""Texts about delivery attempts on the pages."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webplatform.webhooks.models import Attempt

PROBLEMS = {
    "status": gettext_noop("the receiver answered that it failed"),
    "timeout": gettext_noop("no answer within ten seconds"),
    "tls": gettext_noop("its certificate is not valid"),
    "connection": gettext_noop("the receiver could not be reached"),
    "unknown_host": gettext_noop("there is no such host"),
    "private_address": gettext_noop("the address leads into a private network"),
    "refused_address": gettext_noop("the server's settings do not let it be sent to any more"),
    "no_http": gettext_noop("the answer was no HTTP"),
    "no_secret": gettext_noop("its secret cannot be opened any more: give it a new one"),
}


def problem_words(attempt: Attempt) -> str:
    """Why it was not delivered; empty where it was."""
    return _(PROBLEMS[attempt.problem]) if attempt.problem in PROBLEMS else attempt.problem
