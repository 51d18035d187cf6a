"""Consent in Django's admin: to be read; texts are added by migrations and records are never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from webplatform.consent.models import ConsentRecord, ConsentText


class ReadOnlyAdmin(admin.ModelAdmin):
    """Lists and shows, changes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # the signature is Django's
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # the signature is Django's
        return False


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnlyAdmin):
    list_display = ("version", "language", "created_at", "digest")


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    list_display = ("user", "text", "channel", "given_at", "withdrawn_at")
    list_filter = ("channel", "text__version")
    search_fields = ("user__email",)
    list_select_related = ("user", "text")
