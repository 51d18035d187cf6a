"""Signals that history sends to other apps."""

from django.dispatch import Signal

# Sent inside the transaction that erases a session, with `session_id`. Receivers remove what was made of the
# session elsewhere.
session_erased = Signal()

# Sent inside the transaction that moves a session to the bin, with `session`, before it is there: what works on it
# stops, and what was made of it elsewhere for others to see goes. It may be restored.
session_binned = Signal()

# Sent inside the transaction that closes a session, with `session` as it is now.
session_closed = Signal()

# Sent inside the transaction that ends the time of a session's readings, with `session_id`; the session stays.
readings_removed = Signal()

# Sent inside the transaction that makes a session somebody else's, with `session` as it is now and `before`, the
# consent that it rested on: other days and another consent hold for what is kept of it.
session_assigned = Signal()

# Sent with `session_id` inside the transaction that changes which readings count, or for whom: corrections, excluded
# stretches, merged faces. Receivers that store figures of the session compute them again.
session_revised = Signal()

# Sent inside the transaction that removes only the video of a session, with `session_id`.
video_removed = Signal()
