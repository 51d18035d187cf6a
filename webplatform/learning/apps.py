from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "webplatform.learning"
    verbose_name = "Learning"

    def ready(self) -> None:
        from webplatform.learning import signals  # noqa: F401  (connects them; needs the loaded models)
