"""The Celery application. Tasks carry ids only; what they do lives in each app's `work` module."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")

app = Celery("raut")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
