"""Addresses of single sign-on, where it is on."""

from allauth.socialaccount import views
from django.urls import include, path

urlpatterns = [
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("sso/cancelled/", views.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso/error/", views.login_error, name="socialaccount_login_error"),
    path("sso/signup/", views.signup, name="socialaccount_signup"),
    path("sso/", views.connections, name="socialaccount_connections"),
]
