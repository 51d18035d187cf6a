"""The consent texts that a new database has: a test that commits leaves the tables empty for those after it."""

from importlib import import_module

from django.apps import apps


def add_shipped_texts() -> None:
    import_module("webplatform.consent.migrations.0002_texts").add_texts(apps, None)
