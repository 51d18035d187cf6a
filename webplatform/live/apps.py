from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "webplatform.live"
    verbose_name = "Live"

    def ready(self) -> None:
        from webplatform.live import signals  # noqa: F401  (connects them; needs the loaded models)
