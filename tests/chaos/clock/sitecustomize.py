"""A clock that can be set while processes run: Python loads this before their own code (PYTHONPATH names the folder).

The file that RAUT_CHAOS_CLOCK names holds how far the clock is off, in seconds; without it the clock is right. Shifted
are the three places where the platform reads the time: Django's, Celery's and `time.time`.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

_true_time = time.time
_file = Path(os.environ.get("RAUT_CHAOS_CLOCK", ""))
LOOK_EVERY_S = 0.1
_seen = [0.0, 0.0]  # when the file was read, and what it said


def _off_s() -> float:
    now_s = time.monotonic()
    if now_s - _seen[0] > LOOK_EVERY_S:
        try:
            _seen[:] = [now_s, float(_file.read_text(encoding="ascii") or 0)]
        except (OSError, ValueError):
            _seen[:] = [now_s, 0.0]
    return _seen[1]


def _shift() -> None:
    import celery.app.base
    from django.utils import timezone

    django_now, celery_now = timezone.now, celery.app.base.Celery.now
    time.time = lambda: _true_time() + _off_s()
    timezone.now = lambda: django_now() + timedelta(seconds=_off_s())
    celery.app.base.Celery.now = lambda app: celery_now(app) + timedelta(seconds=_off_s())


if "RAUT_CHAOS_CLOCK" in os.environ:
    _shift()
