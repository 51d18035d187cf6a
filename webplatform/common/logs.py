"""What log lines leave out."""

from __future__ import annotations

import logging
import re

KEYED = re.compile(
    r"(/p/|/invitation/|/confirm-email/|/reset/key/|\braut_|\b(?:Token|Ticket|Bearer) +|\braut\.ticket\.)[\w:.=-]{16,}",
    re.IGNORECASE,
)


class WithoutKeys(logging.Filter):
    """Keys that stand in addresses, of participants' links and of links in e-mails, and tokens reach no log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if KEYED.search(text):
            record.msg, record.args = KEYED.sub(r"\1…", text), ()
        return True
