from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "webplatform.operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from webplatform.operations import health  # noqa: F401  (connects the workers' heartbeat)
