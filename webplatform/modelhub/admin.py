"""The models in Django's admin, to look at: what is active is decided on a model's page, where the gate stands."""

from __future__ import annotations

from django.contrib import admin

from webplatform.common.admin import ReadOnlyAdmin
from webplatform.modelhub.models import ModelVersion


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Versions are registered from bundles, never typed in, and stay as long as sessions name them."""

    list_display = ["name", "version", "state", "created_at"]
    list_filter = ["state"]
    search_fields = ["name", "version", "digest"]
