from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "webplatform.retention"
    verbose_name = "Retention"

    def ready(self) -> None:
        from webplatform.retention import signals  # noqa: F401  (connects them; needs the loaded models)
