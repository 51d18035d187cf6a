"""A digest that changes when a session's files would change, without writing them."""

from __future__ import annotations

import hashlib
from typing import Any  # JSON

import orjson

from webplatform.history.models import Session
from webplatform.history.queries import session_variables


def tag_of(session: Session, head: dict[str, Any]) -> str | None:
    """A weak ETag of a closed session's files; None while readings still come.

    Readings are never changed, they only go. All else that the files tell is in what REST tells of the session, `head`,
    or is named here.
    """
    if session.state != Session.State.CLOSED:
        return None
    rows = session.observations.order_by("t_ms", "id").values_list("pk", flat=True)
    contents = [
        head,
        [rows.first(), rows.last(), session.readings_removed_at],
        [session.study.name, session.participant, session.condition, session.stimulus, session.stimulus_position],
        [session.external_id, [str(one) for one in session.study.variables.all()], session_variables(session)],
    ]
    text = orjson.dumps(contents, default=str, option=orjson.OPT_NON_STR_KEYS)
    return f'W/"{hashlib.sha256(text).hexdigest()[:32]}"'
