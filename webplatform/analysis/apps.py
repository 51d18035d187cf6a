from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "webplatform.analysis"
    verbose_name = "Analysis"

    def ready(self) -> None:
        from webplatform.analysis import signals  # noqa: F401  (connects them; needs the loaded models)
