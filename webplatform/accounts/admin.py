"""Accounts in Django's admin."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.services import revoke_token

admin.site.login = secure_admin_login(admin.site.login)  # one login for all, with its limits on guessing


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's, with the e-mail address in the place of the user name."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = ("is_active", "last_login", "date_joined")  # the page People disables, with all that follows
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # an account goes by its erasure, which reaches files and keys as well

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if rights := sorted({"is_staff", "is_superuser"} & set(form.changed_data)):
            values = {name: getattr(obj, name) for name in rights}
            record_event("account.rights_changed", actor=request.user, target=f"user:{obj.pk}", **values)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """To be seen and revoked; tokens are made by their owners, who alone see the key."""

    list_display = ("user", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "name")
    readonly_fields = ("user", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at")
    exclude = ("digest",)

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        revoke_token(token=obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            revoke_token(token=token, by=request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
