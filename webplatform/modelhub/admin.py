"""The models in Django's admin: to look at, and to choose the active one."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webplatform.common.errors import AppError
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import activate_version


@admin.register(ModelVersion)
class ModelVersionAdmin(admin.ModelAdmin):
    """Versions are registered from bundles, never typed in, and stay as long as sessions name them."""

    list_display = ["name", "version", "state", "created_at"]
    list_filter = ["state"]
    search_fields = ["name", "version", "digest"]
    actions = ["make_active"]

    @admin.action(description=_("Make active"), permissions=["activate"])
    def make_active(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        if queryset.count() != 1:
            self.message_user(request, _("Choose exactly one model."), messages.ERROR)
            return
        try:
            version = activate_version(version=queryset.get())
        except AppError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        self.message_user(request, _("%(model)s is active now.") % {"model": version})

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("modelhub.change_modelversion")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        return False
