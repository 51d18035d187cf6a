"""The Celery application: queues and the beat. Tasks carry ids only; what they do lives in each app's `work`."""

import os

from celery import Celery
from celery.signals import celeryd_init

from webplatform.common.system.priorities import set_process_priority

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")

app = Celery("raut")
celeryd_init.connect(set_process_priority)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Long work has workers of its own; everything else goes to the housekeeper.
app.conf.task_routes = {
    "webplatform.analysis.tasks.analyze": {"queue": "analysis"},
    "webplatform.analysis.tasks.copy_for_playing": {"queue": "analysis"},
    "webplatform.exporting.tasks.export_sessions": {"queue": "analysis"},
    "webplatform.learning.tasks.work_on": {"queue": "training"},
}
app.conf.beat_scheduler = "webplatform.operations.beat:SteadyScheduler"
app.conf.beat_schedule = {
    "requeue-stale-jobs": {"task": "webplatform.analysis.tasks.requeue_stale_jobs", "schedule": 5.0},
    "requeue-stale-work": {"task": "webplatform.learning.tasks.requeue_stale_work", "schedule": 5.0},
    "drop-undecided": {"task": "webplatform.learning.tasks.drop_undecided", "schedule": 600.0},
    "remove-due-files": {"task": "webplatform.analysis.tasks.remove_due_files", "schedule": 30.0},
    "close-silent-sessions": {"task": "webplatform.live.tasks.close_silent_sessions", "schedule": 10.0},
    "remove-unconsented": {"task": "webplatform.history.tasks.remove_unconsented", "schedule": 60.0},
    "write-left-lines": {"task": "webplatform.history.tasks.write_left_lines", "schedule": 60.0},
    "forget-invitations": {"task": "webplatform.studies.tasks.forget_invitations", "schedule": 3600.0},
    "forget-logins": {"task": "webplatform.accounts.tasks.forget_logins", "schedule": 3600.0},
    "forget-answers": {"task": "webplatform.accounts.tasks.forget_answers", "schedule": 600.0},
    "requeue-stale-exports": {"task": "webplatform.retention.tasks.requeue_stale", "schedule": 10.0},
    "requeue-stale-export-jobs": {"task": "webplatform.exporting.tasks.requeue_stale", "schedule": 10.0},
    "purge": {"task": "webplatform.retention.tasks.purge", "schedule": 3600.0},
    "note-time": {"task": "webplatform.retention.tasks.note_time", "schedule": 60.0},
    "tell-owners": {"task": "webplatform.retention.tasks.tell_owners", "schedule": 6 * 3600.0},
    "keep-new-curves": {"task": "webplatform.results.tasks.keep_new_curves", "schedule": 10.0},
    "requeue-stale-results": {"task": "webplatform.results.tasks.requeue_stale", "schedule": 10.0},
    "refresh-results": {"task": "webplatform.results.tasks.refresh_watched", "schedule": 60.0},
    "tend-uploads": {"task": "webplatform.operations.tasks.tend_uploads", "schedule": 60.0},
    "requeue-stale-deliveries": {"task": "webplatform.webhooks.tasks.requeue_stale", "schedule": 5.0},
    "forget-deliveries": {"task": "webplatform.webhooks.tasks.forget_deliveries", "schedule": 3600.0},
    "requeue-stale-fetches": {"task": "webplatform.fetching.tasks.requeue_stale", "schedule": 5.0},
    "forget-fetches": {"task": "webplatform.fetching.tasks.forget", "schedule": 3600.0},
    "remove-orphans": {"task": "webplatform.analysis.tasks.remove_orphans", "schedule": 1800.0},
}
