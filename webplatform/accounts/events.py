"""Signals that accounts send to other apps."""

from django.dispatch import Signal

# Sent inside the transaction that disables an account, with `user`. Whoever hears it stops what runs for them.
account_disabled = Signal()
# Sent once the logins of `user` have ended: whoever holds a connection open lets it prove itself anew.
logins_ended = Signal()
