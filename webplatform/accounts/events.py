"""Signals that accounts send to other apps."""

from django.dispatch import Signal

# Sent inside the transaction that disables an account, with `user`. Receivers stop what runs for them.
account_disabled = Signal()
# Sent once the logins of `user` have ended: receivers authenticate their open connections again.
logins_ended = Signal()
