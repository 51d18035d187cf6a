"""Consent in Django's admin: to be read; texts are added by migrations and records are never edited."""

from __future__ import annotations

from django.contrib import admin

from webplatform.common.admin import ReadOnlyAdmin
from webplatform.consent.models import ConsentRecord, ConsentText


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnlyAdmin):
    list_display = ("version", "language", "created_at", "digest")


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    list_display = ("user", "text", "channel", "given_at", "withdrawn_at")
    list_filter = ("channel", "text__version")
    search_fields = ("user__email",)
    list_select_related = ("user", "text")
