"""Addresses of the review queue."""

from django.urls import path

from webplatform.learning import review_views

app_name = "review"
urlpatterns = [
    path("", review_views.review, name="next"),
    path("again/", review_views.again, name="again"),
    path("<int:pk>/", review_views.answer, name="answer"),
]
