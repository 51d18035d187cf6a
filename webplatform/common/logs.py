"""What log lines leave out."""

from __future__ import annotations

import logging
import re

KEYED = re.compile(
    r"(/(?:p|demo|invitation|confirm-email|reset/key)/"
    r"|\braut_|\b(?:Token|Ticket|Bearer) +|\braut\.ticket\.)[\w:.=-]{16,}",
    re.IGNORECASE,
)


ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")


class WithoutKeys(logging.Filter):
    """Keys that stand in addresses, tokens and e-mail addresses reach no log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if KEYED.search(text) or ADDRESS.search(text):
            record.msg, record.args = ADDRESS.sub("…@…", KEYED.sub(r"\1…", text)), ()
        return True
