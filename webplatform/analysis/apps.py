from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "webplatform.analysis"
    verbose_name = "Analysis"
