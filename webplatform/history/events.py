"""What history tells the other apps."""

from django.dispatch import Signal

# Sent inside the transaction that erases a session, with `session_id`. Whoever hears it removes what was made of the
# session elsewhere.
session_erased = Signal()

# Sent inside the transaction that makes a session somebody else's, with `session` as it is now: other days and another
# consent hold for what is kept of it.
session_assigned = Signal()
# Sent inside the transaction that removes only the readings of a session, or only its video, with `session_id`.
readings_removed = Signal()
video_removed = Signal()
