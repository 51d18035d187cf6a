"""REST addresses of videos that are fetched from addresses."""

from django.urls import path

from webplatform.fetching import api

urlpatterns = [
    path("fetches/", api.FetchListApi.as_view(), name="api-fetches"),
    path("fetches/<uuid:fetch_id>/", api.FetchApi.as_view(), name="api-fetch"),
]
