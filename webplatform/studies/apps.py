from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "webplatform.studies"
    verbose_name = "Studies"

    def ready(self) -> None:
        from webplatform.studies import signals  # noqa: F401  (connects them; needs the loaded models)
