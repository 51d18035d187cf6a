from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webplatform.webhooks"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        from webplatform.webhooks import signals  # noqa: F401  (connects them; needs the loaded models)
