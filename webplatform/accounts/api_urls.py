"""REST addresses of the accounts app."""

from django.urls import path

from webplatform.accounts import api

urlpatterns = [
    path("tokens/", api.TokenListApi.as_view(), name="api-tokens"),
    path("tokens/<int:token_id>/", api.TokenApi.as_view(), name="api-token"),
]
