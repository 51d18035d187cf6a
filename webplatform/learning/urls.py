"""Addresses of the pages for training."""

from django.urls import path

from webplatform.learning import card_views, comparison_views, views

app_name = "learning"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("datasets/new/", views.new_dataset, name="new-dataset"),
    path("datasets/from-corrections/", views.from_corrections, name="from-corrections"),
    path("datasets/<uuid:pk>/", views.dataset, name="dataset"),
    path("datasets/<uuid:pk>/make/", views.make_dataset, name="make-dataset"),
    path("datasets/<uuid:pk>/run/", views.start_run, name="start-run"),
    path("datasets/<uuid:pk>/delete/", views.delete_dataset, name="delete-dataset"),
    path("runs/<uuid:pk>/", views.run, name="run"),
    path("models/new/", views.new_model, name="new-model"),
    path("models/<int:pk>/", views.model, name="model"),
    path("models/<int:pk>/about/", card_views.about, name="about-model"),
    path("models/<int:pk>/promote/", views.promote, name="promote"),
    path("models/<int:pk>/proposals/<int:proposal_id>/", views.decide, name="decide"),
    path("models/<int:pk>/card.md", views.card, name="card"),
    path("models/<int:pk>/compare/", views.compare, name="compare"),
    path("models/<int:pk>/bundle.zip", views.export, name="export"),
    path("models/<int:pk>/<slug:name>.svg", views.picture, name="picture"),
    path("comparisons/<uuid:pk>/", comparison_views.comparison, name="comparison"),
    path("comparisons/<uuid:pk>/faces/<int:place>.png", comparison_views.face, name="comparison-face"),
    *(
        path(f"{kind}s/<uuid:pk>/cancel/", views.cancel, {"kind": kind}, name=f"cancel-{kind}")
        for kind in ("dataset", "run", "comparison")
    ),
]
