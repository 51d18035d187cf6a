"""Signals that analyses send to other apps."""

from django.dispatch import Signal

# Sent inside the transaction in which a job is done or has failed, with `job` and its new `state`.
job_ended = Signal()
