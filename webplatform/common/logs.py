"""What log lines leave out."""

from __future__ import annotations

import logging
import re

KEYED = re.compile(r"(/p/|/confirm-email/|/reset/key/)[\w:.=-]{16,}")


class WithoutKeys(logging.Filter):
    """Keys that stand in addresses, of participants' links and of links in e-mails, do not reach a log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if KEYED.search(text):
            record.msg, record.args = KEYED.sub(r"\1…", text), ()
        return True
