"""Addresses of the accounts pages."""

from django.urls import path

from webplatform.accounts import views
from webplatform.accounts.audit_views import audit

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("audit/", audit, name="audit"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
]
