"""Signals that consent sends to other apps."""

from django.dispatch import Signal

# Sent inside the transaction of a withdrawal, with `record` and `scopes`, the set that holds no more. A receiver
# stops what runs at once, and removes what depended on it when the withdrawal is committed.
consent_withdrawn = Signal()
