from django.apps import AppConfig
from django.conf import settings


class OperationsConfig(AppConfig):
    name = "webplatform.operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from webplatform.operations import health  # noqa: F401  (connects the workers' heartbeat)

        if settings.OTEL_ENDPOINT:
            from webplatform.common.observability import traced_tasks

            traced_tasks.connect()
