"""The texts that ship, also after a transactional test has emptied the tables."""

import pytest

from tests.shipped_texts import add_shipped_texts


@pytest.fixture(autouse=True)
def texts(db):
    add_shipped_texts()
