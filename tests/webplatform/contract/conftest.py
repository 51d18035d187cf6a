"""A session with readings, as the history's tests have it."""

from tests.webplatform.history.conftest import session, story  # noqa: F401  (fixtures)
