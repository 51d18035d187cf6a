"""The REST API's addresses: version 1, its schema and its documentation."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("v1/", include("webplatform.accounts.api_urls")),
    path("v1/", include("webplatform.consent.api_urls")),
    path("v1/", include("webplatform.analysis.api_urls")),
    path("v1/", include("webplatform.history.api_urls")),
    path("v1/", include("webplatform.exporting.api_urls")),
    path("v1/", include("webplatform.live.api_urls")),
    path("v1/", include("webplatform.learning.api_urls")),
    path("v1/", include("webplatform.studies.api_urls")),
    path("v1/", include("webplatform.participation.api_urls")),
    path("v1/", include("webplatform.retention.api_urls")),
    path("v1/", include("webplatform.documents.api_urls")),
    path("v1/", include("webplatform.results.api_urls")),
    path("v1/", include("webplatform.webhooks.api_urls")),
    path("v1/", include("webplatform.fetching.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
