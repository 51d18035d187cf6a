from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "webplatform.history"
    verbose_name = "History"

    def ready(self) -> None:
        from webplatform.history import signals  # noqa: F401  (connects them; needs the loaded models)
