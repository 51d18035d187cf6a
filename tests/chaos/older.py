"""An analysis worker as it was before jobs took turns: it does the job that its message names, and knows no other task.

`python -m celery --app tests.chaos.older worker --queues analysis` runs it. Messages of newer tasks are strange to it:
Celery drops them, and what they were about has to be sent again by the beat.
"""

from __future__ import annotations

import os
from uuid import UUID

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")

app = Celery("raut-older")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="webplatform.analysis.tasks.analyze")
def analyse(job_id: str) -> None:
    """Do this very job."""
    from webplatform.analysis import work  # Django is set up by Celery once the worker has begun

    work.run_job(UUID(job_id))
