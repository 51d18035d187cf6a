"""Sessions in Django's admin: that they exist and how far they are, never what a face showed."""

from __future__ import annotations

from django.contrib import admin

from webplatform.common.admin import ReadOnlyAdmin
from webplatform.history.models import Session


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sessions are made by uploads and webcams, and erased with their files by `delete_session`."""

    list_display = ["id", "study", "source", "state", "frames_sampled", "created_at", "closed_at"]
    list_filter = ["state", "source"]
    list_select_related = ["study"]
    search_fields = ["id", "study__name"]
    exclude = ["title", "summary"]
