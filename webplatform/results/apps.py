from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "webplatform.results"
    verbose_name = "Results"

    def ready(self) -> None:
        from webplatform.results import signals  # noqa: F401  (connects them; needs the loaded models)
