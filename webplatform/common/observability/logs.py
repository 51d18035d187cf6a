"""What log lines leave out, and what they say of the task that wrote them."""

from __future__ import annotations

import logging
import re

from celery import current_task

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


class WithTask(logging.Filter):
    """Names the task of a worker that writes the line and what it is about, a job's id in most; `-` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = current_task.request if current_task else None
        record.task = current_task.name if request else "-"
        record.about = " ".join(map(str, request.args or ())) if request else "-"
        return True
