"""The Django project: accounts, studies, consent, sessions, uploads and webcams."""

from webplatform.celery import app as celery_app

__all__ = ["celery_app"]
