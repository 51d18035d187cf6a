from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "webplatform.results"
    verbose_name = "Results"
