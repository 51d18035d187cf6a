"""Signals that learning sends to other apps."""

from django.dispatch import Signal

# Sent inside the transaction in which a training run is done or has failed, with `run` and its new `state`.
run_ended = Signal()
