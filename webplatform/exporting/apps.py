from django.apps import AppConfig


class ExportingConfig(AppConfig):
    name = "webplatform.exporting"
    verbose_name = "Exporting"

    def ready(self) -> None:
        from webplatform.exporting import signals  # noqa: F401  (connects them; needs the loaded models)
