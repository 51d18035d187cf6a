"""The Django project: accounts, studies, consent, sessions and the doors that fill them."""

from webplatform.celery import app as celery_app

__all__ = ["celery_app"]
