"""Addresses of the consent pages."""

from django.urls import path

from webplatform.consent import views

app_name = "consent"
urlpatterns = [
    path("", views.give, name="give"),
    path("withdraw/", views.withdraw, name="withdraw"),
    path("proofs/<int:pk>/", views.proof, name="proof"),
]
