"""What studies tell the other apps."""

from django.dispatch import Signal

# Sent inside the transaction in which a participant asks for something, with `request`.
request_received = Signal()
