from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "webplatform.history"
    verbose_name = "History"
