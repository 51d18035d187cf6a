"""The texts that ship, also after a transactional test has emptied the tables."""

import importlib

import pytest
from django.apps import apps


@pytest.fixture(autouse=True)
def texts(db):
    importlib.import_module("webplatform.consent.migrations.0007_texts_on_sharing").add_texts(apps, None)
