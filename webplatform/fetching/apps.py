from django.apps import AppConfig


class FetchingConfig(AppConfig):
    name = "webplatform.fetching"
    verbose_name = "Videos from addresses"

    def ready(self) -> None:
        from webplatform.fetching import signals  # noqa: F401  (connects them; needs the loaded models)
