from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "webplatform.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from webplatform.accounts import signals  # noqa: F401  (connects them; needs the loaded models)
