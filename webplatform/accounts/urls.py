"""Addresses of the accounts pages."""

from django.urls import path

from webplatform.accounts import login_views, people_views, views
from webplatform.accounts.audit_views import audit

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("audit/", audit, name="audit"),
    path("logins/", login_views.logins, name="logins"),
    path("logins/others/end/", login_views.end_others, name="end-other-logins"),
    path("logins/<int:pk>/end/", login_views.end_one, name="end-login"),
    path("people/", people_views.listing, name="people"),
    path("people/<int:pk>/disable/", people_views.disable, name="disable"),
    path("people/<int:pk>/enable/", people_views.enable, name="enable"),
    path("people/<int:pk>/second-factor/remove/", people_views.remove_second_factor, name="remove-second-factor"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
]
