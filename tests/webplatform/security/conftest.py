"""A session that its owner has recorded."""

import pytest

from webplatform.history.models import Session
from webplatform.history.services import close_session, open_session


@pytest.fixture
def session_of_owner(study, owner, consent) -> Session:
    """A closed session without readings."""
    session = open_session(study=study, user=owner, consent=consent, title="Walk", source="upload", every_ms=200)
    return close_session(session=session, duration_ms=1000, is_partial=False)
