"""The texts that ship, also after a transactional test has emptied the tables."""

import importlib

import pytest
from django.apps import apps


@pytest.fixture(autouse=True)
def texts(db):
    importlib.import_module("webplatform.consent.migrations.0005_texts_for_participants").add_texts(apps, None)
